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
mod tests {
    use super::*;
    use crate::Error;
    use crate::format::manifest::{ContigEntry, Manifest, SequenceEntry};
    use crate::store::{Publication, writer};
    use std::os::unix::fs::{FileExt, PermissionsExt};

    /// A store and a cache, in one directory.
    struct Place {
        directory: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Place {
            let place = Place { directory: tempfile::tempdir().unwrap() };
            place.write(b"ACGTTTGA");
            place
        }

        fn path(&self, name: &str) -> PathBuf {
            self.directory.path().join(name)
        }

        fn write(&self, letters: &[u8]) {
            let publication = Publication::of_store(&self.path("store"), true).unwrap();
            let mut sequence = writer::SequenceWriter::create(&publication.path().join("sequence.atm")).unwrap();
            sequence.push(letters).unwrap();
            let mut manifest = Manifest::new();
            manifest.contigs.push(ContigEntry { name: "a".into(), length: sequence.end_contig().unwrap() });
            manifest.sequence = Some(SequenceEntry { file: "sequence.atm".into(), acgt: sequence.acgt() });
            manifest.files.push(sequence.finish().unwrap());
            writer::publish(publication, manifest).unwrap();
        }

        /// Whether the store, opened anew, is read now.
        fn reads(&self, cache: &Path) -> Result<bool> {
            Store::open(self.path("store")).unwrap().verify_once(Some(cache), &())
        }

        /// Flips a bit of the first base, and puts the file's time back.
        fn flip(&self) {
            let file = File::options().read(true).write(true).open(self.path("store/sequence.atm")).unwrap();
            let modified = file.metadata().unwrap().modified().unwrap();
            let mut byte = [0];
            file.read_exact_at(&mut byte, 4096).unwrap();
            file.write_all_at(&[byte[0] ^ 1], 4096).unwrap();
            file.set_modified(modified).unwrap();
        }
    }

    #[test]
    fn a_store_is_read_once() {
        let place = Place::new();
        let cache = place.path("cache");
        assert!(place.reads(&cache).unwrap());
        assert!(!place.reads(&cache).unwrap());
        // By another way to the same place it is the same store.
        std::os::unix::fs::symlink(place.path("store"), place.path("link")).unwrap();
        assert!(!Store::open(place.path("link")).unwrap().verify_once(Some(&cache), &()).unwrap());
        // Another cache, or another store at the same place, is not the same.
        assert!(place.reads(&place.path("other")).unwrap());
        place.write(b"ACGTTTGC");
        assert!(place.reads(&cache).unwrap());
        assert!(!place.reads(&cache).unwrap());
    }

    #[test]
    fn a_file_that_changed_is_read_anew_and_damage_is_never_remembered() {
        let place = Place::new();
        let cache = place.path("cache");
        assert!(place.reads(&cache).unwrap());
        place.flip();
        for _ in 0..2 {
            assert!(matches!(place.reads(&cache), Err(Error::Corrupt { .. })));
        }
        place.flip();
        assert!(place.reads(&cache).unwrap());
        assert!(!place.reads(&cache).unwrap());
    }

    #[test]
    fn where_nothing_can_be_remembered_it_is_read_each_time() {
        let place = Place::new();
        // A file where a directory must be: nobody can write there, root included.
        fs::write(place.path("cache"), "").unwrap();
        fs::set_permissions(place.path("cache"), fs::Permissions::from_mode(0o444)).unwrap();
        for _ in 0..2 {
            assert!(place.reads(&place.path("cache")).unwrap());
        }
        // A record that was cut short is none.
        let cache = place.path("whole");
        assert!(place.reads(&cache).unwrap());
        let record = fs::read_dir(cache.join(DIRECTORY)).unwrap().next().unwrap().unwrap().path();
        let length = fs::metadata(&record).unwrap().len();
        File::options().write(true).open(&record).unwrap().set_len(length - 1).unwrap();
        assert!(place.reads(&cache).unwrap());
        assert!(!place.reads(&cache).unwrap());
    }

    #[test]
    fn of_many_at_once_one_reads() {
        let place = Place::new();
        let cache = place.path("cache");
        let read = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| place.reads(&cache).unwrap())).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
        });
        assert_eq!(read, 1);
    }

    /// Who waits for another can be interrupted.
    #[test]
    fn waiting_ends_when_it_is_told_to() {
        struct Impatient;
        impl Progress for Impatient {
            fn interrupted(&self) -> bool {
                true
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("verified/record.json");
        let held = open_locked(&path, &()).unwrap().unwrap();
        assert!(matches!(open_locked(&path, &Impatient), Err(Error::Interrupted)));
        drop(held);
        assert!(open_locked(&path, &Impatient).unwrap().is_some());
    }
}
