//! The batches of a stream, as their consumer gets them: in order, waiting or not.

use super::batch::{Batch, Memory};
use super::fill::{Place, Stream};
use super::loader::Loader;
use super::ring::Patience;
use super::state::State;
use crate::{Error, Result};
use std::sync::Arc;
use std::task::Poll;

/// An iterator over batches in order. Dropping it early is fine.
///
/// After an error it ends. [`crate::Error::AllLeased`] is the exception: drop a batch and go on; until then it gives `None`.
pub struct Batches<'a> {
    loader: &'a mut Loader,
    stream: Arc<Stream>,
    /// Whether the consumer has been told that it holds all slots.
    told: bool,
}

impl<'a> Batches<'a> {
    pub(super) fn new(loader: &'a mut Loader, stream: Arc<Stream>) -> Batches<'a> {
        Batches { loader, stream, told: false }
    }

    /// Like `next`, but waits when all slots are leased: for consumers that drop batches on another thread.
    ///
    /// # Errors
    /// What went wrong in gathering; a panic of a worker as [`crate::Error::Worker`].
    pub fn next_waiting(&mut self) -> Option<Result<Batch>> {
        self.take(Patience::Always)
    }

    fn take(&mut self, patience: Patience) -> Option<Result<Batch>> {
        match self.poll(patience) {
            Ok(Poll::Ready(batch)) => {
                self.told = false;
                batch.map(Ok)
            }
            Ok(Poll::Pending) => None,
            // Said once: who collects batches without looking would be told for ever.
            Err(Error::AllLeased { .. }) if self.told => None,
            Err(error) => {
                self.told = matches!(error, Error::AllLeased { .. });
                Some(Err(error))
            }
        }
    }

    /// Like `next`, but never waits for workers: it is pending while the next batch is not gathered. Without workers it is
    /// gathered here.
    ///
    /// # Errors
    /// As [`Batches::next_waiting`].
    pub fn next_if_ready(&mut self) -> Result<Poll<Option<Batch>>> {
        self.poll(Patience::Never)
    }

    /// The next batch, `None` at the end, or pending where it was not waited for.
    fn poll(&mut self, patience: Patience) -> Result<Poll<Option<Batch>>> {
        let next = self.loader.ring.next(self.loader.workers.is_empty(), patience)?;
        let (number, lease) = match next {
            Poll::Ready(Some(next)) => next,
            Poll::Ready(None) => return Ok(Poll::Ready(None)),
            Poll::Pending => return Ok(Poll::Pending),
        };
        let Place { epoch, step, indices } = self.stream.place(number);
        if self.stream.plan.is_none() {
            self.loader.place = (epoch, step + 1);
        }
        let layout = Arc::clone(&self.stream.source.layout);
        self.loader.ring.counters.delivered(layout.payload(indices.len()));
        Ok(Poll::Ready(Some(Batch::new(Memory::Leased(lease), layout, indices.len(), epoch, step))))
    }

    /// The loader's state after the batch that was delivered last.
    #[must_use]
    pub fn state(&self) -> State {
        self.loader.state()
    }

    /// Whether the last batch was delivered.
    #[cfg(feature = "cuda")]
    pub(crate) fn is_at_end(&self) -> bool {
        self.loader.ring.is_at_end()
    }

    /// The loader's state at an epoch and a step of it.
    #[cfg(feature = "cuda")]
    pub(crate) fn state_at(&self, place: (u64, u64)) -> State {
        self.loader.state_at(place)
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        self.take(Patience::UnlessAllLeased)
    }
}

impl Drop for Batches<'_> {
    fn drop(&mut self) {
        self.loader.ring.stop();
    }
}

impl std::fmt::Debug for Batches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("epoch", &self.stream.epoch).field("epochs", &self.stream.epochs).finish()
    }
}
