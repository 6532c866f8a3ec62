//! The loader: a data set, a ring of slots, and the threads that gather batches into it.

mod streams;

use super::batch::Batch;
use super::dataset::Dataset;
use super::layout::Layout;
use super::loader_options::{LoaderOptions, Shard};
use super::readahead::Readahead;
use super::ring::{Ring, Wait};
use super::slot::Slot;
use super::stats::Stats;
use super::stream::Stream;
use super::stream::{Cursor, State};
use super::worker::Workers;
use crate::Result;
use crate::loci::{Ledger, Locus};
use crate::sample::Plan;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

/// Streams epochs of batches, made by [`crate::PeakGenerator::build`] or
/// [`crate::ArrayGenerator::build`].
///
/// A batch depends on the options, its epoch and its step alone: not on the number of workers or
/// slots, on what was read before, or on the machine.
///
/// A loader delivers one stream at a time. Beginning a stream cuts the one before short, which is
/// [`Error::Replaced`](crate::Error::Replaced) to whoever asks for its next batch. Clones share
/// everything: any thread may begin or end a stream of a clone, take batches from it, or ask for
/// its state. The workers end when the last clone and the last [`Batches`](super::Batches) are
/// dropped. Batches that were delivered stay valid.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::feed::Column;
/// use atemoya::{PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?; // 41 peaks, one of them at the contig's end
/// let loader = PeakGenerator::new(&store).batch_size(16).num_workers(2).build()?;
/// let peaks = loader.ledger().peaks.to_string();
/// assert_eq!(peaks, "40 of 41 kept (1 too near an end of the contig)");
/// assert_eq!((loader.peaks().len(), loader.negatives().len()), (40, 10));
/// assert_eq!((loader.len(), loader.batches_per_epoch()), (44, 3)); // 40 peaks and 4 negatives
/// assert_eq!(loader.layout().shape(Column::Signal), (2, 1000)); // before there is a batch
///
/// let sizes = loader.epoch(0).map(|batch| Ok(batch?.len()));
/// assert_eq!(sizes.collect::<atemoya::Result<Vec<_>>>()?, [16, 16, 12]);
/// assert_eq!(loader.stats().batches, 3);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Loader(Arc<Core>);

#[derive(Debug)]
struct Core {
    dataset: Arc<Dataset<'static>>,
    ring: Arc<Ring>,
    workers: Workers,
    shard: Shard,
    drop_last: bool,
    /// How many streams were begun.
    begun: AtomicU64,
}

impl Loader {
    /// Makes the ring and starts the workers. `shard` is what [`LoaderOptions::checked`] gave, and
    /// `dataset` must be laid out for this rank's part of a batch. `allocate` gives a slot of as
    /// many bytes as it is called with. Where the options do not set the number of slots, there are
    /// `more_slots` in addition to the default.
    pub(super) fn new(
        dataset: Dataset<'static>,
        shard: Shard,
        options: &LoaderOptions,
        more_slots: usize,
        allocate: &dyn Fn(usize) -> Result<Slot>,
    ) -> Result<Loader> {
        let slots = options.slots.unwrap_or(options.num_workers + 2 + more_slots);
        let ring = Arc::new(Ring::new(slots, || allocate(dataset.layout.bytes()))?);
        let workers = Workers::spawn(&ring, options.num_workers)?;
        let (dataset, drop_last, begun) = (Arc::new(dataset), options.drop_last, AtomicU64::new(0));
        Ok(Loader(Arc::new(Core { dataset, ring, workers, shard, drop_last, begun })))
    }

