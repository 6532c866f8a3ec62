//! The numbers of slots and threads that loaders accept. Sizes are those that a gather accepts.

pub(super) use crate::gather::sizes::check;
use crate::{Error, Result};

/// The most threads.
const MAX_THREADS: usize = 1024;

/// The most batches in memory at once.
const MAX_SLOTS: usize = 4096;

/// Checks the number of slots of a ring.
pub(super) fn check_slots(slots: usize) -> Result<()> {
    if !(1..=MAX_SLOTS).contains(&slots) {
        return Err(Error::argument("slots", format!("{slots} is not between 1 and {MAX_SLOTS}")));
    }
    Ok(())
}

/// Checks the number of threads.
pub(super) fn check_threads(num_workers: usize) -> Result<()> {
    if num_workers > MAX_THREADS {
        return Err(Error::argument("num_workers", format!("{num_workers} is more than {MAX_THREADS}")));
    }
    Ok(())
}
