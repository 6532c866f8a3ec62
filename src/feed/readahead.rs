//! Which batches of a stream the system is asked for, and when.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// So many batches in a row must be found in memory before looks become rare: a few looks miss much
/// of what is not there.
const SURE: u64 = 8;
/// At most so many batches are not looked for, two to the power of this.
const RARE: u64 = 6;

/// What the threads that gather a stream know of the batches after theirs.
#[derive(Debug)]
pub(super) struct Readahead {
    /// How far ahead batches are asked for.
    distance: u64,
    /// The first batch that nobody has been told to ask for.
    next: AtomicU64,
    /// The first batch that is to be looked for again.
    due: AtomicU64,
    /// How many batches in a row were found in memory.
    streak: AtomicU64,
}

impl Readahead {
    pub(super) fn new(distance: u64) -> Readahead {
        Readahead { distance, next: AtomicU64::new(0), due: AtomicU64::new(0), streak: AtomicU64::new(0) }
    }

    /// The batches of `total` that whoever is about to gather `batch` should ask for: each one is
    /// given to one thread.
    pub(super) fn after(&self, batch: u64, total: u64) -> impl Iterator<Item = u64> {
        let end = total.min(batch.saturating_add(self.distance).saturating_add(1));
        let start = self.next.fetch_max(end, Relaxed);
        (start.max(batch)..end).filter(|batch| *batch >= self.due.load(Relaxed))
    }

    /// Takes note of whether a batch had to be asked for. Looks that find batches in memory become
    /// rarer, twice as rare each time.
    pub(super) fn asked(&self, batch: u64, cold: bool) {
        let streak = if cold { 0 } else { self.streak.load(Relaxed) + 1 };
        self.streak.store(streak, Relaxed);
        let pause = streak.checked_sub(SURE).map_or(0, |more| 1 << more.min(RARE));
        self.due.store(batch + 1 + pause, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_batch_is_asked_for_once_and_before_it_is_gathered() {
        for distance in [1, 3, 40] {
            let asking = Readahead::new(distance);
            let mut asked = Vec::new();
            // Two threads may come in another order than they claimed their batches.
            for batch in [1, 0, 2, 4, 3, 5, 6, 7, 9, 8] {
                for later in asking.after(batch, 10) {
                    assert!(later >= batch && later <= batch + distance);
                    asking.asked(later, true);
                    asked.push(later);
                }
            }
            assert_eq!(asked, (1..10).collect::<Vec<_>>(), "batch 0 is under way when batches are first asked for");
        }
    }

    #[test]
    fn looks_become_rare_as_long_as_batches_are_in_memory() {
        let asking = Readahead::new(1);
        let mut looks = Vec::new();
        for batch in 0..200 {
            for later in asking.after(batch, 200) {
                looks.push(later);
                asking.asked(later, later == 141);
            }
        }
        let before = (0..8).chain([9, 12, 17, 26, 43, 76, 141]);
        let expected = before.chain(142..150).chain([151, 154, 159, 168, 185]);
        assert_eq!(looks, expected.collect::<Vec<_>>());
    }
}
