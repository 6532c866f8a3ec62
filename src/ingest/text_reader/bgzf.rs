//! Reads BGZF: gzip in small blocks, which several threads inflate. A special block ends the file.

use super::{BUFFER, Counted};
use crate::ingest::members::trailing;
use crate::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The empty block that ends every BGZF file (SAM specification, section 4.1.2).
const END: [u8; 28] =
    [0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The length of the end block without the zeros at its end.
const END_WITHOUT_ZEROS: usize = 19;

/// Returns whether a file with these first bytes is BGZF.
pub(super) fn is_bgzf(head: &[u8]) -> bool {
    head.len() >= 18 && head[..4] == END[..4] && head[10..16] == END[10..16]
}

/// Returns the length of the file up to the end of its end block, after which only zeros may
/// follow.
pub(super) fn length(path: &Path, file: &File, length: u64) -> Result<u64> {
    let used = without_zeros(path, file, length)?;
    let mut end = [0; END.len()];
    if let Some(offset) = used.checked_sub(END_WITHOUT_ZEROS as u64)
        && offset + END.len() as u64 <= length
    {
        file.read_exact_at(&mut end, offset).map_err(Error::io(path, "read the end of"))?;
        if end == END {
            return Ok(offset + END.len() as u64);
        }
    }
    let message = match bytes_after_end(path, file, length)? {
        Some(bytes) => trailing("BGZF", &format!("{bytes} other bytes")),
        None => "the BGZF end block is missing: the file is truncated; make it again from its source".to_string(),
    };
    Err(Error::input(path, None, message))
}

/// Returns the length of the file without the zeros at its end.
fn without_zeros(path: &Path, file: &File, length: u64) -> Result<u64> {
    let (mut end, mut buffer) = (length, vec![0; BUFFER]);
    while end > 0 {
        let start = end.saturating_sub(BUFFER as u64);
        let piece = &mut buffer[..(end - start) as usize];
        file.read_exact_at(piece, start).map_err(Error::io(path, "read the end of"))?;
        if let Some(last) = piece.iter().rposition(|byte| *byte != 0) {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Returns how many bytes follow an end block near the end of the file, if they are not another
/// block.
fn bytes_after_end(path: &Path, file: &File, length: u64) -> Result<Option<u64>> {
    let start = length.saturating_sub(BUFFER as u64);
    let mut tail = vec![0; (length - start) as usize];
    file.read_exact_at(&mut tail, start).map_err(Error::io(path, "read the end of"))?;
    let at = memchr::memmem::rfind(&tail, &END).map(|at| at + END.len());
    Ok(at.filter(|at| !tail[*at..].starts_with(&END[..2])).map(|at| (tail.len() - at) as u64))
}

/// Inflates the blocks of the first `length` bytes on a few threads of their own.
#[cfg(feature = "ingest")]
pub(super) fn reader(file: BufReader<Counted>, length: u64) -> io::Result<Box<dyn BufRead + Send>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 4);
    let threads = std::num::NonZero::new(threads).unwrap_or(std::num::NonZero::<usize>::MIN);
    Ok(Box::new(noodles_bgzf::io::MultithreadedReader::with_worker_count(threads, file.take(length))))
}

/// Inflates the blocks of the first `length` bytes as the gzip members that they are.
#[cfg(not(feature = "ingest"))]
pub(super) fn reader(file: BufReader<Counted>, length: u64) -> io::Result<Box<dyn BufRead + Send>> {
    use crate::ingest::members::{Compression, Members};
    let members = Members::new(Compression::Gzip, file.take(length))?;
    Ok(Box::new(BufReader::with_capacity(BUFFER, members)))
}
