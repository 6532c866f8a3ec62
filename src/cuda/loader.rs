//! The loader on a device: epochs of batches in order, some of which are copied to the device
//! before they are asked for.

use super::batches::{DeviceBatches, Flow};
use super::device::Device;
use super::pipeline::Pipeline;
use super::stats::DeviceStats;
use super::stream::Stream;
use crate::feed::{Batches, Column, Cursor, Loader, State};
use crate::sample::Draw;
use crate::{DType, Result};

/// Streams epochs of batches to a GPU, made by
/// [`DeviceGenerator::build`](super::DeviceGenerator::build).
///
/// The batches are those of the [`Loader`] with the same options, with any number of workers, slots
/// and batches under way.
///
/// Dropping the loader waits for its kernel. Unless a clone of [`DeviceLoader::host`] or its
/// [`Batches`] is left, it also ends the workers and waits for the copies from its page-locked
/// memory. It frees its memory, except that of batches that the consumer holds: these stay valid. A
/// clone or its `Batches` keeps the workers and the page-locked memory.
///
/// ```no_run
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// # let mut loader = atemoya::cuda::DeviceGenerator::new(&device, generator).build()?;
/// let mut batches = loader.epoch(0);
/// let first = batches.next().unwrap()?;
/// drop(batches);
/// let state = loader.state(); // after the first batch
/// let second = loader.resume(&state, 0)?.next().unwrap()?;
/// assert_eq!((first.index(), second.index()), (0, 1));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct DeviceLoader {
    /// What is under way to the device.
    pub(super) flow: Flow,
    /// Dropped before what follows: its slots wait for their copies.
    pub(super) loader: Loader,
    pub(super) pipeline: Pipeline,
    pub(super) stream: Stream,
    pub(super) ahead: usize,
    /// After the batch that was delivered last.
    pub(super) cursor: Cursor,
}

impl DeviceLoader {
    pub(super) fn new(loader: Loader, pipeline: Pipeline, stream: Stream, ahead: usize) -> DeviceLoader {
        DeviceLoader { flow: Flow::default(), loader, pipeline, stream, ahead, cursor: Cursor::default() }
    }

    /// Returns the loader on the host's side, for its counts, loci and ledger. Its state is ahead
    /// of the device's by the batches that are under way, and its layout is that of batches as they
    /// cross the bus; [`DeviceLoader::shape`] and [`DeviceLoader::dtype`] are those on the device.
    /// A stream that is begun on it ends the stream of the device.
    #[must_use]
    pub fn host(&self) -> &Loader {
        &self.loader
    }

    /// Returns the device that the batches are on.
    #[must_use]
    pub fn device(&self) -> &Device {
        self.pipeline.device()
    }

    /// Adds time that a consumer waited for this loader while another thread could use it.
    #[cfg(feature = "ffi")]
    pub(crate) fn waited(&self, time: std::time::Duration) {
        self.pipeline.counters.consumer_waited(time);
    }

    /// Returns the stream that batches are delivered to.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Returns the channels and positions of an example on the device: `(1, 1)` for a column of one
    /// number, and no channel for a column that the batches do not have.
    #[must_use]
    pub fn shape(&self, column: Column) -> (usize, usize) {
        let on_device = self.pipeline.layout().column(column);
        (on_device.channels, on_device.positions)
    }

    /// Returns the type of a column's values on the device.
    #[must_use]
    pub fn dtype(&self, column: Column) -> DType {
        self.pipeline.layout().column(column).dtype
    }

    /// Returns the counters since the loader was made.
    #[must_use]
    pub fn stats(&self) -> DeviceStats {
        let layout = self.pipeline.layout();
        DeviceStats {
            batch_bytes: layout.crossing_bytes(),
            page_locked_bytes: self.loader.slots() * layout.crossing_bytes(),
            device_bytes: self.pipeline.pool().slots() * (layout.crossing_bytes() + layout.expanded_bytes()),
            ..self.pipeline.counters.read(self.loader.stats())
        }
    }

    /// Returns the state after the batch that was delivered last, or at the start of the stream
    /// when none was delivered yet. [`DeviceLoader::follow`] and [`DeviceLoader::validation`] leave
    /// it as it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.loader.state_at(self.cursor)
    }

    /// Streams one epoch. A stream that was begun before ends.
    pub fn epoch(&mut self, epoch: u64) -> DeviceBatches<'_> {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs from `first` on. While the last batches of an epoch are
    /// consumed, the first ones of the next are gathered. A stream that was begun before ends.
    pub fn epochs(&mut self, first: u64, count: u64) -> DeviceBatches<'_> {
        let batches = self.loader.epochs(first, count);
        self.deliver(batches)
    }

    /// Goes on from a saved state, of this or of a [`Loader`], with the very next batch: streams
    /// the rest of its epoch, and then `further_epochs` whole epochs. `further_epochs` counts
    /// neither the state's epoch nor those before it.
    ///
    /// # Errors
    /// As [`Loader::resume`].
    pub fn resume(&mut self, state: &State, further_epochs: u64) -> Result<DeviceBatches<'_>> {
        let batches = self.loader.resume(state, further_epochs)?;
        Ok(self.deliver(batches))
    }

    /// Streams draws of the caller's own once, in their order, all of them: also with `drop_last`,
    /// the last batch may be short.
    ///
    /// # Errors
    /// As [`Loader::follow`].
    pub fn follow(&mut self, draws: Vec<Draw>) -> Result<DeviceBatches<'_>> {
        let batches = self.loader.follow(draws)?;
        Ok(self.deliver(batches))
    }

    /// Streams every kept peak, or every kept negative, or both (peaks first), once and in order,
    /// neither shifted nor reverse-complemented, for validation.
    ///
    /// # Errors
    /// As [`Loader::validation`].
    pub fn validation(&mut self, peaks: bool, negatives: bool) -> Result<DeviceBatches<'_>> {
        let batches = self.loader.validation(peaks, negatives)?;
        Ok(self.deliver(batches))
    }

    /// Begins to bring a stream to the device, which was begun on the host's side.
    pub(super) fn deliver(&mut self, batches: Batches) -> DeviceBatches<'_> {
        let cursor = batches.cursor();
        self.cursor = cursor.unwrap_or(self.cursor);
        DeviceBatches::begin(self, batches, cursor.is_some())
    }

    /// Returns the rest of what the loader streams, after [`DeviceBatches::detach`]. Without a
    /// stream there is no batch. Dropping the returned batches does not end the stream.
    pub fn streaming(&mut self) -> DeviceBatches<'_> {
        DeviceBatches::of(self)
    }

    /// Ends what the loader streams, if anything. Batches that were delivered stay valid.
    pub fn stop(&mut self) {
        self.loader.stop();
        self.flow.end(None);
    }
}
