//! Refuses directories and other inputs that are no regular files.

use crate::{Error, Result};
use std::fs::Metadata;
use std::path::Path;

/// Checks that an input is a regular file. Anything else, such as a pipe, can be read only once,
/// and an input is read twice: for its values and for its hash.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`].
pub fn check_regular(path: &Path) -> Result<()> {
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "open"))?;
    refuse_directory(path, &metadata)?;
    if metadata.is_file() {
        return Ok(());
    }
    Err(Error::input(path, None, "this is not a regular file: write its contents to a file first"))
}

/// Refuses a directory.
pub(super) fn refuse_directory(path: &Path, metadata: &Metadata) -> Result<()> {
    if metadata.is_dir() { Err(Error::input(path, None, "this is a directory, not a file")) } else { Ok(()) }
}
