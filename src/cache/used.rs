//! Tracks which stores of a cache are in use, by locks on a file beside each store. The
//! modification time of that file is the time of the last use.

use super::prune::usage_message;
use super::{STORE, USED, is_ours};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Without locks of the file system, a store that was opened within this time counts as in use. It
/// is longer than trainings take.
const WITHOUT_LOCKS: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whether a store is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// No process uses it.
    Unused,
    /// A process uses it, on this machine or on another with which the file system shares locks.
    InUse,
    /// The file system has no locks, and it was opened within the last 30 days.
    Recent,
}

/// Protects a store of a cache from removal until it is dropped or the process ends.
#[derive(Debug)]
pub struct InUse(Option<File>);

impl InUse {
    /// Protects a store of a cache, for example in another process than the one that requested it,
    /// and sets the time of the last use. Does nothing for any other path.
    #[must_use]
    pub fn of(store: &Path) -> InUse {
        let name = store.file_name().and_then(|name| name.to_str()).filter(|name| is_ours(name, STORE));
        match (store.parent(), name) {
            (Some(directory), Some(name)) if used_path(directory, name).exists() => {
                InUse::begin(directory, name).touch()
            }
            _ => InUse(None),
        }
    }

    /// Protects the store of this name, which need not exist yet. Does nothing in a directory that
    /// cannot be written, or on a file system without locks.
    pub(super) fn begin(directory: &Path, name: &str) -> InUse {
        let path = used_path(directory, name);
        loop {
            let own = File::options().create(true).append(true).open(&path);
            let Ok(file) = own.or_else(|_| File::open(&path)) else { return InUse(None) };
            // The removal of a store removes this file too. A lock on a removed file has no effect.
            if file.lock_shared().is_err() || is_at(&file, &path) {
                return InUse(Some(file));
            }
        }
    }

    /// Sets the time of the last use to now. That needs only permission to write the file, which
    /// another user may own.
    pub(super) fn touch(self) -> InUse {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        if let Some(file) = &self.0 {
            let _ = futimens(file, &Timestamps { last_access: now, last_modification: now });
        }
        self
    }
}

/// The lock that a process holds while it removes a store. Other processes wait for its end before
/// they use the store.
pub(super) struct Removal {
    path: PathBuf,
    /// Whether the removal created the file.
    made: bool,
    _file: Option<File>,
}

impl Removal {
    /// Begins the removal, unless the store is in use.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub(super) fn begin(directory: &Path, name: &str) -> Result<Removal, String> {
        let path = used_path(directory, name);
        let made = !path.exists();
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(|error| format!("{}: cannot write: {error}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Removal { path, made, _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(usage_message(Usage::InUse)),
            Err(TryLockError::Error(_)) => match without_locks(directory, name) {
                Usage::Unused => Ok(Removal { path, made, _file: None }),
                usage => Err(usage_message(usage)),
            },
        }
    }

    /// Ends the removal, once the store is gone.
    pub(super) fn end(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Ends the removal without removing the store.
    pub(super) fn cancel(self) {
        if self.made {
            self.end();
        }
    }
}

/// Returns whether a store is in use now.
pub(super) fn usage(directory: &Path, name: &str) -> Usage {
    let Ok(file) = File::options().append(true).open(used_path(directory, name)) else {
        return without_locks(directory, name);
    };
    match file.try_lock() {
        Ok(()) => Usage::Unused,
        Err(TryLockError::WouldBlock) => Usage::InUse,
        Err(TryLockError::Error(_)) => without_locks(directory, name),
    }
}

/// Returns when a store was last opened, if that is known.
pub(super) fn last_use(directory: &Path, name: &str) -> Option<SystemTime> {
    fs::metadata(used_path(directory, name)).and_then(|metadata| metadata.modified()).ok()
}

fn without_locks(directory: &Path, name: &str) -> Usage {
    let last = last_use(directory, name);
    // A time in the future counts as recent.
    let recent = last.is_some_and(|time| time.elapsed().map_or(true, |passed| passed < WITHOUT_LOCKS));
    if recent { Usage::Recent } else { Usage::Unused }
}

fn used_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(name.strip_suffix(STORE).unwrap_or(name).to_owned() + USED)
}

/// Returns whether an open file is the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(ref open), Ok(ref there)) if place(open) == place(there))
}
