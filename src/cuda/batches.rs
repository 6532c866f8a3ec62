//! The batches of a stream on a device, as their consumer gets them, and those that are under way.

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
    /// The error that ended it. It comes after what is pending, each time a batch is asked for.
    error: Option<Error>,
    /// Whether the loader's cursor moves with it.
    moves_cursor: bool,
    /// Which errors its iterators have reported.
    reported: Reported,
}

/// An iterator over batches in order, each delivered to the loader's stream. Dropping it early is
/// fine.
///
/// After an error it ends, and the loader can be used again. [`Error::AllLeased`] is the exception:
/// drop a batch and go on; until then it gives `None`.
#[derive(Debug)]
pub struct DeviceBatches<'a> {
    loader: &'a mut DeviceLoader,
    /// Whether the stream ends with this.
    ends: bool,
}

impl<'a> DeviceBatches<'a> {
    /// Begins to bring batches of the host's side to the device. With `moves_cursor`, the loader's
    /// cursor moves with them.
    pub(super) fn begin(loader: &'a mut DeviceLoader, batches: Batches, moves_cursor: bool) -> DeviceBatches<'a> {
        let pending = VecDeque::with_capacity(loader.ahead + 1);
        loader.flow = Flow { batches: Some(batches), pending, moves_cursor, ..Flow::default() };
        DeviceBatches { loader, ends: true }
    }

    /// Those of what is streamed already.
    pub(super) fn of(loader: &'a mut DeviceLoader) -> DeviceBatches<'a> {
        DeviceBatches { loader, ends: false }
    }

    /// Lets go of the loader, which streams on: [`DeviceLoader::streaming`] gives the rest.
    pub fn detach(mut self) {
        self.ends = false;
    }

    /// Like `next`, but delivers the batch to this stream.
    ///
    /// # Errors
    /// [`Error::Argument`] for a stream of another device, after which the iterator is as it was;
    /// otherwise as each item: what went wrong in gathering, and [`Error::Driver`].
    pub fn next_on(&mut self, stream: &Stream) -> Option<Result<DeviceBatch>> {
        // A wrong stream is not an error of what is streamed.
        if let Err(error) = super::lease::check(stream, self.loader.device()) {
            return Some(Err(error));
        }
        let polled = self.poll_on(stream, Wait::Always);
        self.loader.flow.reported.item(polled)
    }

    /// Like `next`, but waits for workers this long at most, and is pending then. An error is told
    /// to whoever asks, not once.
    ///
    /// # Errors
    /// As each item.
    pub fn next_within(&mut self, time: Duration) -> Result<Poll<Option<DeviceBatch>>> {
        let stream = self.loader.stream.clone();
        self.poll_on(&stream, Wait::For(time))
    }

    /// The next batch, delivered to this stream, `None` at the end, or pending while workers have
    /// not gathered it and it is not waited for.
    pub(crate) fn poll_on(&mut self, stream: &Stream, wait: Wait) -> Result<Poll<Option<DeviceBatch>>> {
        super::lease::check(stream, self.loader.device())?;
        let since = Instant::now();
        let next = self.loader.take(stream, wait);
        self.loader.pipeline.counters.consumer_waited(since.elapsed());
        next
    }

    /// The loader's state after the batch that was delivered last; of draws of one's own it has
    /// none.
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
            self.loader.stop();
        }
    }
}

impl DeviceLoader {
    fn take(&mut self, stream: &Stream, wait: Wait) -> Result<Poll<Option<DeviceBatch>>> {
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

    /// Submits the next batch, waiting for it with some wait. Returns whether it did.
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
    /// Ends it, with an error or without; what is under way is not delivered.
    pub(super) fn end(&mut self, error: Option<Error>) {
        *self = Flow { ended: true, error, moves_cursor: self.moves_cursor, ..Flow::default() };
    }
}
