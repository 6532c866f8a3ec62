//! Where an input came from: path, length, time and hash of a file.

use crate::format::Provenance;
use crate::format::checks::hex;
use crate::progress::{self, Progress};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Checks that an input is a regular file. Of anything else (a pipe, standard input) the provenance could not be
/// recorded, since it can be read only once.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`].
pub fn check_regular(path: &Path) -> Result<()> {
    if std::fs::metadata(path).map_err(Error::io(path, "open"))?.is_file() {
        return Ok(());
    }
    Err(Error::input(path, None, "not a regular file: write what it gives into a file first"))
}

/// Reads a whole file and describes it under a role.
///
/// # Errors
/// [`Error::Io`]; [`Error::Interrupted`].
pub fn provenance(role: &str, path: &Path, progress: &dyn Progress) -> Result<Provenance> {
    let mut file = File::open(path).map_err(Error::io(path, "open"))?;
    let metadata = file.metadata().map_err(Error::io(path, "read the length of"))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mut hash = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(Error::io(path, "read"))? {
            0 => break,
            n => {
                progress::check(progress)?;
                hash.update(&buffer[..n]);
                length += n as u64;
            }
        }
    }
    Ok(Provenance {
        role: role.into(),
        path: path.display().to_string(),
        length,
        modified: modified.map_or(0, |since| since.as_secs() as i64),
        sha256: hex(hash.finalize().as_slice()),
        contigs_absent: Vec::new(),
        contigs_ignored: Vec::new(),
    })
}
