//! The batches of a stream on a device: those under way, and those that the consumer takes.

use super::batch::{DeviceBatch, Pending};
use super::loader::DeviceLoader;
use super::stream::Stream;
use crate::feed::{Batch, Batches, Cursor, Reported, State, Wait};
use crate::{Error, Result};
use std::collections::VecDeque;
use std::task::Poll;
use std::time::{Duration, Instant};

/// What is streamed, between the loader on the host's side and the consumer.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// What the host's side streams; `None` before a stream was begun.
    batches: Option<Batches>,
    /// Under way to the device, or there, in order.
    pending: VecDeque<Pending>,
    /// Whether no more is to be submitted.
    ended: bool,
    /// The error that ended it. It comes after the pending batches, each time a batch is asked for.
    error: Option<Error>,
    /// Whether the loader's cursor moves with it.
    moves_cursor: bool,
    /// Whether the error that ended it was reported.
    reported: Reported,
}

/// The batches of a stream, in order, each delivered to the loader's [`Stream`]. Dropping this ends
/// what is streamed.
///
/// It ends after an error, which is reported once. The loader can be used again then.
/// [`Error::AllLeased`] is the exception: after it, `next` gives `None` until a batch is dropped,
/// and then goes on. A stream that was begun on [`DeviceLoader::host`] or a clone of it goes on
/// when this is dropped.
///
/// ```no_run
/// use atemoya::cuda::Stream;
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// # let mut loader = atemoya::cuda::DeviceGenerator::new(&device, generator).build()?;
/// let compute = Stream::new(&device)?;
/// let mut batches = loader.epochs(0, 10);
/// while let Some(batch) = batches.next_on(&compute) {
///     let batch = batch?; // complete for work that `compute` is given from now on
///     assert_eq!(batch.stream(), &compute);
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct DeviceBatches<'a> {
    loader: &'a mut DeviceLoader,
    /// Whether the stream ends with this.
    ends: bool,
    /// Whether `AllLeased` was reported since the last batch.
    all_leased: bool,
}

impl<'a> DeviceBatches<'a> {
    /// Begins to bring batches of the host's side to the device. With `moves_cursor`, the loader's
    /// cursor moves with them.
    pub(super) fn begin(loader: &'a mut DeviceLoader, batches: Batches, moves_cursor: bool) -> DeviceBatches<'a> {
        let pending = VecDeque::with_capacity(loader.ahead + 1);
        loader.flow = Flow { batches: Some(batches), pending, moves_cursor, ..Flow::default() };
        DeviceBatches { loader, ends: true, all_leased: false }
    }

    /// Returns the rest of what is streamed already.
    pub(super) fn of(loader: &'a mut DeviceLoader) -> DeviceBatches<'a> {
        DeviceBatches { loader, ends: false, all_leased: false }
    }

    /// Drops this and leaves the stream going: [`DeviceLoader::streaming`] gives the rest of it.
    pub fn detach(mut self) {
        self.ends = false;
    }

    /// Takes the next batch as `next` does, but delivers it to this CUDA stream.
    ///
    /// # Errors
    /// [`Error::Argument`] for a CUDA stream of another device, which changes nothing. Otherwise
    /// what went wrong in gathering the batch, and [`Error::Driver`].
    pub fn next_on(&mut self, stream: &Stream) -> Option<Result<DeviceBatch>> {
        // The error of a wrong CUDA stream is the caller's, and is given each time.
        if let Err(error) = super::lease::check(stream, self.loader.device()) {
            return Some(Err(error));
        }
        let polled = self.loader.take(stream, Wait::Always);
        self.loader.flow.reported.item(&mut self.all_leased, polled)
    }

    /// Takes the next batch as `next` does, but waits for workers for `time` at most and is pending
    /// then. It gives an error of the stream each time, not once.
    ///
    /// # Errors
    /// What went wrong in gathering the batch, and [`Error::Driver`].
    pub fn next_within(&mut self, time: Duration) -> Result<Poll<Option<DeviceBatch>>> {
        let stream = self.loader.stream.clone();
        self.poll_on(&stream, Wait::For(time))
    }

    /// Delivers the next batch to this CUDA stream: `None` at the end, and pending where workers
    /// have not gathered it and it was not waited for.
    pub(crate) fn poll_on(&mut self, stream: &Stream, wait: Wait) -> Result<Poll<Option<DeviceBatch>>> {
        super::lease::check(stream, self.loader.device())?;
        self.loader.take(stream, wait)
    }

    /// Returns the loader's state after the batch that was delivered last. It is `None` for draws
    /// of the caller's own, which have no epoch.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        self.loader.flow.moves_cursor.then(|| self.loader.state())
    }
}

impl Iterator for DeviceBatches<'_> {
    type Item = Result<DeviceBatch>;

