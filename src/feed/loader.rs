//! The loader: which batches are streamed, gathered ahead by the workers.

use super::batch::Batch;
use super::batches::Batches;
use super::dataset::Dataset;
use super::layout::Layout;
use super::loader_options::LoaderOptions;
use super::outlet::Outlet;
use super::ring::Ring;
use super::slot::Slot;
use super::state::State;
use super::stats::Stats;
use super::stream::Stream;
use super::worker::Workers;
use crate::Result;
use crate::loci::{Ledger, Locus};
use crate::sample::Draw;
use std::sync::Arc;

/// Streams epochs of batches, made by [`crate::PeakGenerator::build`] or
/// [`crate::ArrayGenerator::build`].
///
/// Batches depend on the options and their place alone: not on the number of workers, on how many
/// slots there are, on what was read before, or on the machine.
#[derive(Debug)]
pub struct Loader {
    source: Arc<Dataset<'static>>,
    outlet: Arc<Outlet>,
    /// They end with the loader.
    _workers: Workers<Stream>,
    /// Whether the consumer has been told of an error, since there was a batch.
    pub(super) told: bool,
}

impl Loader {
    /// `source` must be laid out for this rank's part of a batch. `allocate` gives a slot of so
    /// many bytes; there are `more_slots` than usual where their number is not set.
    pub(super) fn new(
        source: Dataset<'static>,
        running: &LoaderOptions,
        more_slots: usize,
        allocate: &dyn Fn(usize) -> Result<Slot>,
    ) -> Result<Loader> {
        let shard = running.checked()?;
        let slots = running.slots.unwrap_or(running.num_workers + 2 + more_slots);
        let ring = Arc::new(Ring::new(slots, || allocate(source.layout.bytes()))?);
        let workers = Workers::spawn(&ring, running.num_workers)?;
        let source = Arc::new(source);
        let outlet = Arc::new(Outlet::new(&source, &ring, workers.len(), (shard, running.drop_last)));
        Ok(Loader { source, outlet, _workers: workers, told: false })
    }

    /// Examples of an epoch, of all ranks together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether an epoch has no example, which never is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Batches of an epoch, the same for every rank; the last one may be short.
    #[must_use]
    pub fn batches_per_epoch(&self) -> usize {
        self.outlet.batches_per_epoch()
    }

    /// The kept peaks, by which `sources` of a batch counts. Empty when they are arrays, whose rows
    /// it counts.
    #[must_use]
    pub fn peaks(&self) -> &[Locus] {
        self.source.loci(true)
    }

    /// The kept negatives. Empty when they are arrays.
    #[must_use]
    pub fn negatives(&self) -> &[Locus] {
        self.source.loci(false)
    }

