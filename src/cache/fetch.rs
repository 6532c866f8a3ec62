//! Opens the store of some input files, and packs it when there is none yet.

use super::request::{FileState, InputRecord, Request};
use super::used::{InUse, Removal};
use super::{Cache, Prune, RECORD, STORE, is_ours};
use crate::ingest::provenance;
use crate::pack::{PackBuilder, Packed};
use crate::progress::{self, Progress};
use crate::store::{Store, lock, remove_damaged};
use crate::{Error, Result};
use std::fs::{self, File};
use std::path::PathBuf;

/// What [`Cache::store`] has opened or packed.
///
/// ```
#[doc = include_str!("../example_inputs.txt")]
/// use atemoya::PackBuilder;
/// use atemoya::cache::Cache;
///
/// let cache = Cache::new("cache");
/// let builder = PackBuilder::new().fasta("genome.fa");
/// assert!(cache.store(&builder, &())?.packed.is_some());
/// let cached = cache.store(&builder, &())?;
/// assert!(cached.packed.is_none()); // it was packed before
/// assert_eq!(cached.store.contigs().len(), 1);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct Cached {
    /// The store.
    pub store: Store,
    /// Keeps it from being removed by others.
    pub in_use: InUse,
    /// The result of packing, if it was packed now.
    pub packed: Option<Packed>,
}

impl Cached {
    /// Sets the time of the last use to now. Opening a store to look at it is not a use.
    fn touch(self) -> Cached {
        Cached { in_use: self.in_use.touch(), ..self }
    }
}

impl Cache {
    /// Opens the store of a builder's files, and packs it if there is none yet. Files are
    /// recognized by path, length, inode and times of change. Other files with equal contents are
    /// recognized by length and hash.
    ///
    /// Several processes may call this at once: one packs, and the others wait for it. Where the
    /// file system has no locks, each packs, and all use the store that is finished first.
    ///
    /// # Errors
    /// As [`PackBuilder::publish`]; [`Error::Exists`] when a damaged store is in use or has files
    /// that atemoya did not write.
    pub fn store(&self, builder: &PackBuilder, progress: &dyn Progress) -> Result<Cached> {
        let request = Request::of(builder)?;
        if let Some(record) = InputRecord::read(&self.directory.join(request.name(RECORD)))
            && let Some(cached) = self.open(&record.store)
        {
            return Ok(cached.touch());
        }
        if let Some(name) = self.find_equal_contents(&request, progress)?
            && let Some(cached) = self.open(&name)
        {
            request.record(&self.directory, &name);
            return Ok(cached.touch());
        }
        self.pack(builder, &request, progress)
    }

    /// Opens the store of this name; `None` if there is none that can be opened.
    fn open(&self, name: &str) -> Option<Cached> {
        let path = self.directory.join(name);
        if !is_ours(name, STORE) || !path.exists() {
            return None;
        }
        let in_use = InUse::begin(&self.directory, name);
        Some(Cached { store: Store::open(path).ok()?, in_use, packed: None })
    }

    /// Returns the name of a store of other files with equal contents.
    fn find_equal_contents(&self, request: &Request, progress: &dyn Progress) -> Result<Option<String>> {
        let mut hashes = Hashes::new(request);
        for record in self.records().filter(|record| request.may_equal(record)) {
            let Some(cached) = self.open(&record.store) else { continue };
            let inputs = &cached.store.manifest().inputs;
            let mut same = inputs.len() == request.files.len();
            for (number, input) in inputs.iter().enumerate() {
                same = same && hashes.is(number, &record, &input.sha256, progress)?;
            }
            if same {
                return Ok(Some(record.store));
            }
        }
        Ok(None)
    }

    /// Finds a store of the same genome, with any tracks.
    fn find_equal_genome(&self, request: &Request, progress: &dyn Progress) -> Result<Option<Cached>> {
        let mut hashes = Hashes::new(request);
        let like = |record: &InputRecord| {
            let length = |files: &[FileState]| files.first().map(|file| file.length);
            record.whole_genome && length(&record.files) == length(&request.files)
        };
        for record in self.records().filter(|record| request.whole_genome && like(record)) {
            if let Some(cached) = self.open(&record.store)
                && let Some(genome) = cached.store.manifest().inputs.first()
                && hashes.is(0, &record, &genome.sha256, progress)?
            {
                return Ok(Some(cached));
            }
        }
        Ok(None)
    }

