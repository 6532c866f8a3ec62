//! Reads a text file that may be compressed by gzip, BGZF, bzip2, xz or zstd. The compression is
//! recognized by the file's first bytes.

mod bgzf;

use super::members::{Compression, Members, TrailingBytes};
use super::other_formats::{Expected, refusal};
use super::regular_file::refuse_directory;
use crate::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read from a file at once.
const BUFFER: usize = 1 << 16;

/// The byte order mark that UTF-8 text may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the decompressed bytes of a file, without a byte order mark. After an error, every read is
/// an error, so that a failure is never taken for the end of the file.
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
    /// Opens a file. Refuses a file of another format than `expected`, which is named, and text in
    /// UTF-16.
    ///
    /// Refuses a BGZF file without its end block: only the lack of that block shows that the file
    /// was cut off between two blocks. `samtools quickcheck` refuses it too; `samtools view` warns.
    pub(super) fn open(path: &Path, expected: Expected) -> Result<TextReader> {
        let file = File::open(path).map_err(Error::io(path, "open"))?;
        let metadata = file.metadata().map_err(Error::io(path, "read the metadata of"))?;
        refuse_directory(path, &metadata)?;
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

    /// Checks the first decompressed bytes, and skips a byte order mark.
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

    /// Returns the path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the length of the file in bytes, compressed or not; 0 for a pipe.
    #[cfg(feature = "ingest")]
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Returns how many bytes of the file have been read, compressed or not. Some are read before
    /// they are needed.
    #[cfg(feature = "ingest")]
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Returns the next bytes without consuming them, none at the end of the file.
    /// [`consume`](Self::consume) consumes them.
    pub(super) fn fill(&mut self) -> Result<&[u8]> {
        if self.failed {
            return Err(Error::input(&self.path, None, "an earlier read of this file failed"));
        }
        // The borrow checker cannot see that the error path ends the borrow of the success path.
        // The second call is free, since the bytes are buffered.
        if let Err(error) = self.reader.fill_buf() {
            return Err(self.fail(error));
        }
        self.reader.fill_buf().map_err(Error::io(&self.path, "read"))
    }

    /// Consumes `n` of the bytes that [`fill`](Self::fill) returned.
    pub(super) fn consume(&mut self, n: usize) {
        self.reader.consume(n);
    }

    /// Appends the next line to `line`, but at most `limit` bytes of it. Returns how the line
    /// ended.
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

    /// Marks the reader as failed, and returns the error that says why.
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

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// A line feed.
    Feed,
    /// A carriage return and a line feed.
    ReturnAndFeed,
    /// A carriage return alone, as in files of classic Mac OS.
    Return,
    /// The end of the file, or the limit.
    None,
}

/// A file that counts the bytes read from it.
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
