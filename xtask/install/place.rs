//! Files in their places: each is made beside its name and renamed, so that a library is never
//! changed below a program that runs with it.

use crate::{Result, at};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What was placed below a directory.
pub(crate) struct Placed {
    directory: PathBuf,
    files: Vec<PathBuf>,
}

impl Placed {
    pub(crate) fn below(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), files: Vec::new() }
    }

    /// Places a copy of a file.
    pub(crate) fn copy(&mut self, name: &Path, from: &Path) -> Result<()> {
        let bytes = fs::read(from).map_err(at(from))?;
        self.make(name, |path| write(path, &bytes))
    }

    /// Places a file with this text.
    pub(crate) fn text(&mut self, name: &Path, text: &str) -> Result<()> {
        self.make(name, |path| write(path, text.as_bytes()))
    }

    /// Places a link to a file of the same directory.
    pub(crate) fn link(&mut self, name: &Path, to: &str) -> Result<()> {
        self.make(name, |path| symlink(to, path))
    }

    /// Returns the paths of all that was placed.
    pub(crate) fn files(self) -> Vec<PathBuf> {
        self.files
    }

    fn make(&mut self, name: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
        let path = self.directory.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        let mut beside = path.clone().into_os_string();
        beside.push(format!(".{}", std::process::id()));
        let beside = PathBuf::from(beside);
        if let Err(error) = make(&beside).and_then(|()| fs::rename(&beside, &path)) {
            // What failed is said below; that nothing is left of it is only neat.
            let _ = fs::remove_file(&beside);
            return Err(at(&path)(error));
        }
        self.files.push(path);
        Ok(())
    }
}

/// Writes a file that all may read, whatever the umask.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    fs::set_permissions(path, Permissions::from_mode(0o644))
}
