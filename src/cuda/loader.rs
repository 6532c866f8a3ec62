//! The loader on a device: epochs of batches in order, some of them on their way before they are
//! asked for.

use super::batches::{DeviceBatches, Flow};
use super::device::Device;
use super::pipeline::Pipeline;
use super::stats::DeviceStats;
use super::stream::Stream;
use crate::feed::{Column, Loader, State};
use crate::sample::Draw;
use crate::{DType, Result};

/// Streams epochs of batches to a GPU, made by
/// [`DeviceGenerator::build`](super::DeviceGenerator::build).
///
/// They are the batches of the [`Loader`] with the same options, on any number of workers, slots
/// and batches ahead. Dropping the loader waits for the copies from its page-locked memory and for
/// its kernel, and frees its memory but for that of batches that the consumer holds, which stay
/// valid.
#[derive(Debug)]
pub struct DeviceLoader {
    /// What is under way to the device.
    pub(super) flow: Flow,
    /// Dropped before what follows: its slots wait for their copies.
    pub(super) loader: Loader,
    pub(super) pipeline: Pipeline,
    pub(super) stream: Stream,
    pub(super) ahead: usize,
    /// Epoch and step of the next batch to be delivered.
    pub(super) place: (u64, u64),
}

impl DeviceLoader {
    pub(super) fn new(loader: Loader, pipeline: Pipeline, stream: Stream, ahead: usize) -> DeviceLoader {
        DeviceLoader { flow: Flow::default(), loader, pipeline, stream, ahead, place: (0, 0) }
    }

    /// The loader on the host's side, for its counts, loci and ledger. Its state and layout are
    /// those of its own batches, which may be ahead and packed; [`DeviceLoader::shape`] and
    /// [`DeviceLoader::dtype`] are those on the device.
    #[must_use]
    pub fn host(&self) -> &Loader {
        &self.loader
    }

    /// The device that the batches are on.
    #[must_use]
    pub fn device(&self) -> &Device {
        self.pipeline.device()
    }

    /// Counts time that a consumer waited for this loader without having it.
    #[cfg(feature = "ffi")]
    pub(crate) fn waited(&self, time: std::time::Duration) {
        self.pipeline.counters.consumer_waited(time);
    }

    /// The stream that batches are delivered to.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Channels and positions of an example on the device; `(1, 1)` for the columns of one number,
    /// and no channel for one that the batches do not have.
    #[must_use]
    pub fn shape(&self, column: Column) -> (usize, usize) {
        let on_device = self.pipeline.layout().column(column);
        (on_device.channels, on_device.positions)
    }

    /// The type of a column's values on the device.
    #[must_use]
    pub fn dtype(&self, column: Column) -> DType {
        self.pipeline.layout().column(column).dtype
    }

    /// Counters since the loader was made.
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

    /// Where the loader stands: after the batch that was delivered last, or at the place set last.
    #[must_use]
    pub fn state(&self) -> State {
        self.loader.outlet().state_at(self.place)
    }

    /// Streams one epoch. Whatever the loader was streaming before is abandoned.
    pub fn epoch(&mut self, epoch: u64) -> DeviceBatches<'_> {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs; see [`Loader::epochs`].
    pub fn epochs(&mut self, first: u64, count: u64) -> DeviceBatches<'_> {
        self.loader.epochs(first, count).detach();
        self.place = (first, 0);
        DeviceBatches::begin(self, true)
    }

    /// Goes on from a saved state, of this or of a [`Loader`], with the very next batch; see
    /// [`Loader::resume`].
    ///
    /// # Errors
    /// As there.
    pub fn resume(&mut self, state: &State, more: u64) -> Result<DeviceBatches<'_>> {
        self.loader.resume(state, more)?.detach();
        self.place = (state.epoch, state.step);
        Ok(DeviceBatches::begin(self, true))
    }

    /// Streams draws of the caller's own; see [`Loader::follow`].
    ///
    /// # Errors
    /// As there.
    pub fn follow(&mut self, draws: Vec<Draw>) -> Result<DeviceBatches<'_>> {
        self.loader.follow(draws)?.detach();
        Ok(DeviceBatches::begin(self, false))
    }

    /// Streams every kept peak, or negative, or both, once and in order; see
    /// [`Loader::validation`].
    ///
    /// # Errors
    /// As there.
    pub fn validation(&mut self, peaks: bool, negatives: bool) -> Result<DeviceBatches<'_>> {
        self.loader.validation(peaks, negatives)?.detach();
        Ok(DeviceBatches::begin(self, false))
    }

    /// The rest of what the loader streams, when that was [left going](DeviceBatches::detach);
    /// nothing otherwise. Dropping this leaves it going, too; see [`Loader::streaming`].
    pub fn streaming(&mut self) -> DeviceBatches<'_> {
        DeviceBatches::of(self)
    }

    /// Ends what the loader streams, if anything. Batches that were delivered stay valid.
    pub fn stop(&mut self) {
        self.loader.stopper().stop();
        self.flow.end(None);
    }
}
