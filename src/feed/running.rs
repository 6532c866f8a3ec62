//! How a data set is streamed: by how many threads, in batches of which size, and to which of
//! several processes.

use super::shard::Shard;
use super::sizes;
use crate::Result;

/// How a data set is streamed; [`PeakGenerator`](super::PeakGenerator) says what each of these
/// means.
///
/// ```
/// use atemoya::feed::Running;
///
/// let running = Running { num_workers: 2, batch_size: 64, ..Running::default() };
/// assert_eq!((running.rank, running.world_size, running.drop_last), (0, 1, false));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Threads that gather; with 0 the consumer's does.
    pub num_workers: usize,
    /// Examples of a batch, of all ranks together.
    pub batch_size: usize,
    /// Batches in memory at once, those that the consumer holds included; `None` for
    /// `num_workers + 2`.
    pub slots: Option<usize>,
    /// Which slice of each batch this process takes, below `world_size`.
    pub rank: usize,
    /// How many processes share a batch; it divides `batch_size`.
    pub world_size: usize,
    /// Whether the short batch at an epoch's end is dropped.
    pub drop_last: bool,
}

impl Default for Running {
    fn default() -> Self {
        Running { num_workers: 1, batch_size: 32, slots: None, rank: 0, world_size: 1, drop_last: false }
    }
}

impl Running {
    /// The part of this process, once all sizes are in their ranges.
    pub(super) fn checked(&self) -> Result<Shard> {
        sizes::check("batch_size", self.batch_size, 1)?;
        let shard = Shard::new(self.rank, self.world_size, self.batch_size)?;
        sizes::check_slots(self.slots.unwrap_or(1))?;
        sizes::check_threads(self.num_workers)?;
        Ok(shard)
    }
}
