//! Lines of a text file, numbered from 1, without their line ends.

use std::path::Path;

use super::source::Source;
use crate::{Error, Result};

/// Longest line accepted, in bytes, so that a file of another kind cannot ask for unbounded memory.
const MAX_LINE: usize = 1 << 24;

/// Reads one line after another into one buffer.
pub(super) struct Lines {
    source: Source,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    /// Opens a text file, which may be compressed.
    pub(super) fn open(path: &Path) -> Result<Lines> {
        Ok(Lines { source: Source::open(path)?, line: Vec::new(), number: 0 })
    }

    /// Returns the next line and its number, `None` at the end of the file. LF and CRLF are removed.
    pub(super) fn next_line(&mut self) -> Result<Option<(u64, &[u8])>> {
        self.line.clear();
        self.source.read_line(&mut self.line, MAX_LINE + 2)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE {
            let message = format!("the line is longer than {MAX_LINE} bytes: is this a text file?");
            return Err(Error::input(self.source.path(), self.number, message));
        }
        Ok(Some((self.number, line)))
    }
}
