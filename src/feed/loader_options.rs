//! The options of a loader: batch size, workers, slots, rank, world size, and what happens to a
//! short batch.

use super::shard::Shard;
use crate::sizes;
use crate::{Error, Result};

/// The most worker threads of a loader.
const MAX_WORKERS: usize = 1024;

/// The most batches in memory at once.
const MAX_SLOTS: usize = 4096;

/// How a loader delivers the examples of a data set.
///
/// ```
/// use atemoya::feed::LoaderOptions;
///
/// let options = LoaderOptions { num_workers: 2, batch_size: 64, ..LoaderOptions::default() };
/// assert_eq!((options.rank, options.world_size, options.drop_last), (0, 1, false));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoaderOptions {
    /// Worker threads that gather batches, at most 1024. With 0, the thread that asks for a batch
    /// gathers it. Default: 1.
    pub num_workers: usize,
    /// Examples of a batch, those of all ranks together. Default: 32.
    pub batch_size: usize,
    /// Batches in memory at once, at most 4096, including those that the consumer holds. Default:
    /// `None`, which stands for `num_workers + 2`.
    pub slots: Option<usize>,
    /// Which slice of each batch this process takes, below `world_size`. Default: 0.
    pub rank: usize,
    /// How many processes share a batch. It divides `batch_size`. Default: 1.
    pub world_size: usize,
    /// Whether the short batch at the end of an epoch is dropped. Default: false.
    pub drop_last: bool,
}

impl Default for LoaderOptions {
    fn default() -> Self {
        LoaderOptions { num_workers: 1, batch_size: 32, slots: None, rank: 0, world_size: 1, drop_last: false }
    }
}

impl LoaderOptions {
    /// Checks that every option is in its range, and returns this rank's part of the batches.
    ///
    /// # Errors
    /// [`Error::Argument`] naming the first option that is out of its range.
    pub(super) fn checked(&self) -> Result<Shard> {
        sizes::check("batch_size", self.batch_size, 1)?;
        let shard = Shard::new(self.rank, self.world_size, self.batch_size)?;
        if let Some(slots) = self.slots.filter(|slots| !(1..=MAX_SLOTS).contains(slots)) {
            return Err(Error::argument("slots", format!("{slots} is not between 1 and {MAX_SLOTS}")));
        }
        if self.num_workers > MAX_WORKERS {
            return Err(Error::argument("num_workers", format!("{} is more than {MAX_WORKERS}", self.num_workers)));
        }
        Ok(shard)
    }
}
