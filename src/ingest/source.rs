//! Opens a text file that may be compressed: plain, gzip or BGZF, told apart by content.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::{Error, Result};

/// Bytes read from a file at once.
const BUFFER: usize = 1 << 16;

/// The empty block that ends every BGZF file (SAM specification, section 4.1.2).
const BGZF_END: [u8; 28] =
    [0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The decompressed bytes of a file. After an error it only gives errors, never a false end.
pub(super) struct Source {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    compressed: bool,
    failed: bool,
}

impl Source {
    /// Opens a file. A BGZF file without its end block is refused: it has been cut at a block's end, which nothing else
    /// would show. (`samtools quickcheck` refuses it too; `samtools view` only warns, which a library cannot.)
    pub(super) fn open(path: &Path) -> Result<Source> {
        let file = File::open(path).map_err(Error::io(path, "open"))?;
        let metadata = file.metadata().map_err(Error::io(path, "read the metadata of"))?;
        let mut plain = BufReader::with_capacity(BUFFER, file);
        let head = plain.fill_buf().map_err(Error::io(path, "read"))?;
        let gzip = head.starts_with(&[0x1f, 0x8b]);
        let bgzf = head.len() >= 18 && head[..4] == BGZF_END[..4] && head[10..16] == BGZF_END[10..16];

        let reader: Box<dyn BufRead + Send> = if bgzf && metadata.is_file() {
            check_bgzf_end(path, plain.get_ref(), metadata.len())?;
            bgzf_reader(plain)
        } else if gzip {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Source { path: path.to_path_buf(), reader, compressed: gzip, failed: false })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the bytes at hand, none at the end of the file. [`consume`](Self::consume) takes them.
    pub(super) fn fill(&mut self) -> Result<&[u8]> {
        if self.failed {
            return Err(Error::input(&self.path, None, "reading this file failed before"));
        }
        // The borrow checker cannot see that the error path ends the loan of the success path; asking twice is free,
        // since the bytes at hand stay at hand.
        if let Err(error) = self.reader.fill_buf() {
            return Err(self.fail(error));
        }
        self.reader.fill_buf().map_err(Error::io(&self.path, "read"))
    }

    /// Takes `n` of the bytes at hand.
    pub(super) fn consume(&mut self, n: usize) {
        self.reader.consume(n);
    }

    /// Appends the bytes up to and including the next line feed, or to the end of the file, to `line`; of a longer line
    /// only `limit` bytes.
    pub(super) fn read_line(&mut self, line: &mut Vec<u8>, limit: usize) -> Result<()> {
        let full = line.len() + limit;
        while line.len() < full {
            let room = full - line.len();
            let bytes = self.fill()?;
            let bytes = &bytes[..bytes.len().min(room)];
            let feed = bytes.iter().position(|byte| *byte == b'\n');
            let taken = feed.map_or(bytes.len(), |at| at + 1);
            line.extend_from_slice(&bytes[..taken]);
            self.consume(taken);
            if feed.is_some() || taken == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Notes that reading failed, and says why.
    fn fail(&mut self, error: io::Error) -> Error {
        self.failed = true;
        if !self.compressed || error.raw_os_error().is_some() {
            Error::io(&self.path, "read")(error)
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Error::input(&self.path, None, "the compressed data ends early: the file is truncated")
        } else {
            Error::input(&self.path, None, format!("the compressed data is damaged: {error}"))
        }
    }
}

/// Checks that the file ends with the BGZF end block.
fn check_bgzf_end(path: &Path, file: &File, length: u64) -> Result<()> {
    let mut end = [0; BGZF_END.len()];
    if let Some(offset) = length.checked_sub(end.len() as u64) {
        file.read_exact_at(&mut end, offset).map_err(Error::io(path, "read the end of"))?;
    }
    if end != BGZF_END {
        return Err(Error::input(
            path,
            None,
            "the BGZF end block is missing: the file is truncated (compress it again)",
        ));
    }
    Ok(())
}

/// Inflates BGZF blocks on a few threads of their own.
#[cfg(feature = "ingest")]
fn bgzf_reader(file: BufReader<File>) -> Box<dyn BufRead + Send> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 4);
    let threads = std::num::NonZero::new(threads).unwrap_or(std::num::NonZero::<usize>::MIN);
    Box::new(noodles_bgzf::io::MultithreadedReader::with_worker_count(threads, file))
}

/// Inflates BGZF blocks as the gzip members that they are.
#[cfg(not(feature = "ingest"))]
fn bgzf_reader(file: BufReader<File>) -> Box<dyn BufRead + Send> {
    Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file)))
}
