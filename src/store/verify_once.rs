//! Verifying a store once for each machine: that it was whole, and which files it had then, is
//! remembered in a file of the user's cache.

use super::Store;
use crate::Result;
use crate::format::checks::sha256_hex;
use crate::format::sealed_json;
use crate::progress::{self, Progress, Unit};
use serde::Serialize;
use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The directory of the records, in that of the cache.
const DIRECTORY: &str = "verified";
/// How often is looked whether another process has done the work.
const LOOK: Duration = Duration::from_millis(50);

/// What is remembered of a store that was found whole. Anything that differs has it verified anew.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Record {
    /// Whoever adds a check adds it in a new version.
    verified_by: &'static str,
    /// For people who look: the name of the record is made of it.
    path: String,
    checksum: String,
    files: Vec<FileState>,
}

/// A file as the system knows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct FileState {
    name: String,
    device: u64,
    inode: u64,
    length: u64,
    /// When the contents changed, in seconds and nanoseconds.
    modified: (i64, i64),
    /// When the contents or the file's own data changed: no program can set it back.
    changed: (i64, i64),
}

impl Store {
    /// Checks the store as [`Store::verify`] does, unless this machine has done so before and no
    /// data file has changed since. Returns whether it was read now.
    ///
    /// That a store is whole is remembered in the directory `verified` of `cache`, for its path,
    /// its checksum, and number, length and times of each data file. `None` is the user's cache:
    /// `$ATEMOYA_CACHE`, or `atemoya` in `$XDG_CACHE_HOME` (`~/.cache`). Of several processes that
    /// ask at once, one reads the store and the others wait. Where nothing can be remembered, it is
    /// read each time. A store that fails is not remembered. A new name for a data file changes its
    /// times: when another store of a cache comes to share the genome's file, this one is read once
    /// more.
    ///
    /// Damage that leaves no trace in a file's times, as that of a failing disk after this, is seen
    /// by [`Store::verify`] alone. Locus indices are not read here: every loader compares the one
    /// that it uses with its checksum.
    ///
    /// # Errors
    /// As [`Store::verify`].
    ///
    /// ```no_run
    /// let store = atemoya::Store::open("hg38.atemoya")?;
    /// store.verify_once(None, &())?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn verify_once(&self, cache: Option<&Path>, progress: &dyn Progress) -> Result<bool> {
        let cache = cache.map(Path::to_path_buf).or_else(user_cache);
        let state = cache.and_then(|cache| Some((place(&cache, self.path())?, self.record()?)));
        let Some((place, record)) = state else {
            // There is no cache, or nothing to tell the files by.
            return self.verify(progress).map(|_| true);
        };
        let bytes = sealed_json::seal(&record)?;
        if fs::read(&place).is_ok_and(|known| known == bytes) {
            return Ok(false);
        }
        let mut file = open_locked(&place, progress)?;
        if file.as_mut().is_some_and(|file| holds(file, &bytes)) {
            return Ok(false);
        }
        self.verify(progress)?;
        // What was read is what is remembered. Where it cannot be, the next one reads it again.
        if let Some(file) = &mut file
            && self.record().is_some_and(|now| now == record)
        {
            let _ = remember(file, &bytes);
        }
        Ok(true)
    }

    /// What would be remembered of the store as its open files are now.
    fn record(&self) -> Option<Record> {
        let sequence = self.sequence().map(|sequence| (sequence.path(), sequence.map.file()));
        let panels = self.panels().iter().map(|panel| (panel.path(), panel.map.file()));
        let files = sequence.into_iter().chain(panels).map(|(path, file)| FileState::of(path, file));
        Some(Record {
            verified_by: concat!("atemoya ", env!("CARGO_PKG_VERSION")),
            path: fs::canonicalize(self.path()).ok()?.display().to_string(),
            checksum: self.checksum().to_owned(),
            files: files.collect::<Option<_>>()?,
        })
    }
}

impl FileState {
    fn of(path: &Path, file: &File) -> Option<FileState> {
        let metadata = file.metadata().ok()?;
        Some(FileState {
            name: path.file_name()?.to_string_lossy().into_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// The user's cache, if there is a place for one.
pub(crate) fn user_cache() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME");
    let below_home = |path: PathBuf| match (path.strip_prefix("~"), &home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    };
    let shared = || set("XDG_CACHE_HOME").map(below_home).or_else(|| Some(home.as_ref()?.join(".cache")));
    set("ATEMOYA_CACHE").map(below_home).or_else(|| Some(shared()?.join("atemoya")))
}

/// The file that remembers a store on this machine. A cache may be shared by several, in a home
/// directory on the network.
fn place(cache: &Path, store: &Path) -> Option<PathBuf> {
    let store = fs::canonicalize(store).ok()?;
    let machine = fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = sha256_hex(&[machine.as_slice(), b"\0", store.as_os_str().as_bytes()].concat());
    Some(cache.join(DIRECTORY).join(format!("{}.json", &name[..32])))
}

/// Opens the file that remembers, and waits until nobody else works on it. `None` where nothing can
/// be written.
fn open_locked(place: &Path, progress: &dyn Progress) -> Result<Option<File>> {
    let opened = || -> std::io::Result<File> {
        fs::create_dir_all(place.parent().unwrap_or(place))?;
        File::options().read(true).write(true).create(true).truncate(false).open(place)
    };
    let Ok(file) = opened() else { return Ok(None) };
    let mut waiting = false;
    loop {
        match file.try_lock() {
            // A file system without locks: at worst two verify the same.
            Ok(()) | Err(TryLockError::Error(_)) => break,
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut waiting, true) {
                    progress.start("waiting for another process to check the files", 0, Unit::Bytes);
                }
                progress::check(progress)?;
                std::thread::sleep(LOOK);
            }
        }
    }
    if waiting {
        progress.finish();
    }
    Ok(Some(file))
}

/// Whether a file holds these bytes.
fn holds(file: &mut File, bytes: &[u8]) -> bool {
    let mut known = Vec::new();
    file.read_to_end(&mut known).is_ok() && known == bytes
}

/// Writes the record. One that is cut short is none, since it ends with its checksum.
fn remember(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests;
