//! How long it takes from nothing to the first batch.

use atemoya::{Error, PeakGenerator, Result, Store};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Opens the store, builds the loader that `generator` describes, and waits for its first batch.
///
/// # Errors
/// Those of opening the store and building the loader; [`Error::Argument`] when there is no batch.
pub fn first_batch(path: &Path, generator: impl FnOnce(&Store) -> PeakGenerator) -> Result<Duration> {
    let since = Instant::now();
    let store = Store::open(path)?;
    let loader = generator(&store).build()?;
    let nothing = || Err(Error::Argument { name: "store", message: "it gave no batch".into() });
    black_box(loader.epoch(0).next().unwrap_or_else(nothing)?.labels());
    Ok(since.elapsed())
}
