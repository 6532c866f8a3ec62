//! The loader on a device: epochs of batches in order, some of them on their way before they are asked for.

use super::batch::{DeviceBatch, Pending};
use super::device::Device;
use super::pipeline::Pipeline;
use super::stats::DeviceStats;
use super::stream::Stream;
use crate::feed::{Batch, Batches, Column, Loader, State};
use crate::sample::Draw;
use crate::{DType, Error, Result};
use std::collections::VecDeque;
use std::task::Poll;
use std::time::Instant;

/// Streams epochs of batches to a GPU, made by [`DeviceGenerator::build`](super::DeviceGenerator::build).
///
/// They are the batches of the [`Loader`] with the same options, on any number of workers, slots and batches ahead. Dropping the loader
/// waits for the copies from its page-locked memory and for its kernel, and frees its memory but for that of batches that the
/// consumer holds, which stay valid.
#[derive(Debug)]
pub struct DeviceLoader {
    /// Dropped first: its slots wait for their copies.
    loader: Loader,
    pipeline: Pipeline,
    stream: Stream,
    ahead: usize,
    /// Epoch and step of the next batch to be delivered.
    place: (u64, u64),
}

impl DeviceLoader {
    pub(super) fn new(loader: Loader, pipeline: Pipeline, stream: Stream, ahead: usize) -> DeviceLoader {
        DeviceLoader { loader, pipeline, stream, ahead, place: (0, 0) }
    }

    /// The loader on the host's side, for its counts, loci and ledger. Its state and layout are those of its own batches, which may be
    /// ahead and packed; [`DeviceLoader::shape`] and [`DeviceLoader::dtype`] are those on the device.
    #[must_use]
    pub fn host(&self) -> &Loader {
        &self.loader
    }

    /// The device that the batches are on.
    #[must_use]
    pub fn device(&self) -> &Device {
        self.pipeline.device()
    }

    /// The stream that batches are delivered to.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Channels and positions of an example on the device; `(1, 1)` for the columns of one number, and no channel for one that the batches
    /// do not have.
    #[must_use]
    pub fn shape(&self, column: Column) -> (usize, usize) {
        let form = self.pipeline.layout().form(column);
        (form.channels, form.positions)
    }

    /// The type of a column's values on the device.
    #[must_use]
    pub fn dtype(&self, column: Column) -> DType {
        self.pipeline.layout().form(column).dtype
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
        self.loader.state_at(self.place)
    }

    /// Streams one epoch. Whatever the loader was streaming before is abandoned.
    pub fn epoch(&mut self, epoch: u64) -> DeviceBatches<'_> {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs; see [`Loader::epochs`].
    pub fn epochs(&mut self, first: u64, count: u64) -> DeviceBatches<'_> {
        self.place = (first, 0);
        let DeviceLoader { loader, pipeline, stream, ahead, place } = self;
        DeviceBatches::new(loader.epochs(first, count), (pipeline, stream, *ahead), Some(place))
    }

    /// Goes on from a saved state, of this or of a [`Loader`], with the very next batch; see [`Loader::resume`].
    ///
    /// # Errors
    /// As there.
    pub fn resume(&mut self, state: &State, more: u64) -> Result<DeviceBatches<'_>> {
        let DeviceLoader { loader, pipeline, stream, ahead, place } = self;
        let batches = loader.resume(state, more)?;
        *place = (state.epoch, state.step);
        Ok(DeviceBatches::new(batches, (pipeline, stream, *ahead), Some(place)))
    }

    /// Streams draws of the caller's own; see [`Loader::follow`].
    ///
    /// # Errors
    /// As there.
    pub fn follow(&mut self, draws: Vec<Draw>) -> Result<DeviceBatches<'_>> {
        let DeviceLoader { loader, pipeline, stream, ahead, .. } = self;
        Ok(DeviceBatches::new(loader.follow(draws)?, (pipeline, stream, *ahead), None))
    }

    /// Streams every kept peak, or negative, or both, once and in order; see [`Loader::validation`].
    ///
    /// # Errors
    /// As there.
    pub fn validation(&mut self, peaks: bool, negatives: bool) -> Result<DeviceBatches<'_>> {
        let DeviceLoader { loader, pipeline, stream, ahead, .. } = self;
        Ok(DeviceBatches::new(loader.validation(peaks, negatives)?, (pipeline, stream, *ahead), None))
    }
}

