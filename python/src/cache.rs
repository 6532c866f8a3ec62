//! The cache of stores that are packed on the fly.

use crate::error::OrRaise;
use crate::options::aliases;
use crate::pack::{Group, builder};
use crate::store::Store;
use crate::watch;
use atemoya::cache::{Cache, Entry, InUse, Prune, Usage};
use pyo3::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

/// The stores of caches that this process has opened. They are in use until it ends, since arrays
/// that use their memory are not tracked.
static IN_USE: Mutex<Option<HashMap<PathBuf, InUse>>> = Mutex::new(None);

fn hold(store: &Path, in_use: InUse) {
    let mut held = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    held.get_or_insert_default().insert(store.to_path_buf(), in_use);
}

/// A store of a cache: path, bytes, seconds of the last use since 1970, whether it is in use,
/// inputs, whether these are missing, damage, and why it was not removed.
type CacheEntry = (PathBuf, u64, f64, bool, Vec<PathBuf>, bool, Option<String>, Option<String>);

fn cache_entry(entry: Entry, kept: Option<String>) -> CacheEntry {
    let Entry { path, bytes, last_use, usage, inputs, misses_inputs, damage } = entry;
    let seconds = last_use.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    (path, bytes, seconds, usage != Usage::Unused, inputs, misses_inputs, damage, kept)
}

/// Returns the directory of the user's cache.
#[pyfunction]
pub(crate) fn cache_directory() -> PyResult<PathBuf> {
    Ok(Cache::from_environment().or_raise()?.directory().to_path_buf())
}

/// Opens the store of these files in a cache. It is packed first if the cache does not have it.
#[pyfunction]
#[pyo3(signature = (directory, *, fasta, signals, controls, alias, allow_empty, show))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn cached(
    py: Python<'_>,
    directory: PathBuf,
    fasta: Option<PathBuf>,
    signals: Vec<Group>,
    controls: Vec<Group>,
    alias: Option<PathBuf>,
    allow_empty: bool,
    show: Option<Py<PyAny>>,
) -> PyResult<Store> {
    let cache = Cache::new(directory).limited_by_environment().or_raise()?;
    let alias = aliases(alias.as_deref())?;
    let builder = builder(fasta, signals, controls).alias(alias).allow_empty(allow_empty);
    let cached = watch::run(py, show, |progress| cache.store(&builder, progress))?;
    hold(cached.store.path(), cached.in_use);
    Ok(Store(cached.store))
}

/// Marks a store as used by this process, if it belongs to a cache.
#[pyfunction]
pub(crate) fn use_cached(py: Python<'_>, store: PathBuf) {
    let in_use = py.detach(|| InUse::of(&store));
    hold(&store, in_use);
}

/// Lists the stores of a cache. Those that were used last come first.
#[pyfunction]
pub(crate) fn cache_entries(py: Python<'_>, directory: PathBuf) -> PyResult<Vec<CacheEntry>> {
    let entries = py.detach(|| Cache::new(directory).entries()).or_raise()?;
    Ok(entries.into_iter().map(|entry| cache_entry(entry, None)).collect())
}

/// Removes stores of a cache. Returns those that the rules select, with why one was kept.
#[pyfunction]
#[pyo3(signature = (directory, *, older_than, missing_inputs, all, max_bytes, dry_run))]
pub(crate) fn prune_cache(
    py: Python<'_>,
    directory: PathBuf,
    older_than: Option<Duration>,
    missing_inputs: bool,
    all: bool,
    max_bytes: Option<u64>,
    dry_run: bool,
) -> PyResult<Vec<CacheEntry>> {
    let rules = Prune { older_than, missing_inputs, all, max_bytes, dry_run };
    let pruned = py.detach(|| Cache::new(directory).prune(&rules)).or_raise()?;
    Ok(pruned.into_iter().map(|pruned| cache_entry(pruned.entry, pruned.kept)).collect())
}

/// Reads a size such as "50 GB", in bytes.
#[pyfunction]
pub(crate) fn parse_size(text: &str) -> PyResult<u64> {
    atemoya::cache::parse_size(text).map_err(pyo3::exceptions::PyValueError::new_err)
}