    /// The data set that is streamed, which any number of threads may fetch from at once, whatever
    /// the loader does.
    #[must_use]
    pub fn dataset(&self) -> &Arc<Dataset<'static>> {
        &self.source
    }

    /// Gathers the examples at some places of an epoch, in this thread and beside whatever is
    /// streamed: [`Dataset::fetch`].
    ///
    /// # Errors
    /// As there.
    pub fn fetch(&self, epoch: u64, indices: &[usize]) -> Result<Batch> {
        self.source.fetch(epoch, indices)
    }

    /// How many loci were kept, and why the others were not. Of arrays, all are kept.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.source.ledger()
    }

    /// What looks like a mistake and is no error, for users to read: [`Dataset::warnings`].
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.source.warnings()
    }

    /// Shapes and places of the columns.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.source.layout
    }

    /// Batches in memory at once.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.outlet.slots()
    }

    /// How many of these the consumer holds now. When it holds all, no batch can be made, unless
    /// one is dropped or [kept](Batch::keep).
    #[must_use]
    pub fn leased(&self) -> usize {
        self.outlet.leased()
    }

    /// Counters since the loader was made.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.outlet.stats()
    }

    /// Streams one epoch. Whatever the loader was streaming before is abandoned.
    pub fn epoch(&mut self, epoch: u64) -> Batches<'_> {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs, gathering the next one ahead while the last batches of
    /// one are consumed.
    pub fn epochs(&mut self, first: u64, count: u64) -> Batches<'_> {
        self.outlet.epochs(first, count);
        self.begun()
    }

    /// Where the loader stands: after the batch that was delivered last, or at the place set last.
    #[must_use]
    pub fn state(&self) -> State {
        self.outlet.state()
    }

    /// Goes on from a saved state with the very next batch: streams the rest of its epoch, and
    /// `more` epochs after it. The number of workers and the world size may be others than when it
    /// was saved.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when it was saved of another stream: in another
    /// order, or a version of it, with another seed, number of examples or batch size, or of other
    /// loci or options that decide which example stands where.
    pub fn resume(&mut self, state: &State, more: u64) -> Result<Batches<'_>> {
        self.outlet.resume(state, more)?;
        Ok(self.begun())
    }

    /// Streams draws of the caller's own, in their order, once, the short batch at the end
    /// included.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) naming the first draw that no kept locus or
    /// jitter of this loader fits, or when a batch would have more examples than the loader has of
    /// its own, which only a larger batch size allows.
    pub fn follow(&mut self, draws: Vec<Draw>) -> Result<Batches<'_>> {
        self.outlet.follow(draws)?;
        Ok(self.begun())
    }

    /// Streams every kept peak, or negative, or both (peaks first), once and in order, neither
    /// shifted nor reverse-complemented, the short batch at the end included: for validation.
    ///
    /// What is kept is the loader's selection: peaks that lack the room for its jitter are not, nor
    /// outliers if it drops them. For all that fit, as cherimoya validates, build a loader with
    /// `max_jitter(0)` and `outlier_filter(Some(false))`.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when there is nothing to stream.
    pub fn validation(&mut self, peaks: bool, negatives: bool) -> Result<Batches<'_>> {
        self.outlet.validation(peaks, negatives)?;
        Ok(self.begun())
    }

    fn begun(&mut self) -> Batches<'_> {
        self.told = false;
        Batches::new(self, true)
    }

    /// The rest of what the loader streams, when that was [left going](Batches::detach); nothing
    /// otherwise. Dropping this leaves it going, too: for whoever keeps the loader, and cannot keep
    /// what borrows it.
    ///
    /// ```no_run
    /// # let store = atemoya::Store::open("yeast.atemoya")?;
    /// let mut loader = atemoya::PeakGenerator::new(&store).build()?;
    /// loader.epochs(0, 2).detach();
    /// while let Some(batch) = loader.streaming().next() {
    ///     println!("{} examples", batch?.len());
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn streaming(&mut self) -> Batches<'_> {
        Batches::new(self, false)
    }

    /// Where the batches come out, for what needs no loader of its own.
    pub(crate) fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }

    /// What ends the loader's streams from any thread, also while the loader waits for a batch.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.outlet))
    }
}

impl Dataset<'static> {
    /// Makes a loader of these examples with a seed, which may differ from the data set's. The
    /// loader shares no lock with the data set.
    ///
    /// ```no_run
    /// use atemoya::feed::LoaderOptions;
    /// # let store = atemoya::Store::open("yeast.atemoya")?;
    /// let dataset = atemoya::PeakGenerator::new(&store).dataset()?;
    /// let options = LoaderOptions { num_workers: 2, ..LoaderOptions::default() };
    /// let [mut training, mut other] = [7, 8].map(|seed| dataset.loader(seed, &options));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for an option out of its range, or when the
    /// batches do not fit in memory.
    pub fn loader(&self, seed: u64, options: &LoaderOptions) -> Result<Loader> {
        let shard = options.checked()?;
        Loader::new(self.again(seed, shard.local_batch_size())?, options, 0, &Slot::plain)
    }

    /// Makes a loader whose slots lie in memory of the caller's. `allocate` is called with the
    /// bytes of a slot, once a slot, and gives at least that many, beginning at a multiple of 256.
    ///
    /// # Errors
    /// As [`Dataset::loader`], and what `allocate` returns;
    /// [`Error::Argument`](crate::Error::Argument) when its memory is too short or not aligned.
    pub fn loader_in<M: AsRef<[u8]> + AsMut<[u8]> + Send + Sync + 'static>(
        &self,
        seed: u64,
        options: &LoaderOptions,
        allocate: impl Fn(usize) -> Result<M>,
    ) -> Result<Loader> {
        let shard = options.checked()?;
        let allocate = |bytes| Slot::foreign(allocate(bytes)?, bytes);
        Loader::new(self.again(seed, shard.local_batch_size())?, options, 0, &allocate)
    }
}

/// Ends what a loader streams, from any thread; from [`Loader::stopper`].
#[derive(Debug, Clone)]
pub struct Stopper(Arc<Outlet>);

impl Stopper {
    /// Ends what the loader streams, if anything: there is no further batch, and whoever waits for
    /// one is told so. Batches that were delivered stay valid, and another stream can be begun.
    pub fn stop(&self) {
        self.0.stop();
    }
}
