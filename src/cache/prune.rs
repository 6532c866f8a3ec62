//! Removing stores from a cache: by age, by size, by inputs that are gone.

use super::request::InputRecord;
use super::used::{Removal, Usage};
use super::{Cache, Entry, RECORD, files, is_ours};
use crate::Result;
use crate::store::{remove_abandoned_stores, remove_store};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Which stores are to be removed. One that is in use never is, nor one whose directory holds
/// anything that is not part of a store.
#[derive(Debug, Clone, Default)]
pub struct Prune {
    /// Those that were not opened for longer than this.
    pub older_than: Option<Duration>,
    /// Those whose inputs are gone.
    pub missing_inputs: bool,
    /// All.
    pub all: bool,
    /// Those that were used the longest ago, until the others take no more bytes than this.
    pub max_bytes: Option<u64>,
    /// Whether nothing is removed, and only told what would be.
    pub dry_run: bool,
}

/// What became of a store that was to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// What it was.
    pub entry: Entry,
    /// Why it is still there, if it is; nothing where it was removed, or would be.
    pub kept: Option<String>,
}

impl Cache {
    /// Removes stores, and what processes left behind that died while they packed. Returns what was
    /// to be removed, and what became of it.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the directory cannot be listed.
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
            // The one that was used the longest ago is the last.
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
            (true, usage) => Some(in_words(usage)),
            (false, _) => self.remove_unused(&entry).err(),
        };
        Pruned { entry, kept }
    }

    /// Removes a store and what stands beside it, or says why not.
    fn remove_unused(&self, entry: &Entry) -> Result<(), String> {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removal = Removal::begin(&self.directory, &name).map_err(in_words)?;
        if let Err(doubt) = remove_store(&entry.path) {
            removal.give_up();
            return Err(doubt);
        }
        if entry.path.exists() {
            return Err("some of it cannot be removed".to_owned());
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

/// The bytes of all files of some stores; one that several share counts once.
fn bytes_of<'a>(stores: impl Iterator<Item = &'a PathBuf>) -> u64 {
    let files = stores.flat_map(|store| files(store)).map(|file| (file.place, file.bytes));
    files.collect::<HashMap<_, _>>().into_values().sum()
}

/// Why a store is not removed.
pub(super) fn in_words(usage: Usage) -> String {
    match usage {
        Usage::Recent => {
            "it was opened within the last 30 days, and the file system has no locks to tell whether it is in use"
        }
        _ => "it is in use",
    }
    .to_owned()
}