/// An iterator over batches in order, each delivered to the loader's stream. Dropping it early is fine.
///
/// After an error it ends, and the loader can be used again. [`Error::AllLeased`] is the exception: drop a batch and go on; until
/// then it gives `None`.
#[derive(Debug)]
pub struct DeviceBatches<'a> {
    batches: Batches<'a>,
    pipeline: &'a Pipeline,
    stream: &'a Stream,
    /// How many batches are to be under way while the consumer has one.
    ahead: usize,
    /// Under way, in order.
    pending: VecDeque<Pending>,
    /// Whether no more is to be submitted.
    ended: bool,
    /// What ended it, to be told after what is pending.
    error: Option<Error>,
    /// The loader's place, where it moves.
    place: Option<&'a mut (u64, u64)>,
    /// Whether the consumer has been told that it holds all slots.
    told: bool,
}

impl<'a> DeviceBatches<'a> {
    fn new(
        batches: Batches<'a>,
        (pipeline, stream, ahead): (&'a Pipeline, &'a Stream, usize),
        place: Option<&'a mut (u64, u64)>,
    ) -> DeviceBatches<'a> {
        let pending = VecDeque::with_capacity(ahead + 1);
        DeviceBatches { batches, pipeline, stream, ahead, pending, ended: false, error: None, place, told: false }
    }

    /// Like `next`, but delivers the batch to this stream.
    ///
    /// # Errors
    /// [`Error::Argument`] for a stream of another device, after which the iterator is as it was; otherwise as each item: what went
    /// wrong in gathering, and [`Error::Driver`].
    pub fn next_on(&mut self, stream: &Stream) -> Option<Result<DeviceBatch>> {
        if let Err(error) = super::lease::check(stream, self.pipeline.device()) {
            return Some(Err(error));
        }
        let since = Instant::now();
        let next = self.take(stream);
        self.pipeline.counters.consumer_waited(since.elapsed());
        next
    }

    fn take(&mut self, stream: &Stream) -> Option<Result<DeviceBatch>> {
        let stuck = self.pending.is_empty() && !self.pipeline.pool().has_free();
        if stuck && !self.ended && !self.batches.is_at_end() {
            // Said once: who collects batches without looking would be told for ever.
            let told = std::mem::replace(&mut self.told, true);
            return (!told).then(|| Err(self.pipeline.pool().none_free()));
        }
        self.told = false;
        if self.pending.is_empty() {
            self.submit(true);
        }
        let Some(pending) = self.pending.pop_front() else {
            return self.error.take().map(Err);
        };
        let batch = match pending.deliver(stream) {
            Ok(batch) => batch,
            Err(error) => {
                self.pending.clear();
                (self.ended, self.error) = (true, None);
                return Some(Err(error));
            }
        };
        if let Some(place) = &mut self.place {
            **place = (batch.epoch(), batch.index() + 1);
        }
        self.pipeline.counters.delivered();
        while self.pending.len() < self.ahead && self.submit(false) {}
        Some(Ok(batch))
    }

    /// Submits the next batch, waiting for it if so asked. Returns whether it did.
    fn submit(&mut self, wait: bool) -> bool {
        if self.ended || !self.pipeline.pool().has_free() {
            return false;
        }
        let next =
            if wait { self.batches.next_waiting().transpose().map(Poll::Ready) } else { self.batches.next_if_ready() };
        let submitted = match next {
            Ok(Poll::Pending) => return false,
            Ok(Poll::Ready(batch)) => batch.map(|batch: Batch| self.pipeline.submit(batch)).transpose(),
            Err(error) => Err(error),
        };
        match submitted {
            Ok(Some(batch)) => self.pending.push_back(batch),
            Ok(None) => self.ended = true,
            Err(error) => (self.ended, self.error) = (true, Some(error)),
        }
        !self.ended
    }

    /// The loader's state after the batch that was delivered last; of draws of one's own it has none.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        self.place.as_ref().map(|place| self.batches.state_at(**place))
    }
}

impl Iterator for DeviceBatches<'_> {
    type Item = Result<DeviceBatch>;

    fn next(&mut self) -> Option<Result<DeviceBatch>> {
        let stream = self.stream;
        self.next_on(stream)
    }
}
