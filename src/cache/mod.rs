//! A cache of stores that are packed on the fly and found by their input files. Needs the feature
//! `ingest`.
//!
//! A store of the cache is a directory `NAME-KEY.atemoya`. Beside it is a record `NAME-KEY.json`
//! for each combination of inputs that leads to it, and a file `NAME-KEY.used`, which processes
//! lock while they use the store, and whose modification time is that of the last use.

mod fetch;
mod prune;
mod request;
mod used;

pub use fetch::Cached;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use prune::{Prune, Pruned};
#[doc(hidden)]
pub use used::{InUse, Usage};

use self::request::InputRecord;
use crate::store::{Store, user_cache};
use crate::{Error, Result};
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The suffixes of stores, of records of inputs, and of the files that are locked during use.
const STORE: &str = ".atemoya";
const RECORD: &str = ".json";
const USED: &str = ".used";

/// A directory of stores that were packed on the fly. Any of them can be removed at any time and is
/// packed again when it is needed.
///
/// ```
#[doc = include_str!("../example_inputs.txt")]
/// use atemoya::PackBuilder;
/// use atemoya::cache::Cache;
///
/// let cache = Cache::new("cache"); // or `Cache::from_environment()?`, which is the user's
/// let builder = PackBuilder::new().fasta("genome.fa").signal("atac", ["plus.bw", "minus.bw"]);
/// let cached = cache.store(&builder, &())?; // packed at the first call
/// println!("{} contigs", cached.store.contigs().len());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
    limit: Option<u64>,
}

/// A store of a cache, as the command `atemoya cache list` shows it.
///
/// ```
/// # use atemoya::cache::Cache;
/// # use atemoya::PackBuilder;
/// # let directory = tempfile::tempdir().unwrap();
/// # let fasta = directory.path().join("genome.fa");
/// # std::fs::write(&fasta, ">chrI\nACGTACGT\n").unwrap();
/// # let cache = Cache::new(directory.path().join("cache"));
/// # cache.store(&PackBuilder::new().fasta(&fasta), &())?;
/// let entries = cache.entries()?;
/// assert_eq!(entries.len(), 1);
/// assert!(entries[0].inputs[0].ends_with("genome.fa"));
/// assert!(entries[0].bytes > 0 && entries[0].damage.is_none());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path of the store.
    pub path: PathBuf,
    /// The size of its files in bytes. The size of a file that several stores share, as they do the
    /// genome's, is divided among them.
    pub bytes: u64,
    /// When it was opened last.
    pub last_use: SystemTime,
    /// Whether a process uses it.
    pub usage: Usage,
    /// Its input files: the genome first, then those of its channels in their order.
    pub inputs: Vec<PathBuf>,
    /// Whether no request leads to it any more: each of its recorded combinations of inputs lacks a
    /// file.
    pub misses_inputs: bool,
    /// The error of opening it, if it cannot be opened.
    pub damage: Option<String>,
}

impl Cache {
    /// Creates a cache in this directory, without a limit. The directory is made on the first
    /// packing.
    ///
    /// ```
    /// use atemoya::cache::Cache;
    ///
    /// let cache = Cache::new("/scratch/stores");
    /// assert_eq!(cache.directory().to_str(), Some("/scratch/stores"));
    /// ```
    pub fn new(directory: impl Into<PathBuf>) -> Cache {
        Cache { directory: directory.into(), limit: None }
    }

    /// Returns the user's cache: `$ATEMOYA_CACHE`, or `atemoya` in `$XDG_CACHE_HOME` or `~/.cache`.
    /// Its limit is `$ATEMOYA_CACHE_SIZE`, if that is set.
    ///
    /// ```
    /// # if std::env::var_os("HOME").is_none() { return Ok(()) }
    /// let cache = atemoya::cache::Cache::from_environment()?;
    /// println!("{}", cache.directory().display()); // /home/ada/.cache/atemoya
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for an invalid size, and when there is no home directory.
    pub fn from_environment() -> Result<Cache> {
        let none = || {
            Error::argument("HOME", "there is no home directory: set ATEMOYA_CACHE to a directory for packed stores")
        };
        let cache = Cache::new(user_cache().ok_or_else(none)?);
        cache.limited_by_environment()
    }

    /// Sets the limit to `$ATEMOYA_CACHE_SIZE`, if that is set.
    ///
    /// ```
    /// # use atemoya::cache::Cache;
    /// // With ATEMOYA_CACHE_SIZE=200G, as with `limit(Some(200_000_000_000))`.
    /// let cache = Cache::new("/scratch/stores").limited_by_environment()?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for an invalid size.
    pub fn limited_by_environment(self) -> Result<Cache> {
        let Some(size) = std::env::var_os("ATEMOYA_CACHE_SIZE").filter(|size| !size.is_empty()) else {
            return Ok(self);
        };
        let bytes = parse_size(&size.to_string_lossy());
        let bytes = bytes.map_err(|message| Error::argument("ATEMOYA_CACHE_SIZE", message))?;
        Ok(self.limit(Some(bytes)))
    }