    fn next(&mut self) -> Option<Result<DeviceBatch>> {
        let stream = self.loader.stream.clone();
        self.next_on(&stream)
    }
}

impl Drop for DeviceBatches<'_> {
    fn drop(&mut self) {
        if self.ends {
            // The flow's batches end their own stream, and no other one of the host's side.
            self.loader.flow.end(None);
        }
    }
}

impl DeviceLoader {
    /// Delivers the next batch to a stream of this device, and counts the time that it takes.
    fn take(&mut self, stream: &Stream, wait: Wait) -> Result<Poll<Option<DeviceBatch>>> {
        let since = Instant::now();
        let next = self.deliver_next(stream, wait);
        self.pipeline.counters.consumer_waited(since.elapsed());
        next
    }

    fn deliver_next(&mut self, stream: &Stream, wait: Wait) -> Result<Poll<Option<DeviceBatch>>> {
        if self.flow.pending.is_empty() && !self.flow.ended {
            if self.flow.batches.as_ref().is_none_or(Batches::is_at_end) {
                self.flow.ended = true;
            } else if !self.pipeline.pool().has_free() {
                let error = self.pipeline.pool().none_free();
                if !matches!(error, Error::AllLeased { .. }) {
                    self.flow.end(Some(error.clone_error()));
                }
                return Err(error);
            }
            self.submit(wait);
        }
        let Some(pending) = self.flow.pending.pop_front() else {
            return match &self.flow.error {
                Some(error) => Err(error.clone_error()),
                None if self.flow.ended => Ok(Poll::Ready(None)),
                None => Ok(Poll::Pending),
            };
        };
        let batch = pending.deliver(stream).inspect_err(|error| self.flow.end(Some(error.clone_error())))?;
        if self.flow.moves_cursor {
            self.cursor = Cursor::after(batch.epoch(), batch.index());
        }
        self.pipeline.counters.delivered();
        while self.flow.pending.len() < self.ahead && self.submit(Wait::Never) {}
        Ok(Poll::Ready(Some(batch)))
    }

    /// Submits the next batch to the device, once it is gathered. Returns whether it did.
    fn submit(&mut self, wait: Wait) -> bool {
        if self.flow.ended || !self.pipeline.pool().has_free() {
            return false;
        }
        let Some(batches) = &mut self.flow.batches else { return false };
        let submitted = match batches.poll(wait) {
            Ok(Poll::Pending) => return false,
            Ok(Poll::Ready(batch)) => batch.map(|batch: Batch| self.pipeline.submit(batch)).transpose(),
            Err(error) => Err(error),
        };
        match submitted {
            Ok(Some(batch)) => self.flow.pending.push_back(batch),
            Ok(None) => self.flow.ended = true,
            Err(error) => (self.flow.ended, self.flow.error) = (true, Some(error)),
        }
        !self.flow.ended
    }
}

impl Flow {
    /// Ends what is streamed, with an error or without. Batches that are under way are not
    /// delivered.
    pub(super) fn end(&mut self, error: Option<Error>) {
        *self = Flow { ended: true, error, moves_cursor: self.moves_cursor, ..Flow::default() };
    }
}
