//! Whether inputs are the same files at the end as at the beginning. Each is read twice, to be
//! packed and to be hashed, and a file that is still being written would give a store that is not
//! of what it says.

use crate::{Error, Result};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Files, and how they were found.
pub(super) struct Unchanged(Vec<(PathBuf, State)>);

/// Device and number of the file, its length, and when it was changed, in seconds and nanoseconds.
type State = (u64, u64, u64, i64, i64);

impl Unchanged {
    /// Takes note of the files.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn note<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Unchanged> {
        Ok(Unchanged(paths.map(|path| Ok((path.clone(), state(path)?))).collect::<Result<_>>()?))
    }

    /// Checks that they are as they were.
    ///
    /// # Errors
    /// [`Error::Input`] for one that is not; [`Error::Io`].
    pub(super) fn check(&self) -> Result<()> {
        let changed = |path: &PathBuf| Error::input(path, None, "the file changed while it was packed");
        self.0.iter().try_for_each(|(path, before)| if state(path)? == *before { Ok(()) } else { Err(changed(path)) })
    }
}

fn state(path: &Path) -> Result<State> {
    let file = std::fs::metadata(path).map_err(Error::io(path, "read the metadata of"))?;
    Ok((file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
}