    /// Returns the number of examples of an epoch, those of all ranks together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.dataset.len()
    }

    /// Returns whether an epoch has no example, which is never the case.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.dataset.is_empty()
    }

    /// Returns the number of batches of an epoch, the same on every rank. The last one may be
    /// short.
    #[must_use]
    pub fn batches_per_epoch(&self) -> usize {
        self.0.shard.steps(self.len(), self.0.drop_last)
    }

    /// Returns the kept peaks, in the order that [`Batch::sources`] counts. There is none where the
    /// peaks are arrays of windows, whose rows it counts.
    #[must_use]
    pub fn peaks(&self) -> &[Locus] {
        self.0.dataset.loci(true)
    }

    /// Returns the kept negatives, in the order that [`Batch::sources`] counts. There is none where
    /// the negatives are arrays of windows.
    #[must_use]
    pub fn negatives(&self) -> &[Locus] {
        self.0.dataset.loci(false)
    }

    /// Returns the data set that is streamed. Any number of threads may fetch from it at once, also
    /// while the loader streams.
    #[must_use]
    pub fn dataset(&self) -> &Arc<Dataset<'static>> {
        &self.0.dataset
    }

    /// Gathers the examples at some indices of an epoch, in this thread, into a batch with memory
    /// of its own: any indices, in any order, each any number of times. They count the examples of
    /// all ranks. What the loader streams is not touched.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// let batch = loader.fetch(3, &[7, 0, 7])?; // examples of epoch 3
    /// assert_eq!(batch.len(), 3);
    /// assert_eq!(batch.signal().unwrap().row(0), batch.signal().unwrap().row(2));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for an index that is not below [`Loader::len`],
    /// or when the batch does not fit in memory; [`Error::Corrupt`](crate::Error::Corrupt) for a
    /// damaged store.
    pub fn fetch(&self, epoch: u64, indices: &[usize]) -> Result<Batch> {
        self.0.dataset.fetch(epoch, indices)
    }

    /// Returns how many loci were kept, and how many each rule left out. Examples from arrays of
    /// windows are all kept.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.0.dataset.ledger()
    }

    /// Returns what looks like a mistake in the loci or options and is no error, as text for users.
    /// [`Dataset::warnings`] lists the cases.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.0.dataset.warnings()
    }

    /// Returns the types, shapes and offsets of the columns of a batch.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.0.dataset.layout
    }

    /// Returns how many batches are in memory at once.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.0.ring.slots
    }

    /// Returns how many slots the consumer holds now. While it holds all, no batch can be made,
    /// until one is dropped or [kept](Batch::keep).
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?).slots(Some(3));
    /// let loader = generator.build()?;
    /// let batch = loader.epoch(0).next().unwrap()?;
    /// assert_eq!((loader.leased(), loader.slots()), (1, 3));
    /// drop(batch);
    /// assert_eq!(loader.leased(), 0);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    #[must_use]
    pub fn leased(&self) -> usize {
        self.0.ring.leased()
    }

    /// Returns the counters since the loader was made.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.ring.counters.read()
    }

    /// Returns the state after the batch that was delivered last, or at the start of the stream
    /// when none was delivered yet. [`Loader::follow`] and [`Loader::validation`] leave it as it
    /// is. [`Loader::resume`] goes on from it; it has an example.
    #[must_use]
    pub fn state(&self) -> State {
        self.state_at(self.0.ring.cursor())
    }

    /// Ends what the loader streams, if anything, from any thread. A thread that waits for a batch
    /// gets `None`. Batches that were delivered stay valid, and another stream can be begun.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// let mut batches = loader.epochs(0, 1000);
    /// let batch = batches.next().unwrap()?;
    /// loader.stop(); // or a clone of it, in another thread
    /// assert!(batches.next().is_none());
    /// assert_eq!(batch.len(), 32); // still valid
    /// assert_eq!(loader.epoch(0).count(), 2);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn stop(&self) {
        self.0.ring.stop(None);
    }

    /// Returns the state of this loader's epochs at a cursor.
    pub(crate) fn state_at(&self, Cursor { epoch, step }: Cursor) -> State {
        let whole = step > 0 && step >= self.batches_per_epoch() as u64;
        let (epoch, step) = if whole { (epoch.wrapping_add(1), 0) } else { (epoch, step) };
        let planner = self.0.dataset.planner();
        State {
            order: planner.order(),
            version: planner.order().version(),
            fingerprint: self.0.dataset.fingerprint().to_owned(),
            seed: planner.options().seed,
            examples: self.len(),
            batch_size: self.0.shard.batch_size(),
            epoch,
            step,
        }
    }

    /// Begins to stream `epochs` consecutive epochs from `start` on.
    pub(super) fn start_epochs(&self, start: Cursor, epochs: u64) -> Arc<Stream> {
        let part = (self.0.shard, self.0.drop_last);
        self.start(Stream::of_epochs(&self.0.dataset, part, (start, epochs), self.distance()))
    }

    /// Begins to stream draws of the caller's own.
    pub(super) fn start_draws(&self, draws: Plan) -> Arc<Stream> {
        self.start(Stream::of_draws(&self.0.dataset, self.0.shard, draws, self.distance()))
    }

    fn start(&self, stream: Stream) -> Arc<Stream> {
        let stream = Arc::new(stream);
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        self.0.ring.start(&stream);
        stream
    }

    fn distance(&self) -> u64 {
        Readahead::distance(self.0.workers.len(), self.batches_per_epoch())
    }

    /// Returns the most examples that a batch has on this rank, of a stream of `n_draws` draws.
    pub(super) fn largest_batch(&self, n_draws: usize) -> usize {
        self.0.shard.indices(0, n_draws, false).len()
    }

    /// Delivers the next batch of a stream: `None` at the end, and pending where it was not waited
    /// for. Where `stream` is `None`, it is set to the current stream first.
    pub(super) fn poll(&self, stream: &mut Option<Arc<Stream>>, wait: Wait) -> Result<Poll<Option<Batch>>> {
        self.0.ring.next(stream, wait, self.0.workers.gather_in_consumer())
    }

    /// Ends a stream, unless another one was begun since.
    pub(super) fn stop_stream(&self, stream: &Arc<Stream>) {
        self.0.ring.stop(Some(stream));
    }

    /// Returns whether a stream has no further batch and no error.
    pub(super) fn is_at_end(&self, stream: &Arc<Stream>) -> bool {
        self.0.ring.is_at_end(stream)
    }

    /// Returns how many streams were begun, to learn whether another one was begun since.
    pub(crate) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::SeqCst)
    }

    /// Waits until the next batch is gathered, or the stream has ended.
    pub(crate) fn wait(&self) {
        self.0.ring.wait();
    }
}
