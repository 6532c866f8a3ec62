//! Readahead: how many batches of a stream are read ahead, which ones, and when.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How many batches in a row must be found in memory before looking becomes rarer. A look samples a
/// batch, and misses much of what is not in memory.
const SURE: u64 = 8;
/// At most 2^RARE batches pass between two looks.
const RARE: u64 = 6;

/// What the threads that gather a stream know of the batches after theirs.
#[derive(Debug)]
pub(super) struct Readahead {
    /// How many batches ahead of its gathering a batch is read.
    distance: u64,
    /// The first batch that no thread has been given to read ahead.
    next: AtomicU64,
    /// The first batch at which memory is looked at again.
    due: AtomicU64,
    /// How many batches in a row were found in memory.
    streak: AtomicU64,
}

impl Readahead {
    /// Returns how many batches are read ahead: one for each worker, and at most an epoch, since
    /// the plan of the next epoch is made that early. Without workers it is one.
    pub(super) fn distance(workers: usize, batches_per_epoch: usize) -> u64 {
        workers.clamp(1, batches_per_epoch.max(1)) as u64
    }

    pub(super) fn new(distance: u64) -> Readahead {
        Readahead { distance, next: AtomicU64::new(0), due: AtomicU64::new(0), streak: AtomicU64::new(0) }
    }

    /// Returns the batches of `total` that the thread about to gather `batch` reads ahead. Each
    /// batch is given to one thread.
    pub(super) fn after(&self, batch: u64, total: u64) -> impl Iterator<Item = u64> {
        let end = total.min(batch.saturating_add(self.distance).saturating_add(1));
        let start = self.next.fetch_max(end, Relaxed);
        (start.max(batch)..end).filter(|batch| *batch >= self.due.load(Relaxed))
    }

    /// Records whether a batch had to be read ahead. While batches are found in memory, looking
    /// becomes rarer: the pause between two looks doubles.
    pub(super) fn record(&self, batch: u64, was_read: bool) {
        let streak = if was_read { 0 } else { self.streak.load(Relaxed) + 1 };
        self.streak.store(streak, Relaxed);
        let pause = streak.checked_sub(SURE).map_or(0, |more| 1 << more.min(RARE));
        self.due.store(batch + 1 + pause, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_batch_is_read_ahead_once_and_before_it_is_gathered() {
        for distance in [1, 3, 40] {
            let readahead = Readahead::new(distance);
            let mut read = Vec::new();
            // Two threads may come in another order than they claimed their batches.
            for batch in [1, 0, 2, 4, 3, 5, 6, 7, 9, 8] {
                for later in readahead.after(batch, 10) {
                    assert!(later >= batch && later <= batch + distance);
                    readahead.record(later, true);
                    read.push(later);
                }
            }
            assert_eq!(
                read,
                (1..10).collect::<Vec<_>>(),
                "batch 0 is being gathered when batches are first read ahead"
            );
        }
    }

    #[test]
    fn looks_become_rare_as_long_as_batches_are_in_memory() {
        let readahead = Readahead::new(1);
        let mut looks = Vec::new();
        for batch in 0..200 {
            for later in readahead.after(batch, 200) {
                looks.push(later);
                readahead.record(later, later == 141);
            }
        }
        let before = (0..8).chain([9, 12, 17, 26, 43, 76, 141]);
        let expected = before.chain(142..150).chain([151, 154, 159, 168, 185]);
        assert_eq!(looks, expected.collect::<Vec<_>>());
    }
}
