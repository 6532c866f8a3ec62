//! The hidden directories in which a writer builds beside its target, and those that killed writers
//! left.
//!
//! Such a directory is recognized by its name, `.NAME.atemoya-XXXXXX.tmp`, by the lock that its
//! writer holds, and by its contents: the marker file, or what a writer leaves when it is killed
//! after it has removed the marker.

use super::contents::{Contents, TargetKind};
use crate::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The file that marks a directory as made by atemoya. It is removed before the directory gets its
/// final name.
const MARKER: &str = ".atemoya-unfinished";
const BEFORE_RANDOM: &str = ".atemoya-";
const RANDOM: usize = 6;
const SUFFIX: &str = ".tmp";

/// A directory that is being built. It is removed on drop while it owns its path.
#[derive(Debug)]
pub(super) struct Unfinished {
    directory: tempfile::TempDir,
    /// Held while the directory is being filled, so that no process takes it for a killed writer's.
    _lock: File,
}

impl Unfinished {
    /// Creates the directory in `parent`, for a target called `name`, with the marker in it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn create(parent: &Path, name: &OsStr) -> Result<Unfinished> {
        loop {
            let mut builder = tempfile::Builder::new();
            let prefix = prefix(name);
            let made = builder.prefix(&prefix).suffix(SUFFIX).rand_bytes(RANDOM).tempdir_in(parent);
            // Only the kind of error: its text would name the hidden directory.
            let directory = made.map_err(|error| Error::io(parent, "make a directory in it")(error.kind().into()))?;
            let lock = File::open(directory.path()).map_err(Error::io(directory.path(), "open"))?;
            match lock.try_lock() {
                // Another process takes the new directory for an abandoned one and removes it.
                Err(TryLockError::WouldBlock) => continue,
                // On a file system without locks, abandoned directories stay.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            match File::create_new(directory.path().join(MARKER)) {
                Ok(_) => return Ok(Unfinished { directory, _lock: lock }),
                // The other process has removed it.
                Err(_) if !directory.path().exists() => {}
                Err(error) => return Err(Error::io(directory.path(), "write in")(error)),
            }
        }
    }

    /// Returns the path of the directory.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Removes the marker and syncs the directory, whose contents are complete.
    pub(super) fn finish(&self) -> Result<()> {
        let marker = self.path().join(MARKER);
        fs::remove_file(&marker).map_err(Error::io(&marker, "remove"))?;
        sync_directory(self.path())
    }

    /// Sets whether the directory at the path is this one, to be removed on drop.
    pub(super) fn owns_its_path(&mut self, owns: bool) {
        self.directory.disable_cleanup(!owns);
    }
}

/// A hidden directory of a killed writer.
#[derive(Debug)]
pub(super) struct Abandoned {
    directory: PathBuf,
    /// Its proven contents; `None` where the marker says that everything in it is the writer's.
    contents: Option<Contents>,
    /// Held so that no other process removes it at the same time.
    _lock: File,
}

impl Abandoned {
    /// Returns the directory, if it was made for a target of this kind and its writer is gone.
    pub(super) fn find(path: &Path, kind: TargetKind) -> Option<Abandoned> {
        let made_here = path.file_name().is_some_and(is_hidden_name);
        if !made_here || !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            return None;
        }
        let lock = File::open(path).ok()?;
        lock.try_lock().ok()?;
        let marked = fs::symlink_metadata(path.join(MARKER)).is_ok_and(|marker| marker.is_file());
        let contents = if marked {
            None
        } else {
            // Its writer was killed before it made the marker, or after it removed it.
            Some(Contents::of_empty(path).or_else(|| Contents::of(path, kind).ok())?)
        };
        Some(Abandoned { directory: path.to_path_buf(), contents, _lock: lock })
    }

    /// Removes it. What cannot be removed is left for the next writer.
    pub(super) fn remove(self) {
        match self.contents {
            Some(contents) => contents.remove(),
            None => {
                let _ = fs::remove_dir_all(self.directory);
            }
        }
    }
}

/// Removes the directories that killed writers of the target `name` left in `parent`.
pub(super) fn remove_abandoned(parent: &Path, name: &OsStr, kind: TargetKind) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let prefix = prefix(name);
    for entry in entries.flatten() {
        if entry.file_name().as_bytes().starts_with(prefix.as_bytes()) {
            Abandoned::find(&entry.path(), kind).into_iter().for_each(Abandoned::remove);
        }
    }
}

/// Removes the directories that killed writers of any store left in a directory.
#[cfg(feature = "ingest")]
pub(crate) fn remove_abandoned_stores(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        Abandoned::find(&entry.path(), TargetKind::Store).into_iter().for_each(Abandoned::remove);
    }
}

/// Returns how the names of hidden directories for the target `name` begin.
fn prefix(name: &OsStr) -> OsString {
    [OsStr::new("."), name, OsStr::new(BEFORE_RANDOM)].into_iter().collect()
}

/// Returns whether this can be the name of a hidden directory, for any target.
fn is_hidden_name(name: &OsStr) -> bool {
    let Some(rest) = name.as_bytes().strip_suffix(SUFFIX.as_bytes()) else { return false };
    let Some((before, random)) = rest.split_at_checked(rest.len().saturating_sub(RANDOM)) else { return false };
    before.starts_with(b".")
        && before.ends_with(BEFORE_RANDOM.as_bytes())
        && random.iter().all(|byte| byte.is_ascii_alphanumeric())
}

/// Syncs the entries of a directory.
pub(super) fn sync_directory(path: &Path) -> Result<()> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(Error::io(path, "sync"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(root: &Path, name: &str) -> PathBuf {
        let path = root.join(name);
        fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn what_dead_writers_left_goes_and_what_is_in_use_stays() {
        let root = tempfile::tempdir().unwrap();
        let marked = left(root.path(), ".t.atemoya-abc123.tmp");
        fs::write(marked.join(MARKER), "").unwrap();
        fs::write(marked.join("half"), "of a file").unwrap();
        let empty = left(root.path(), ".t.atemoya-abc124.tmp");
        let other = left(root.path(), ".u.atemoya-abc125.tmp");
        let alive = Unfinished::create(root.path(), OsStr::new("t")).unwrap();
        remove_abandoned(root.path(), OsStr::new("t"), TargetKind::Store);
        assert!(!marked.exists() && !empty.exists());
        assert!(other.exists() && alive.path().join(MARKER).exists());
        let path = alive.path().to_path_buf();
        drop(alive);
        assert!(!path.exists());
    }

    #[test]
    fn a_strangers_hidden_directory_stays() {
        let root = tempfile::tempdir().unwrap();
        for name in [".t.mine.tmp", ".t.abc123.tmp", ".t.atemoya-abc123.tmp", ".t.atemoya-mine.tmp"] {
            let path = left(root.path(), name);
            fs::write(path.join("chapter1"), "words").unwrap();
        }
        // Not even one that bears the marker, under a name of its own.
        fs::write(root.path().join(".t.mine.tmp").join(MARKER), "").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join(MARKER), "").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join(".t.atemoya-abc999.tmp")).unwrap();
        remove_abandoned(root.path(), OsStr::new("t"), TargetKind::Store);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 5);
        assert!(elsewhere.path().join(MARKER).exists());
    }
}
