//! Which stores of a cache are in use: by a lock on a file beside the store, whose time is that of
//! the last use.

use super::{STORE, USED, is_ours};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Where nobody can tell by locks, what was opened within this time counts as used: longer than
/// trainings take.
const WITHOUT_LOCKS: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whether a store is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Nobody uses it.
    Unused,
    /// A process on this machine, or on another one where the file system's locks reach as far,
    /// uses it.
    InUse,
    /// The file system has no locks, and it was opened within the last 30 days.
    Recent,
}

/// Keeps a store of a cache from being removed by others, as long as it lives. The system ends that
/// with the process, however it ends.
#[derive(Debug)]
pub struct InUse(Option<File>);

impl InUse {
    /// Notes the use of a store that a cache has given: in another process, say, than the one that
    /// asked for it. Of any other path, nothing is noted.
    #[must_use]
    pub fn of(store: &Path) -> InUse {
        let name = store.file_name().and_then(|name| name.to_str()).filter(|name| is_ours(name, STORE));
        match (store.parent(), name) {
            (Some(directory), Some(name)) if used_path(directory, name).exists() => {
                InUse::begin(directory, name).noted()
            }
            _ => InUse(None),
        }
    }

    /// Keeps the store of this name, which need not be there yet. In a directory that cannot be
    /// written, or on a file system without locks, nothing is held.
    pub(super) fn begin(directory: &Path, name: &str) -> InUse {
        let path = used_path(directory, name);
        loop {
            let own = File::options().create(true).append(true).open(&path);
            let Ok(file) = own.or_else(|_| File::open(&path)) else { return InUse(None) };
            // Whoever removes the store removes the file, too: a lock on one that is gone says
            // nothing to others.
            if file.lock_shared().is_err() || is_at(&file, &path) {
                return InUse(Some(file));
            }
        }
    }

    /// The same, with now as the time of the last use. Who may write the file may set that, whoever
    /// made it.
    pub(super) fn noted(self) -> InUse {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        if let Some(file) = &self.0 {
            let _ = futimens(file, &Timestamps { last_access: now, last_modification: now });
        }
        self
    }
}

/// What whoever removes a store holds meanwhile. Nobody who begins to use the store goes on before
/// that is over.
pub(super) struct Removal {
    path: PathBuf,
    /// Whether the file was made for it.
    made: bool,
    _file: Option<File>,
}

impl Removal {
    /// Begins it, unless the store is in use.
    pub(super) fn begin(directory: &Path, name: &str) -> Result<Removal, Usage> {
        let path = used_path(directory, name);
        let made = !path.exists();
        let Ok(file) = File::options().create(true).append(true).open(&path) else {
            return Err(usage(directory, name));
        };
        match file.try_lock() {
            Ok(()) => Ok(Removal { path, made, _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(Usage::InUse),
            Err(TryLockError::Error(_)) => match without_locks(directory, name) {
                Usage::Unused => Ok(Removal { path, made, _file: None }),
                usage => Err(usage),
            },
        }
    }

    /// Ends it, once the store is gone.
    pub(super) fn end(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Ends it with the store where it was.
    pub(super) fn give_up(self) {
        if self.made {
            self.end();
        }
    }
}

/// Whether a store is in use now.
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

/// When a store was opened last, if that is known.
pub(super) fn last_use(directory: &Path, name: &str) -> Option<SystemTime> {
    fs::metadata(used_path(directory, name)).and_then(|metadata| metadata.modified()).ok()
}

fn without_locks(directory: &Path, name: &str) -> Usage {
    let last = last_use(directory, name);
    // A time in the future is no long time ago either.
    let recent = last.is_some_and(|time| time.elapsed().map_or(true, |passed| passed < WITHOUT_LOCKS));
    if recent { Usage::Recent } else { Usage::Unused }
}

fn used_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(name.strip_suffix(STORE).unwrap_or(name).to_owned() + USED)
}

/// Whether an open file is what is at the path.
fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(ref open), Ok(ref there)) if place(open) == place(there))
}
