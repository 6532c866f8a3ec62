//! The words of the command line, taken one after the other.

use crate::{Failure, Result};
use std::ffi::OsString;

/// What is left of the command line.
pub(crate) struct Arguments<I>(I);

impl<I: Iterator<Item = OsString>> Arguments<I> {
    pub(crate) fn new(words: I) -> Self {
        Self(words)
    }

    /// Returns the next word, `None` at the end. What is not UTF-8 is replaced: no option has it.
    pub(crate) fn word(&mut self) -> Option<String> {
        self.0.next().map(|word| word.to_string_lossy().into_owned())
    }

    /// Returns the value that must follow an option.
    pub(crate) fn value(&mut self, option: &str) -> Result<OsString> {
        self.0.next().ok_or_else(|| Failure::Usage(format!("{option} lacks its value")))
    }

    /// Returns the value that must follow an option, which must be UTF-8.
    pub(crate) fn text(&mut self, option: &str) -> Result<String> {
        self.value(option)?
            .into_string()
            .map_err(|value| Failure::Usage(format!("{option} {}: no UTF-8", value.display())))
    }
}
