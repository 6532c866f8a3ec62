//! Publishing in one step: a directory is built beside its target under a hidden name, synced, and renamed into place
//! (`format-spec/FORMAT.md`, section 10). At any moment there is the old state or the new one.

use crate::{Error, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// A directory that is being built, and disappears unless it is published.
#[derive(Debug)]
pub struct Publication {
    temporary: tempfile::TempDir,
    target: PathBuf,
    marker: &'static str,
    replace: bool,
    /// Held while the directory is being built, so that nobody takes it for a dead writer's.
    _lock: File,
}

impl Publication {
    /// Begins to build `target`. Directories that dead writers of the same target left behind are removed.
    ///
    /// `marker` is the file by which an existing target is recognised as one that may be replaced (`manifest.json`).
    ///
    /// # Errors
    /// [`Error::Exists`] when the target exists and `replace` is false, or is no directory with the marker in it;
    /// [`Error::Io`].
    pub fn begin(target: &Path, marker: &'static str, replace: bool) -> Result<Publication> {
        let invalid = || Error::argument("out", format!("{} does not end in a name of UTF-8", target.display()));
        let name = target.file_name().and_then(|name| name.to_str()).ok_or_else(invalid)?;
        let parent = parent(target);
        refuse_existing(target, marker, replace)?;
        let prefix = format!(".{name}.");
        remove_abandoned(parent, &prefix);
        loop {
            let builder = tempfile::Builder::new().prefix(&prefix).suffix(".tmp").tempdir_in(parent);
            let temporary = builder.map_err(Error::io(parent, "create a temporary directory in"))?;
            let lock = File::open(temporary.path()).map_err(Error::io(temporary.path(), "open"))?;
            match lock.try_lock() {
                // Someone who is just cleaning up takes the new directory for an abandoned one: leave it to them.
                Err(TryLockError::WouldBlock) => continue,
                // A file system without locks builds all the same; abandoned directories then stay.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if temporary.path().exists() {
                return Ok(Publication { temporary, target: target.to_path_buf(), marker, replace, _lock: lock });
            }
        }
    }

    /// The directory to build in.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Syncs the directory and renames it to the target. Its files must have been synced by who wrote them.
    ///
    /// # Errors
    /// [`Error::Exists`] when a target appeared meanwhile and may not be replaced; [`Error::Io`].
    pub fn publish(self) -> Result<()> {
        sync_directory(self.path())?;
        let (from, to) = (self.path(), self.target.as_path());
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::EXIST | Errno::NOTEMPTY) => {
                refuse_existing(to, self.marker, self.replace)?;
                exchange(from, to)?;
            }
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                refuse_existing(to, self.marker, self.replace)?;
                if to.exists() {
                    exchange(from, to)?;
                } else {
                    fs::rename(from, to).map_err(Error::io(to, "rename a finished directory to"))?;
                }
            }
            Err(errno) => return Err(Error::io(to, "rename a finished directory to")(errno.into())),
        }
        sync_directory(parent(to))
        // What is at the temporary name now, the old state or nothing, goes as `self` is dropped.
    }
}

/// The directory that holds `path`.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An existing target is an error, unless it may be replaced and is of the kind that may.
pub(crate) fn refuse_existing(target: &Path, marker: &str, replace: bool) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(target) else { return Ok(()) };
    let replaceable = metadata.is_dir() && target.join(marker).exists();
    let hint = match (replaceable, replace) {
        (true, true) => return Ok(()),
        (true, false) => "it is replaced only on request (--force)",
        (false, _) => "and is not what could be replaced there",
    };
    Err(Error::Exists { path: target.to_path_buf(), hint })
}

/// Gives `to` what is at `from`. Where the system cannot exchange two names in one step, there is a moment without `to`.
fn exchange(from: &Path, to: &Path) -> Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let old = from.with_extension("old");
            fs::rename(to, &old).map_err(Error::io(to, "set aside"))?;
            if let Err(error) = fs::rename(from, to) {
                fs::rename(&old, to).map_err(Error::io(&old, "put back the old state from"))?;
                return Err(Error::io(to, "rename a finished directory to")(error));
            }
            fs::remove_dir_all(&old).map_err(Error::io(&old, "remove"))
        }
        Err(errno) => Err(Error::io(to, "exchange a finished directory with")(errno.into())),
    }
}

/// Removes the temporary directories of `prefix` whose writer is dead: those whose lock can be had.
fn remove_abandoned(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(".tmp"));
        if ours && File::open(entry.path()).is_ok_and(|directory| directory.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes the names in a directory durable.
fn sync_directory(path: &Path) -> Result<()> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(Error::io(path, "sync"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(target: &Path, text: &str, replace: bool) -> Result<()> {
        let publication = Publication::begin(target, "marker", replace)?;
        fs::write(publication.path().join("marker"), text).unwrap();
        publication.publish()
    }

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn appears_whole_is_replaced_only_on_request_and_leaves_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        build(&target, "one", false).unwrap();
        assert!(matches!(build(&target, "two", false), Err(Error::Exists { .. })));
        assert_eq!(fs::read_to_string(target.join("marker")).unwrap(), "one");
        build(&target, "two", true).unwrap();
        assert_eq!(fs::read_to_string(target.join("marker")).unwrap(), "two");
        drop(Publication::begin(&root.path().join("other"), "marker", false).unwrap());
        assert_eq!(names(root.path()), ["t"]);
    }

    #[test]
    fn what_is_not_ours_is_never_replaced() {
        let root = tempfile::tempdir().unwrap();
        let precious = root.path().join("thesis");
        fs::create_dir(&precious).unwrap();
        fs::write(precious.join("chapter1"), "words").unwrap();
        assert!(matches!(Publication::begin(&precious, "marker", true), Err(Error::Exists { .. })));
        let file = precious.join("chapter1");
        assert!(matches!(Publication::begin(&file, "marker", true), Err(Error::Exists { .. })));
    }

    #[test]
    fn a_target_that_appears_meanwhile_is_not_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        let late = Publication::begin(&target, "marker", false).unwrap();
        fs::write(late.path().join("marker"), "late").unwrap();
        build(&target, "early", false).unwrap();
        assert!(matches!(late.publish(), Err(Error::Exists { .. })));
        assert_eq!(fs::read_to_string(target.join("marker")).unwrap(), "early");
    }

    #[test]
    fn abandoned_directories_go_and_those_in_use_stay() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        let abandoned = root.path().join(".t.dead.tmp");
        fs::create_dir(&abandoned).unwrap();
        let alive = Publication::begin(&target, "marker", false).unwrap();
        assert!(!abandoned.exists());
        build(&target, "x", false).unwrap();
        assert!(alive.path().exists());
    }
}
