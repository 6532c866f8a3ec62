//! Loaders of a data set that was made before, with a seed and options of their own.

use super::dataset::Dataset;
use super::loader::Loader;
use super::loader_options::LoaderOptions;
use super::slot::Slot;
use crate::Result;

impl Dataset<'static> {
    /// Makes a loader of these examples with a seed, which may differ from the data set's. The
    /// loader shares no lock with the data set.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::feed::LoaderOptions;
    ///
    /// let store = atemoya::Store::open("yeast.atemoya")?;
    /// let dataset = atemoya::PeakGenerator::new(&store).dataset()?;
    /// let options = LoaderOptions { num_workers: 2, ..LoaderOptions::default() };
    /// let [mut training, mut other] = [7, 8].map(|seed| dataset.loader(seed, &options));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for an option out of its range, or when the
    /// batches do not fit in memory.
    #[doc(hidden)]
    pub fn loader(&self, seed: u64, options: &LoaderOptions) -> Result<Loader> {
        let shard = options.checked()?;
        Loader::new(self.unshared(seed, shard.local_batch_size())?, shard, options, 0, &Slot::plain)
    }

    /// Makes a loader whose slots lie in memory of the caller's. `allocate` is called with the
    /// bytes of a slot, once a slot, and gives at least that many, beginning at a multiple of 256.
    ///
    /// # Errors
    /// As [`Dataset::loader`], and what `allocate` returns;
    /// [`Error::Argument`](crate::Error::Argument) when its memory is too short or not aligned.
    #[doc(hidden)]
    pub fn loader_in<M: AsRef<[u8]> + AsMut<[u8]> + Send + Sync + 'static>(
        &self,
        seed: u64,
        options: &LoaderOptions,
        allocate: impl Fn(usize) -> Result<M>,
    ) -> Result<Loader> {
        let shard = options.checked()?;
        let allocate = |bytes| Slot::foreign(allocate(bytes)?, bytes);
        Loader::new(self.unshared(seed, shard.local_batch_size())?, shard, options, 0, &allocate)
    }
}
