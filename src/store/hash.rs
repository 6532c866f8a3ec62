//! Computes the SHA-256 of an open file.

use crate::format::checks::hex;
use crate::progress::{self, Progress};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Hashes a whole file. Returns the hash as 64 lower-case hexadecimal digits, and the number of
/// bytes read.
pub(crate) fn sha256(mut file: &File, path: &Path, progress: &dyn Progress) -> Result<(String, u64)> {
    file.rewind().map_err(Error::io(path, "read"))?;
    let mut hash = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        progress::check(progress)?;
        match file.read(&mut buffer).map_err(Error::io(path, "read"))? {
            0 => return Ok((hex(hash.finalize().as_slice()), length)),
            n => {
                hash.update(&buffer[..n]);
                length += n as u64;
            }
        }
    }
}
