//! Checks that no input file changes while it is packed. Each is read twice, to be packed and to be
//! hashed, so a file that is still being written would give a store whose hash is of other
//! contents.

use crate::store::FileStamp;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// The input files with their stamps before packing.
pub(super) struct InputStamps(Vec<(PathBuf, FileStamp)>);

impl InputStamps {
    /// Takes the stamps of the files.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn take<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<InputStamps> {
        Ok(InputStamps(paths.map(|path| Ok((path.clone(), stamp(path)?))).collect::<Result<_>>()?))
    }

    /// Checks that the files and their contents are the same as before.
    ///
    /// # Errors
    /// [`Error::Input`] for a file that has changed; [`Error::Io`].
    pub(super) fn check(&self) -> Result<()> {
        self.0.iter().try_for_each(
            |(path, before)| {
                if stamp(path)?.same_contents(before) { Ok(()) } else { Err(changed(path)) }
            },
        )
    }
}

/// Makes the error for an input that changed while it was packed.
pub(super) fn changed(path: &Path) -> Error {
    Error::input(path, None, "the file changed while it was packed: pack again when it is complete")
}

fn stamp(path: &Path) -> Result<FileStamp> {
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "read the metadata of"))?;
    Ok(FileStamp::of(&metadata))
}
