//! Verifies a store once for each machine, and records in the user's cache that it was intact and
//! which files it had then.

use super::Store;
use super::file_stamp::FileStamp;
use super::lock::lock;
use super::user_cache::user_cache;
use crate::Result;
use crate::format::checks::sha256_hex;
use crate::format::sealed_json;
use crate::progress::Progress;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The directory of the records in the cache.
const DIRECTORY: &str = "verified";

/// What is recorded of a store that was found intact. When anything of it differs, the store is
/// verified again.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct VerifiedRecord {
    /// A newer version may check more.
    verified_by: &'static str,
    /// The path of the store, for readers. The name of the record is derived from it.
    path: String,
    checksum: String,
    files: Vec<VerifiedFile>,
}

/// One data file of the store.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct VerifiedFile {
    name: String,
    #[serde(flatten)]
    stamp: FileStamp,
}

impl Store {
    /// Verifies the store as [`Store::verify`] does, unless this machine has done so before and no
    /// data file has changed since. Returns whether the store was read now.
    ///
    /// The result is recorded in the directory `verified` of `cache`, with the store's path and
    /// checksum, and the number, length and times of each data file. `cache` of `None` is the
    /// user's cache: `$ATEMOYA_CACHE`, or `atemoya` in `$XDG_CACHE_HOME` (`~/.cache`). Where no
    /// record can be written, the store is read each time. A store that fails is not recorded. When
    /// several processes ask at once, one reads the store and the others wait.
    ///
    /// A new hard link to a data file changes its times. So a store of a cache is read once more
    /// when another store comes to share its genome file.
    ///
    /// Damage that does not change a file's times, such as that of a failing disk, is found only by
    /// [`Store::verify`]. Locus indices are not read: each loader compares the index that it uses
    /// with its checksum.
    ///
    /// # Errors
    /// As [`Store::verify`].
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// let store = atemoya::Store::open("yeast.atemoya")?;
    /// let cache = Some("cache".as_ref()); // `None` for the user's
    /// assert!(store.verify_once(cache, &())?); // it was read now
    /// assert!(!store.verify_once(cache, &())?);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn verify_once(&self, cache: Option<&Path>, progress: &dyn Progress) -> Result<bool> {
        let cache = cache.map(Path::to_path_buf).or_else(user_cache);
        let state = cache.and_then(|cache| Some((record_path(&cache, self.path())?, self.record()?)));
        let Some((path, record)) = state else {
            // There is no cache directory, or no metadata of the files.
            return self.verify(progress).map(|_| true);
        };
        let bytes = sealed_json::seal(&record)?;
        if fs::read(&path).is_ok_and(|known| known == bytes) {
            return Ok(false);
        }
        let mut file = open_locked(&path, progress)?;
        if file.as_mut().is_some_and(|file| holds(file, &bytes)) {
            return Ok(false);
        }
        self.verify(progress)?;
        // Only if the files are still those that were read. Without a record, the next call reads
        // them again.
        if let Some(file) = &mut file
            && self.record().is_some_and(|now| now == record)
        {
            let _ = write_record(file, &bytes);
        }
        Ok(true)
    }

    /// Describes the store as its open files are now.
    fn record(&self) -> Option<VerifiedRecord> {
        let sequence = self.sequence().map(|sequence| (sequence.path(), sequence.map.file()));
        let panels = self.panels().iter().map(|panel| (panel.path(), panel.map.file()));
        let file = |(path, file): (&Path, &File)| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(VerifiedFile { name, stamp: FileStamp::of(&file.metadata().ok()?) })
        };
        let files = sequence.into_iter().chain(panels).map(file);
        Some(VerifiedRecord {
            verified_by: concat!("atemoya ", env!("CARGO_PKG_VERSION")),
            path: fs::canonicalize(self.path()).ok()?.display().to_string(),
            checksum: self.checksum().to_owned(),
            files: files.collect::<Option<_>>()?,
        })
    }
}

/// Returns the path of a store's record for this machine. Several machines may share a cache, in a
/// home directory on a network.
fn record_path(cache: &Path, store: &Path) -> Option<PathBuf> {
    let store = fs::canonicalize(store).ok()?;
    let machine = fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = sha256_hex(&[machine.as_slice(), b"\0", store.as_os_str().as_bytes()].concat());
    Some(cache.join(DIRECTORY).join(format!("{}.json", &name[..32])))
}

/// Opens the record, and waits while another process has it locked. `None` where it cannot be
/// written.
fn open_locked(path: &Path, progress: &dyn Progress) -> Result<Option<File>> {
    let opened = || -> std::io::Result<File> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        File::options().read(true).write(true).create(true).truncate(false).open(path)
    };
    let Ok(file) = opened() else { return Ok(None) };
    // On a file system without locks, two processes may verify the same store.
    lock(&file, "waiting for another process to check the files", progress)?;
    Ok(Some(file))
}

/// Returns whether a file holds exactly these bytes.
fn holds(file: &mut File, bytes: &[u8]) -> bool {
    let mut known = Vec::new();
    file.read_to_end(&mut known).is_ok() && known == bytes
}

/// Writes the record. It ends with its checksum, so that a truncated one is not valid.
fn write_record(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests;
