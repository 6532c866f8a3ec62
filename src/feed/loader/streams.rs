//! The streams of a loader: epochs, the rest of them after a saved state, validation, and draws of
//! the caller's own. And loaders of a data set that was made before.

use super::Loader;
use crate::feed::batches::Batches;
use crate::feed::dataset::Dataset;
use crate::feed::loader_options::LoaderOptions;
use crate::feed::slot::Slot;
use crate::feed::stream::{Cursor, State};
use crate::sample::{Draw, Plan};
use crate::{Error, Result};

impl Loader {
    /// Streams one epoch. A stream that was begun before is cut short: its [`Batches`] give
    /// [`Error::Replaced`].
    pub fn epoch(&self, epoch: u64) -> Batches {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs from `first` on. While the last batches of an epoch are
    /// consumed, the first ones of the next are gathered. A stream that was begun before is cut
    /// short, as by [`Loader::epoch`]. [`Batch::epoch`](crate::Batch::epoch) tells the epochs
    /// apart.
    pub fn epochs(&self, first: u64, count: u64) -> Batches {
        self.begin(Cursor { epoch: first, step: 0 }, count)
    }

    /// Goes on from a saved state with the very next batch: streams the rest of the state's epoch,
    /// and then `further_epochs` whole epochs. The number of workers and the world size may differ
    /// from those of the loader that it was saved from.
    ///
    /// `further_epochs` counts neither the state's epoch nor those before it. To train for `n`
    /// epochs in all, those from 0 on, it is `n - 1 - state.epoch`. (A state after the last batch
    /// of an epoch is at the beginning of the next one.)
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::{PeakGenerator, State, Store};
    ///
    /// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?).batch_size(16);
    /// let epochs = 5; // in all
    /// let loader = generator.build()?;
    /// loader.epochs(0, epochs).take(4).try_for_each(|batch| batch.map(drop))?;
    /// let checkpoint = serde_json::to_string(&loader.state()).unwrap(); // with that of the model
    ///
    /// // Later, in another process, with any number of workers:
    /// let state: State = serde_json::from_str(&checkpoint).unwrap();
    /// assert_eq!((state.epoch, state.step), (1, 1)); // three batches of epoch 0, one of epoch 1
    /// let loader = generator.num_workers(3).build()?;
    /// let rest = loader.resume(&state, epochs - 1 - state.epoch)?;
    /// assert_eq!(rest.count(), 5 * 3 - 4);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when it was saved from another stream: in
    /// another order or version of it, with another seed, number of examples or batch size, or of
    /// other loci or options that decide which example has which index. The stream that was begun
    /// before goes on then.
    pub fn resume(&self, state: &State, further_epochs: u64) -> Result<Batches> {
        self.state().check(state)?;
        if state.step > self.batches_per_epoch() as u64 {
            let message = format!("it is at batch {} of an epoch of {}", state.step, self.batches_per_epoch());
            return Err(Error::argument("state", message));
        }
        Ok(self.begin(Cursor { epoch: state.epoch, step: state.step }, further_epochs.saturating_add(1)))
    }

    /// Streams draws of the caller's own once, in their order, all of them: also with `drop_last`,
    /// the last batch may be short. A stream that was begun before is cut short, as by
    /// [`Loader::epoch`].
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::sample::Draw;
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).max_jitter(50).build()?;
    /// // The third peak as it is, and shifted by 10 bases to the right, reverse-complemented.
    /// let peak = Draw { is_peak: true, source: 2, offset: 50, reverse_complement: false };
    /// let draws = vec![peak, Draw { offset: 60, reverse_complement: true, ..peak }];
    /// let batch = loader.follow(draws)?.next().unwrap()?;
    /// assert_eq!(batch.sources(), [2, 2]);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) naming the first draw that no kept locus or
    /// jitter of this loader fits, or when a batch would have more examples than there is memory
    /// for, because the batch size is larger than all examples of the loader.
    pub fn follow(&self, draws: Vec<Draw>) -> Result<Batches> {
        let options = self.dataset().planner().options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        let (largest, room) = (self.largest_batch(plan.len()), self.layout().batch_size());
        if largest > room {
            let message = format!(
                "a batch would have {largest} examples, and there is memory for {room}, as many as the loader has of \
                 its own: give fewer draws at once, or make the loader with a batch_size of {room} or less"
            );
            return Err(Error::argument("draws", message));
        }
        Ok(Batches::new(self, Some(self.start_draws(plan)), None))
    }

    /// Streams every kept peak, or every kept negative, or both (peaks first), once and in order,
    /// neither shifted nor reverse-complemented, for validation. The last batch may be short, also
    /// with `drop_last`. To validate within an epoch, use a second loader: a stream that was begun
    /// before is cut short, as by [`Loader::epoch`].
    ///
    /// The kept loci are those of the loader's selection: it leaves out peaks without room for its
    /// jitter, and outliers if it drops them. Cherimoya validates on all peaks that fit: for these,
    /// build a loader with `max_jitter(0)` and `outlier_filter(Some(false))`.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).max_jitter(0).build()?;
    /// let labels = loader.validation(true, true)?.map(|batch| Ok(batch?.labels().to_vec()));
    /// let labels = labels.collect::<atemoya::Result<Vec<_>>>()?.concat();
    /// assert_eq!(labels, [[1; 40].as_slice(), &[0; 10]].concat()); // peaks, then negatives
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when there is nothing to stream.
    pub fn validation(&self, peaks: bool, negatives: bool) -> Result<Batches> {
        let options = self.dataset().planner().options();
        let draws = |wanted: bool, loci: usize, is_peak: bool| {
            let offset = if is_peak { options.max_jitter } else { 0 };
            let draw = move |source| Draw { is_peak, source, offset, reverse_complement: false };
            (0..if wanted { loci as u32 } else { 0 }).map(draw)
        };
        let draws = draws(peaks, options.n_peaks, true).chain(draws(negatives, options.n_negatives, false));
        let draws: Vec<Draw> = draws.collect();
        if draws.is_empty() {
            let message = if negatives {
                "there are no negatives"
            } else {
                "neither peaks nor negatives are asked for: set `peaks` or `negatives` to true"
            };
            return Err(Error::argument("validation", message));
        }
        self.follow(draws)
    }

    /// Returns the rest of what the loader streams. The stream is the one that is current when the
    /// first batch is asked for; without one there is no batch. Dropping the returned batches does
    /// not end the stream.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// loader.epochs(0, 2).detach(); // it goes on without these `Batches`
    /// while let Some(batch) = loader.streaming().next() {
    ///     println!("{} examples", batch?.len());
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn streaming(&self) -> Batches {
        Batches::new(self, None, None)
    }

    fn begin(&self, start: Cursor, epochs: u64) -> Batches {
        Batches::new(self, Some(self.start_epochs(start, epochs)), Some(start))
    }
}

impl Dataset<'static> {
    /// Makes a loader of these examples with a seed, which may differ from the data set's. The
    /// loader shares no lock with the data set.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
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
