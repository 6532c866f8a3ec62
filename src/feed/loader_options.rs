//! How a data set is streamed: threads, slots and batches, and the part of each batch that one of
//! several processes takes.

use crate::{Error, Result, sizes};
use std::ops::Range;

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
    /// `None`, which stands for `num_workers + 2`: one for each worker to fill, one that is ready,
    /// and one that the consumer holds. In Python it is one more, since the variable of a loop
    /// still holds the last batch while the next one is asked for.
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

/// One rank's part of batches that several ranks share.
///
/// Global batch s covers the examples `s * batch_size .. (s + 1) * batch_size` of an epoch, and
/// rank r of w takes the r-th of w contiguous slices of it. So the ranks' batches of a step, put
/// together in the order of ranks, are the batch of a single process, and every rank has the same
/// number of steps.
///
/// # Examples
/// ```
/// use atemoya::feed::Shard;
///
/// let shard = Shard::new(1, 2, 4)?;
/// assert_eq!(shard.steps(10, true), 2);
/// assert_eq!(shard.indices(0, 10, true), 2..4);
/// assert_eq!(shard.indices(1, 10, true), 6..8);
/// // With the last two examples kept, each rank takes one.
/// assert_eq!(shard.steps(10, false), 3);
/// assert_eq!(shard.indices(2, 10, false), 9..10);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shard {
    rank: usize,
    world_size: usize,
    batch_size: usize,
}

impl Shard {
    /// Returns the part of rank `rank`, counted from 0, of `world_size` ranks. A batch has
    /// `batch_size` examples, those of all ranks together.
    ///
    /// # Errors
    /// [`Error::Argument`] when `world_size` is 0, `rank` is not below it, or `batch_size` is 0 or
    /// no multiple of it.
    pub fn new(rank: usize, world_size: usize, batch_size: usize) -> Result<Shard> {
        if world_size == 0 {
            return Err(Error::argument("world_size", "there must be at least one rank"));
        }
        if rank >= world_size {
            return Err(Error::argument("rank", format!("{rank} is not below the world size, {world_size}")));
        }
        if batch_size == 0 || !batch_size.is_multiple_of(world_size) {
            let message = format!("{batch_size} examples cannot be divided evenly among {world_size} ranks");
            return Err(Error::argument("batch_size", message));
        }
        Ok(Shard { rank, world_size, batch_size })
    }

    /// Returns the rank, from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Returns how many ranks share a batch.
    #[must_use]
    pub fn world_size(&self) -> usize {
        self.world_size
    }

    /// Returns the examples of a batch, those of all ranks together.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Returns how many examples of a full batch are this rank's. No batch gives it more.
    #[must_use]
    pub fn local_batch_size(&self) -> usize {
        self.batch_size / self.world_size
    }

    /// Returns the number of batches of an epoch of `n_examples`, the same for every rank. With
    /// `drop_last`, a partial batch at the end does not count, so an epoch that is shorter than a
    /// batch has none.
    #[must_use]
    pub fn steps(&self, n_examples: usize, drop_last: bool) -> usize {
        if drop_last { n_examples / self.batch_size } else { n_examples.div_ceil(self.batch_size) }
    }

    /// Returns the indices, in the epoch, of this rank's examples in batch `step`, counted from 0.
    ///
    /// A partial batch at the end, of L examples, is cut into slices of `ceil(L / world_size)`: the
    /// last ranks may have fewer examples, or none. The range is empty when `step` is not below
    /// [`Shard::steps`].
    #[must_use]
    pub fn indices(&self, step: usize, n_examples: usize, drop_last: bool) -> Range<usize> {
        if step >= self.steps(n_examples, drop_last) {
            return n_examples..n_examples;
        }
        let start = step * self.batch_size;
        let length = self.batch_size.min(n_examples - start);
        let share = length.div_ceil(self.world_size);
        let from = |rank: usize| start + (rank * share).min(length);
        from(self.rank)..from(self.rank + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn worlds_that_do_not_fit_are_refused() {
        for (named, rank, world_size, batch_size) in
            [("world_size", 0, 0, 4), ("rank", 2, 2, 4), ("batch_size", 0, 2, 0), ("batch_size", 1, 2, 5)]
        {
            let error = Shard::new(rank, world_size, batch_size).unwrap_err();
            assert!(matches!(error, Error::Argument { name, .. } if name == named), "{error}");
        }
    }

    #[test]
    fn a_partial_batch_is_cut_in_the_order_of_ranks() {
        let slices = |n: usize| [0, 1, 2, 3].map(|rank| Shard::new(rank, 4, 8).unwrap().indices(1, n, false));
        assert_eq!(slices(13), [8..10, 10..12, 12..13, 13..13]);
        assert_eq!(slices(9), [8..9, 9..9, 9..9, 9..9]);
        assert_eq!(slices(8), [8..8, 8..8, 8..8, 8..8]);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let shard = Shard::new(usize::MAX - 1, usize::MAX, usize::MAX).unwrap();
        assert_eq!(shard.indices(0, usize::MAX, false), usize::MAX - 1..usize::MAX);
        assert!(shard.indices(usize::MAX, usize::MAX, false).is_empty());
    }

    proptest! {
        #[test]
        fn ranks_together_are_one_rank(
            world_size in 1usize..9,
            local in 1usize..9,
            n_examples in 0usize..500,
            drop_last: bool,
        ) {
            let batch_size = world_size * local;
            let shards: Vec<Shard> =
                (0..world_size).map(|rank| Shard::new(rank, world_size, batch_size).unwrap()).collect();
            let one = Shard::new(0, 1, batch_size).unwrap();
            let all: Vec<usize> = (0..n_examples).collect();
            let mut batches: Vec<&[usize]> = all.chunks(batch_size).collect();
            if drop_last {
                batches.retain(|batch| batch.len() == batch_size);
            }
            for shard in shards.iter().chain([&one]) {
                prop_assert_eq!(shard.steps(n_examples, drop_last), batches.len());
            }
            for (step, batch) in batches.iter().enumerate() {
                let slices: Vec<Vec<usize>> =
                    shards.iter().map(|shard| shard.indices(step, n_examples, drop_last).collect()).collect();
                prop_assert_eq!(&slices.concat(), batch);
                prop_assert_eq!(one.indices(step, n_examples, drop_last).collect::<Vec<_>>(), slices.concat());
                prop_assert!(slices.iter().all(|slice| slice.len() <= local));
                if batch.len() == batch_size {
                    prop_assert!(slices.iter().all(|slice| slice.len() == local));
                }
            }
            for shard in &shards {
                prop_assert!(shard.indices(batches.len(), n_examples, drop_last).is_empty());
            }
        }
    }
}
