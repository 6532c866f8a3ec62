//! Reads the lines of a text file, numbered from 1, without their ends.

use super::field::NUL_BYTES;
use super::other_formats::Expected;
use super::text_reader::{LineEnd, TextReader};
use crate::{Error, Result};
use std::path::Path;

/// The longest line that is read, in bytes. A binary file without line ends must not fill memory.
const MAX_LINE: usize = 1 << 24;

/// Reads one line after another into one buffer. LF, CRLF and CR end a line, also mixed in one
/// file.
pub(super) struct Lines {
    reader: TextReader,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    /// Opens a text file, which may be compressed and begin with a byte order mark.
    pub(super) fn open(path: &Path, expected: Expected) -> Result<Lines> {
        Ok(Lines { reader: TextReader::open(path, expected)?, line: Vec::new(), number: 0 })
    }

    /// Returns the number of the next line and the line; `None` at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<(u64, &[u8])>> {
        self.line.clear();
        let end = self.reader.read_line(&mut self.line, MAX_LINE + 1)?;
        if self.line.is_empty() && end == LineEnd::None {
            return Ok(None);
        }
        self.number += 1;
        if self.line.len() > MAX_LINE {
            let message = format!("the line is longer than {MAX_LINE} bytes: this may not be a text file");
            return Err(Error::input(self.reader.path(), self.number, message));
        }
        Ok(Some((self.number, &self.line)))
    }

    /// Returns the error for a fault of the current line. For a line with NUL bytes it says that
    /// instead of `message`, which can only be a consequence.
    pub(super) fn error(&self, message: String) -> Error {
        let message = if self.line.contains(&0) { NUL_BYTES.to_string() } else { message };
        Error::input(self.reader.path(), self.number, message)
    }
}
