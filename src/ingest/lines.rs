//! Lines of a text file, numbered from 1, without their line ends.

use super::other_formats::Expected;
use super::text_reader::{LineEnd, TextReader};
use crate::{Error, Result};
use std::path::Path;

/// The longest line that is read, in bytes: a binary file may go on without a line end, and must
/// not fill the memory.
const MAX_LINE: usize = 1 << 24;

/// Reads one line after another into one buffer. LF, CRLF and CR (old Mac) end a line, in one file
/// too.
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

    /// Returns the next line and its number, `None` at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<(u64, &[u8])>> {
        self.line.clear();
        let end = self.reader.read_line(&mut self.line, MAX_LINE + 1)?;
        if self.line.is_empty() && end == LineEnd::None {
            return Ok(None);
        }
        self.number += 1;
        if self.line.len() > MAX_LINE {
            let message = format!("the line is longer than {MAX_LINE} bytes: is this a text file?");
            return Err(Error::input(self.reader.path(), self.number, message));
        }
        Ok(Some((self.number, &self.line)))
    }

    /// The error of a line that cannot be used. Bytes that are no text are a better reason than
    /// what they are taken for.
    pub(super) fn error(&self, message: String) -> Error {
        let message = if self.line.contains(&0) {
            "the line holds NUL bytes: the file was not written whole, or is no text in UTF-8".to_string()
        } else {
            message
        };
        Error::input(self.reader.path(), self.number, message)
    }
}