    /// Reads the records of all stores, in the order of their names.
    fn records(&self) -> impl Iterator<Item = InputRecord> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| is_ours(name, RECORD)).collect();
        names.sort_unstable();
        names.into_iter().filter_map(|name| InputRecord::read(&self.directory.join(name)))
    }

    fn pack(&self, builder: &PackBuilder, request: &Request, progress: &dyn Progress) -> Result<Cached> {
        fs::create_dir_all(&self.directory).map_err(Error::io(&self.directory, "make the directory"))?;
        let name = request.name(STORE);
        let cached = match self.packed_once(builder, request, progress) {
            Ok(cached) => cached,
            Err(error) => {
                // Nothing is left behind.
                if !self.directory.join(&name).exists() {
                    let _ = Removal::begin(&self.directory, &name).map(Removal::end);
                }
                return Err(error);
            }
        };
        request.record(&self.directory, &name);
        if let Some(limit) = self.limit {
            // A failure of pruning does not concern this store.
            let _ = self.prune(&Prune { max_bytes: Some(limit), ..Prune::default() });
        }
        Ok(cached.touch())
    }

    /// Packs the store of this name, unless another process does so meanwhile, and opens it.
    fn packed_once(&self, builder: &PackBuilder, request: &Request, progress: &dyn Progress) -> Result<Cached> {
        let name = request.name(STORE);
        let path = self.directory.join(&name);
        let _lock = PackingLock::wait(self.directory.join(format!(".{name}.lock")), progress)?;
        if let Some(cached) = self.open_or_remove(&name)? {
            return Ok(cached);
        }
        // Before anything is published: without locks, its time protects the store from removal.
        let in_use = InUse::begin(&self.directory, &name).touch();
        let genome = self.find_equal_genome(request, progress)?;
        let builder = builder.clone().replace(false);
        let store = genome.as_ref().map(|cached| cached.store.clone());
        let mut published = builder.clone().sequence_of(store).publish(&path, progress);
        if genome.is_some() && matches!(published, Err(Error::Input { .. })) {
            // The genome may be another after all, with equal length and times.
            published = builder.publish(&path, progress);
        }
        let packed = match published {
            Ok(packed) => Some(packed),
            // Without locks, another process was faster.
            Err(Error::Exists { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Cached { store: Store::open(&path)?, in_use, packed })
    }

    /// Opens the store of this name, or removes it if it is damaged and not in use. `None` when
    /// there is no store now.
    ///
    /// # Errors
    /// [`Error::Exists`] for a damaged store that is in use or has files that atemoya did not
    /// write; errors of opening that are not damage.
    fn open_or_remove(&self, name: &str) -> Result<Option<Cached>> {
        let path = self.directory.join(name);
        let open = || match Store::open(&path) {
            Err(error) if !is_damage(&error) => Err(error),
            opened => Ok(opened.ok()),
        };
        if fs::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let in_use = InUse::begin(&self.directory, name);
        if let Some(store) = open()? {
            return Ok(Some(Cached { store, in_use, packed: None }));
        }
        // This process does not use the damaged store.
        drop(in_use);
        let removal = Removal::begin(&self.directory, name).map_err(|reason| {
            let hint = format!(
                "it is damaged, and cannot be replaced: {reason}; end the processes that use it, delete it yourself, \
                 or use another directory (`cache_dir`)"
            );
            Error::Exists { path: path.clone(), hint }
        })?;
        // Without locks, another process may have replaced it by now.
        let removed = match open() {
            Ok(None) => remove_damaged(&path),
            Ok(Some(_)) => Ok(()),
            Err(error) => Err(error),
        };
        if fs::symlink_metadata(&path).is_err() {
            removal.end();
            return removed.map(|()| None);
        }
        removal.cancel();
        removed?;
        let in_use = InUse::begin(&self.directory, name);
        Ok(Some(Cached { store: Store::open(&path)?, in_use, packed: None }))
    }
}

/// Returns whether an error of opening a store means damage: invalid contents or a missing file.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Corrupt { .. } | Error::NotAStore { .. } => true,
        Error::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The hashes of the requested files, each computed when it is first needed.
struct Hashes<'a> {
    request: &'a Request,
    known: Vec<Option<String>>,
}

impl<'a> Hashes<'a> {
    fn new(request: &'a Request) -> Hashes<'a> {
        Hashes { request, known: vec![None; request.files.len()] }
    }

    /// Returns whether a file has this hash. A file in the same state as in the record is not read.
    fn is(&mut self, number: usize, record: &InputRecord, sha256: &str, progress: &dyn Progress) -> Result<bool> {
        let file = &self.request.files[number];
        if record.files.get(number) == Some(file) {
            return Ok(true);
        }
        let known = &mut self.known[number];
        if known.is_none() {
            *known = Some(provenance("", &file.path, progress)?.sha256);
        }
        Ok(known.as_deref() == Some(sha256))
    }
}

/// The lock that a process holds while it packs a store, so that no other packs the same. The file
/// is removed with it.
struct PackingLock {
    path: PathBuf,
    _file: File,
}

impl PackingLock {
    /// Waits until no other process packs the store. Without locks of the file system it does not
    /// wait.
    fn wait(path: PathBuf, progress: &dyn Progress) -> Result<PackingLock> {
        let file = File::options().create(true).append(true).open(&path).map_err(Error::io(&path, "write"))?;
        progress::check(progress)?;
        lock(&file, "waiting for another process to pack the same files", progress)?;
        Ok(PackingLock { path, _file: file })
    }
}

impl Drop for PackingLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
