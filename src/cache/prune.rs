//! Removes stores from a cache: by age, by size, or because their inputs are gone.

use super::request::InputRecord;
use super::used::{Removal, Usage};
use super::{Cache, Entry, RECORD, files, is_ours};
use crate::Result;
use crate::store::{remove_abandoned_stores, remove_store};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Which stores to remove. A store in use is never removed, nor one whose directory has entries
/// that are not part of a store.
///
/// ```
/// use atemoya::cache::{Cache, Prune};
/// use std::time::Duration;
/// # use atemoya::PackBuilder;
/// # let directory = tempfile::tempdir().unwrap();
/// # let fasta = directory.path().join("genome.fa");
/// # std::fs::write(&fasta, ">chrI\nACGTACGT\n").unwrap();
/// # let cache = Cache::new(directory.path().join("cache"));
/// # cache.store(&PackBuilder::new().fasta(&fasta), &())?;
///
/// let days = |days: u64| Some(Duration::from_secs(days * 24 * 60 * 60));
/// let rules = Prune { older_than: days(30), ..Prune::default() };
/// assert!(cache.prune(&rules)?.is_empty()); // the only store was opened just now
/// assert_eq!(cache.entries()?.len(), 1);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Prune {
    /// Removes those that have not been opened for longer than this.
    pub older_than: Option<Duration>,
    /// Removes those whose inputs are gone.
    pub missing_inputs: bool,
    /// Removes all.
    pub all: bool,
    /// Removes the least recently used, until the others take no more bytes than this.
    pub max_bytes: Option<u64>,
    /// Removes nothing, and only returns what would be removed.
    pub dry_run: bool,
}

/// A store that was to be removed.
///
/// ```
/// use atemoya::cache::{Cache, Prune};
/// # use atemoya::PackBuilder;
/// # let directory = tempfile::tempdir().unwrap();
/// # let fasta = directory.path().join("genome.fa");
/// # std::fs::write(&fasta, ">chrI\nACGTACGT\n").unwrap();
/// # let cache = Cache::new(directory.path().join("cache"));
/// # let builder = PackBuilder::new().fasta(&fasta);
///
/// let cached = cache.store(&builder, &())?;
/// let pruned = cache.prune(&Prune { all: true, ..Prune::default() })?;
/// assert_eq!(pruned[0].entry.path, cached.store.path());
/// assert!(pruned[0].kept.is_some()); // it is in use
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// The store as it was before.
    pub entry: Entry,
    /// Why it was not removed; `None` if it was, or would be.
    pub kept: Option<String>,
}

impl Cache {
    /// Removes stores, and what killed processes left while they packed. Returns the stores that
    /// were to be removed.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the directory cannot be listed.
    #[doc(hidden)]
    pub fn prune(&self, rules: &Prune) -> Result<Vec<Pruned>> {
        let entries = self.entries()?;
        if !rules.dry_run {
            remove_abandoned_stores(&self.directory);
        }
        let old = |entry: &Entry| {
            let passed = entry.last_use.elapsed().unwrap_or_default();
            rules.older_than.is_some_and(|age| passed > age)
        };
        let named = |entry: &Entry| rules.all || old(entry) || rules.missing_inputs && entry.misses_inputs;
        let (doomed, mut staying): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(named);
        let mut pruned: Vec<Pruned> = doomed.into_iter().map(|entry| self.remove(entry, rules.dry_run)).collect();
        if let Some(limit) = rules.max_bytes {
            let kept = pruned.iter().filter(|pruned| pruned.kept.is_some());
            let mut kept: Vec<PathBuf> = kept.map(|pruned| pruned.entry.path.clone()).collect();
            // The least recently used is the last.
            while bytes_of(staying.iter().map(|entry| &entry.path).chain(&kept)) > limit
                && let Some(entry) = staying.pop()
            {
                let one = self.remove(entry, rules.dry_run);
                kept.extend(one.kept.is_some().then(|| one.entry.path.clone()));
                pruned.push(one);
            }
        }
        Ok(pruned)
    }

    fn remove(&self, entry: Entry, dry_run: bool) -> Pruned {
        let kept = match (dry_run, entry.usage) {
            (true, Usage::Unused) => None,
            (true, usage) => Some(usage_message(usage)),
            (false, _) => self.remove_unused(&entry).err(),
        };
        Pruned { entry, kept }
    }

    /// Removes a store with the files beside it. The error says why it cannot be removed.
    fn remove_unused(&self, entry: &Entry) -> Result<(), String> {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removal = Removal::begin(&self.directory, &name)?;
        if let Err(reason) = remove_store(&entry.path) {
            removal.cancel();
            return Err(reason);
        }
        if entry.path.exists() {
            return Err("some of its files cannot be removed".to_owned());
        }
        for file in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            let ours = file.file_name().to_str().is_some_and(|name| is_ours(name, RECORD));
            if ours && InputRecord::read(&file.path()).is_some_and(|record| record.store == name) {
                let _ = fs::remove_file(file.path());
            }
        }
        removal.end();
        Ok(())
    }
}

/// Returns the bytes of all files of some stores. A file that several share counts once.
fn bytes_of<'a>(stores: impl Iterator<Item = &'a PathBuf>) -> u64 {
    let files = stores.flat_map(|store| files(store)).map(|file| (file.inode, file.bytes));
    files.collect::<HashMap<_, _>>().into_values().sum()
}

/// Returns the message why a store is not removed.
pub(super) fn usage_message(usage: Usage) -> String {
    match usage {
        Usage::Recent => {
            "it was opened within the last 30 days, and the file system has no locks to tell whether it is in use"
        }
        _ => "it is in use",
    }
    .to_owned()
}