    /// Sets how many bytes the stores may take together, `None` for no limit. When they take more
    /// after a packing, the least recently used are removed, except those in use.
    ///
    /// ```
    #[doc = include_str!("../example_inputs.txt")]
    /// use atemoya::{PackBuilder, cache::Cache};
    ///
    /// let cache = Cache::new("cache").limit(Some(1)); // no two stores fit
    /// let builder = PackBuilder::new().fasta("genome.fa");
    /// let first = cache.store(&builder, &())?.store.path().to_owned(); // not in use any more
    /// let second = cache.store(&builder.signal("atac", ["plus.bw"]), &())?;
    /// assert!(!first.exists() && second.store.path().exists());
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    #[must_use]
    pub fn limit(mut self, bytes: Option<u64>) -> Cache {
        self.limit = bytes;
        self
    }

    /// Returns the directory.
    ///
    /// ```
    /// let cache = atemoya::cache::Cache::new("stores");
    /// assert!(cache.directory().ends_with("stores"));
    /// ```
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns all stores, the most recently used first. Returns none where the directory does not
    /// exist. Entries that are not stores of the cache are left out.
    ///
    /// # Errors
    /// [`Error::Io`].
    #[doc(hidden)]
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let names = match fs::read_dir(&self.directory) {
            Ok(entries) => {
                entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<_>>()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(&self.directory, "list")(error)),
        };
        let mut records: HashMap<String, Vec<InputRecord>> = HashMap::new();
        for record in names
            .iter()
            .filter(|name| is_ours(name, RECORD))
            .filter_map(|name| InputRecord::read(&self.directory.join(name)))
        {
            records.entry(record.store.clone()).or_default().push(record);
        }
        let mut entries: Vec<Entry> = Vec::new();
        for name in names.iter().filter(|name| is_ours(name, STORE)) {
            let path = self.directory.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
                entries.push(self.entry(path, name, records.get(name).map_or(&[][..], Vec::as_slice)));
            }
        }
        entries.sort_by(|a, b| (b.last_use, &a.path).cmp(&(a.last_use, &b.path)));
        Ok(entries)
    }

    fn entry(&self, path: PathBuf, name: &str, records: &[InputRecord]) -> Entry {
        let used = used::last_use(&self.directory, name);
        let last_use = used.or_else(|| fs::metadata(&path).and_then(|metadata| metadata.modified()).ok());
        let (mut inputs, mut damage) = (Vec::new(), None);
        match Store::open(&path) {
            Ok(store) => inputs.extend(store.manifest().inputs.iter().map(|input| PathBuf::from(&input.path))),
            Err(error) => damage = Some(error.to_string()),
        }
        if let Some(record) = records.first() {
            inputs = record.files.iter().map(|file| file.path.clone()).collect();
        }
        let there = |record: &InputRecord| record.files.iter().all(|file| file.path.exists());
        let misses_inputs = match records {
            // A relative path of the manifest is not relative to the current directory.
            [] => inputs.iter().any(|path| path.is_absolute() && !path.exists()),
            records => !records.iter().any(there),
        };
        Entry {
            bytes: files(&path).iter().map(|file| file.bytes / file.links).sum(),
            last_use: last_use.unwrap_or(SystemTime::UNIX_EPOCH),
            usage: used::usage(&self.directory, name),
            path,
            inputs,
            misses_inputs,
            damage,
        }
    }
}

/// Returns whether this is the name of a file of the cache, which ends in a key and `suffix`.
fn is_ours(name: &str, suffix: &str) -> bool {
    let key = name.strip_suffix(suffix).and_then(|rest| rest.rsplit_once('-'));
    key.is_some_and(|(_, key)| {
        key.len() == request::KEY && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A file of a store.
struct StoredFile {
    /// Device and inode, which are equal for all hard links to a file.
    inode: (u64, u64),
    bytes: u64,
    /// The number of hard links.
    links: u64,
}

/// Lists all files in a directory, at any depth.
fn files(directory: &Path) -> Vec<StoredFile> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => files.extend(self::files(&entry.path())),
            Ok(metadata) => files.push(StoredFile {
                inode: (metadata.dev(), metadata.ino()),
                bytes: metadata.len(),
                links: metadata.nlink().max(1),
            }),
            Err(_) => {}
        }
    }
    files
}

/// Parses a size in bytes: `500M`, `1.5T`, `200 GB`, in powers of 1000.
///
/// # Errors
/// The message for a text that is not a size.
#[doc(hidden)]
pub fn parse_size(text: &str) -> Result<u64, String> {
    let refused = || format!("{text:?} is not a size: give bytes, or a number with K, M, G or T, as in 200G");
    let upper = text.trim().to_ascii_uppercase();
    let number = upper.strip_suffix('B').unwrap_or(&upper).trim_end();
    let units = [('K', 1e3), ('M', 1e6), ('G', 1e9), ('T', 1e12)];
    let unit = units.iter().find_map(|(letter, size)| Some((number.strip_suffix(*letter)?, *size)));
    let (number, unit) = unit.unwrap_or((number, 1.0));
    let value: f64 = number.trim().parse().map_err(|_| refused())?;
    let bytes = value * unit;
    if !(0.0..1e18).contains(&bytes) {
        return Err(refused());
    }
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests;
