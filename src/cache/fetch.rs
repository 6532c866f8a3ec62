//! Opening the store of some files, which is packed when there is none yet.

use super::prune::in_words;
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

/// A store of a cache.
#[derive(Debug)]
pub struct Cached {
    /// The store.
    pub store: Store,
    /// Keeps it from being removed by others.
    pub in_use: InUse,
    /// What packing has said, if it was packed now.
    pub packed: Option<Packed>,
}

impl Cached {
    /// The same, with its use noted: looking at a store is none.
    fn noted(self) -> Cached {
        Cached { in_use: self.in_use.noted(), ..self }
    }
}

impl Cache {
    /// Opens the store of a builder's files, which is packed if there is none yet. Files are told
    /// by path, length, number and times of change; files of the same content are recognised by
    /// their length and hash, whatever their paths and times.
    ///
    /// Several processes may do this at once: one packs, and the others wait for it. Where the file
    /// system has no locks, each packs, and the store of the first to end is used by all.
    ///
    /// # Errors
    /// As [`PackBuilder::publish`]; [`Error::Exists`] when a store that was damaged has files of
    /// others in it.
    pub fn store(&self, builder: &PackBuilder, progress: &dyn Progress) -> Result<Cached> {
        let request = Request::of(builder)?;
        if let Some(record) = InputRecord::read(&self.directory.join(request.name(RECORD)))
            && let Some(cached) = self.open(&record.store)
        {
            return Ok(cached.noted());
        }
        if let Some(name) = self.of_the_same_content(&request, progress)?
            && let Some(cached) = self.open(&name)
        {
            request.record(&self.directory, &name);
            return Ok(cached.noted());
        }
        self.pack(builder, &request, progress)
    }

    /// The store of this name, if there is a whole one.
    fn open(&self, name: &str) -> Option<Cached> {
        let path = self.directory.join(name);
        if !is_ours(name, STORE) || !path.exists() {
            return None;
        }
        let in_use = InUse::begin(&self.directory, name);
        Some(Cached { store: Store::open(path).ok()?, in_use, packed: None })
    }

    /// The name of a store of other files that have the same content.
    fn of_the_same_content(&self, request: &Request, progress: &dyn Progress) -> Result<Option<String>> {
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

    /// A store of the same genome, with whatever tracks.
    fn of_the_same_genome(&self, request: &Request, progress: &dyn Progress) -> Result<Option<Cached>> {
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

    /// The records of all stores, in the order of their names.
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
                // Nothing stays of what was not packed.
                if !self.directory.join(&name).exists() {
                    let _ = Removal::begin(&self.directory, &name).map(Removal::end);
                }
                return Err(error);
            }
        };
        request.record(&self.directory, &name);
        if let Some(limit) = self.limit {
            // Room for what comes next; where there is none to be made, nothing is wrong with this
            // store.
            let _ = self.prune(&Prune { max_bytes: Some(limit), ..Prune::default() });
        }
        Ok(cached.noted())
    }

    /// Packs the store of this name, unless another process does so meanwhile, and opens it.
    fn packed_once(&self, builder: &PackBuilder, request: &Request, progress: &dyn Progress) -> Result<Cached> {
        let name = request.name(STORE);
        let path = self.directory.join(&name);
        let _lock = PackingLock::wait(self.directory.join(format!(".{name}.lock")), progress)?;
        if let Some(cached) = self.open_or_remove(&name)? {
            return Ok(cached);
        }
        // Noted before anything is published: where there are no locks, nobody removes it then.
        let in_use = InUse::begin(&self.directory, &name).noted();
        let genome = self.of_the_same_genome(request, progress)?;
        let builder = builder.clone().replace(false);
        let store = genome.as_ref().map(|cached| cached.store.clone());
        let mut published = builder.clone().sequence_of(store).publish(&path, progress);
        if genome.is_some() && matches!(published, Err(Error::Input { .. })) {
            // It may be another genome after all, of the same length and time of change.
            published = builder.publish(&path, progress);
        }
        let packed = match published {
            Ok(packed) => Some(packed),
            // Without locks, another one was faster.
            Err(Error::Exists { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Cached { store: Store::open(&path)?, in_use, packed })
    }

    /// Opens the store of this name. One that is damaged is removed, if nobody uses it; whatever
    /// else keeps a store from being opened says nothing against it.
    ///
    /// # Errors
    /// [`Error::Exists`] for a damaged store that is in use, or that has files of others in it; any
    /// other error of opening it.
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
        // Nobody uses it who looks at it only to find it damaged.
        drop(in_use);
        let removal = Removal::begin(&self.directory, name).map_err(|usage| {
            let hint = format!(
                "it is damaged, and cannot be replaced: {}; end the processes that use it, or delete it yourself, or give another directory \
                 (`cache_dir`)",
                in_words(usage)
            );
            Error::Exists { path: path.clone(), hint }
        })?;
        // Where there are no locks, another process may have put a whole one in its place by now.
        let removed = match open() {
            Ok(None) => remove_damaged(&path),
            Ok(Some(_)) => Ok(()),
            Err(error) => Err(error),
        };
        if fs::symlink_metadata(&path).is_err() {
            removal.end();
            return removed.map(|()| None);
        }
        removal.give_up();
        removed?;
        let in_use = InUse::begin(&self.directory, name);
        Ok(Some(Cached { store: Store::open(&path)?, in_use, packed: None }))
    }
}

/// Whether an error of opening a store says that the store itself is at fault: what it holds is
/// wrong, or a file of it is gone.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Corrupt { .. } | Error::NotAStore { .. } => true,
        Error::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The hashes of the files that are asked for, each taken once, when it is needed.
struct Hashes<'a> {
    request: &'a Request,
    known: Vec<Option<String>>,
}

impl<'a> Hashes<'a> {
    fn new(request: &'a Request) -> Hashes<'a> {
        Hashes { request, known: vec![None; request.files.len()] }
    }

    /// Whether a file has this hash. One that is as it was when a record was made is not read
    /// again.
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
