//! The sizes that loaders accept.

use crate::{Error, Result};

/// The widest window, the largest jitter and the largest batch: 2^30.
const MAX_SIZE: usize = 1 << 30;

/// The most threads.
const MAX_THREADS: usize = 1024;

/// The most batches in memory at once.
const MAX_SLOTS: usize = 4096;

/// Checks that a parameter is between `least` and 2^30.
pub(super) fn check(name: &'static str, value: usize, least: usize) -> Result<()> {
    if !(least..=MAX_SIZE).contains(&value) {
        return Err(Error::argument(name, format!("{value} is not between {least} and {MAX_SIZE}")));
    }
    Ok(())
}

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
