//! Opens a text file that may be compressed: plain, gzip, BGZF, bzip2, xz or zstd, told apart by
//! content.

mod bgzf;

use super::members::{Compression, Members, TrailingBytes};
use super::other_formats::{Expected, refusal};
use crate::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read from a file at once.
const BUFFER: usize = 1 << 16;

/// What text in UTF-8 may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The decompressed bytes of a file, without a byte order mark. After an error it only gives
/// errors, never a false end.
pub(super) struct TextReader {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    compression: Option<Compression>,
    failed: bool,
    #[cfg_attr(not(feature = "ingest"), allow(dead_code, reason = "FASTA is read with the feature `ingest`"))]
    length: u64,
    #[cfg_attr(not(feature = "ingest"), allow(dead_code, reason = "FASTA is read with the feature `ingest`"))]
    position: Arc<AtomicU64>,
}

impl TextReader {
    /// Opens a file. One of another kind than `expected` is refused by name, and so is text in
    /// UTF-16.
    ///
    /// A BGZF file without its end block is refused: it has been cut at a block's end, which
    /// nothing else would show. (`samtools quickcheck` refuses it too; `samtools view` only warns,
    /// which a library cannot.)
    pub(super) fn open(path: &Path, expected: Expected) -> Result<TextReader> {
        let file = File::open(path).map_err(Error::io(path, "open"))?;
        let metadata = file.metadata().map_err(Error::io(path, "read the metadata of"))?;
        if metadata.is_dir() {
            return Err(Error::input(path, None, "this is a directory, not a file"));
        }
        let position = Arc::new(AtomicU64::new(0));
        let mut plain = BufReader::with_capacity(BUFFER, Counted { file, position: Arc::clone(&position) });
        let head = plain.fill_buf().map_err(Error::io(path, "read"))?;
        let compression = Compression::of(head);
        let blocks = metadata.is_file() && bgzf::is_bgzf(head);

        let reader: Box<dyn BufRead + Send> = match compression {
            None => Box::new(plain),
            Some(_) if blocks => {
                let length = bgzf::length(path, &plain.get_ref().file, metadata.len())?;
                bgzf::reader(plain, length).map_err(Error::io(path, "decompress"))?
            }
            Some(compression) => {
                let members = Members::new(compression, plain).map_err(Error::io(path, "decompress"))?;
                Box::new(BufReader::with_capacity(BUFFER, members))
            }
        };
        let (path, length) = (path.to_path_buf(), metadata.len());
        let mut text = TextReader { path, reader, compression, failed: false, length, position };
        text.check_head(expected)?;
        Ok(text)
    }

    /// Looks at the first bytes, decompressed.
    fn check_head(&mut self, expected: Expected) -> Result<()> {
        let head = self.fill()?;
        let message = match head {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                let message = "this is text in UTF-16, where UTF-8 is expected: convert it (iconv -f UTF-16 -t UTF-8)";
                Some(message.to_string())
            }
            _ => refusal(head, expected),
        };
        if let Some(message) = message {
            return Err(Error::input(&self.path, None, message));
        }
        if head.starts_with(BYTE_ORDER_MARK) {
            self.consume(BYTE_ORDER_MARK.len());
        }
        Ok(())
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes the file has, compressed as it is; 0 for a pipe.
    #[cfg(feature = "ingest")]
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// How many bytes of the file have been read, compressed as it is. Some are read before they
    /// are needed.
    #[cfg(feature = "ingest")]
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Returns the bytes at hand, none at the end of the file. [`consume`](Self::consume) takes
    /// them.
    pub(super) fn fill(&mut self) -> Result<&[u8]> {
        if self.failed {
            return Err(Error::input(&self.path, None, "reading this file failed before"));
        }
        // The borrow checker cannot see that the error path ends the loan of the success path;
        // asking twice is free, since the bytes at hand stay at hand.
        if let Err(error) = self.reader.fill_buf() {
            return Err(self.fail(error));
        }
        self.reader.fill_buf().map_err(Error::io(&self.path, "read"))
    }

    /// Takes `n` of the bytes at hand.
    pub(super) fn consume(&mut self, n: usize) {
        self.reader.consume(n);
    }

    /// Appends the bytes of the next line to `line`, of a longer one only `limit` bytes. Returns
    /// how the line ended.
    pub(super) fn read_line(&mut self, line: &mut Vec<u8>, limit: usize) -> Result<LineEnd> {
        let full = line.len() + limit;
        while line.len() < full {
            let room = full - line.len();
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(LineEnd::None);
            }
            let bytes = &bytes[..bytes.len().min(room)];
            let end = memchr::memchr2(b'\n', b'\r', bytes);
            line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
            let Some(at) = end else {
                let taken = bytes.len();
                self.consume(taken);
                continue;
            };
            let feed = bytes[at] == b'\n';
            self.consume(at + 1);
            if feed {
                return Ok(LineEnd::Feed);
            }
            if self.fill()?.first() == Some(&b'\n') {
                self.consume(1);
                return Ok(LineEnd::ReturnAndFeed);
            }
            return Ok(LineEnd::Return);
        }
        Ok(LineEnd::None)
    }

    /// Notes that reading failed, and says why.
    fn fail(&mut self, error: io::Error) -> Error {
        self.failed = true;
        let Some(compression) = self.compression.filter(|_| error.raw_os_error().is_none()) else {
            return Error::io(&self.path, "read")(error);
        };
        let name = compression.name();
        let message = if error.kind() == io::ErrorKind::UnexpectedEof {
            format!("the {name} data ends early: the file is truncated")
        } else if let Some(trailing) = error.get_ref().and_then(|inner| inner.downcast_ref::<TrailingBytes>()) {
            trailing.to_string()
        } else {
            format!("the {name} data is damaged: {error}")
        };
        Error::input(&self.path, None, message)
    }
}

/// What a line ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// A line feed.
    Feed,
    /// A carriage return and a line feed.
    ReturnAndFeed,
    /// A carriage return alone, as on an old Mac.
    Return,
    /// The end of the file, or the limit.
    None,
}

/// A file, and how many of its bytes have been read.
struct Counted {
    file: File,
    position: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.position.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
