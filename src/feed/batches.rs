//! The batches of a stream, as their consumer gets them: in order, waiting or not.

use super::batch::Batch;
use super::loader::Loader;
use super::ring::Patience;
use super::state::State;
use crate::Result;
use std::task::Poll;
use std::time::Duration;

/// An iterator over batches in order. Dropping it early is fine.
///
/// After an error it ends. [`crate::Error::AllLeased`] is the exception: drop a batch and go on;
/// until then it gives `None`.
pub struct Batches<'a> {
    loader: &'a mut Loader,
    /// Whether the stream ends with this.
    ends: bool,
}

impl<'a> Batches<'a> {
    pub(super) fn new(loader: &'a mut Loader, ends: bool) -> Batches<'a> {
        Batches { loader, ends }
    }

    /// Lets go of the loader, which streams on: [`Loader::streaming`] gives the rest.
    pub fn detach(mut self) {
        self.ends = false;
    }

    /// Like `next`, but waits when all slots are leased: for consumers that drop batches on another
    /// thread.
    ///
    /// # Errors
    /// What went wrong in gathering; a panic of a worker as [`crate::Error::Worker`].
    pub fn next_waiting(&mut self) -> Option<Result<Batch>> {
        self.take(Patience::Always)
    }

    fn take(&mut self, patience: Patience) -> Option<Result<Batch>> {
        match self.poll(patience) {
            Ok(Poll::Ready(batch)) => {
                self.loader.told = false;
                batch.map(Ok)
            }
            Ok(Poll::Pending) => None,
            // Said once: who collects batches without looking would be told for ever.
            Err(error) => (!std::mem::replace(&mut self.loader.told, true)).then_some(Err(error)),
        }
    }

    /// Like [`Batches::next_waiting`], but for this long at most, and pending then.
    ///
    /// # Errors
    /// As [`Batches::next_waiting`].
    pub fn next_within(&mut self, time: Duration) -> Result<Poll<Option<Batch>>> {
        self.poll(Patience::For(time))
    }

    /// Like `next`, but never waits for workers: it is pending while the next batch is not
    /// gathered. Without workers it is gathered here.
    ///
    /// # Errors
    /// As [`Batches::next_waiting`].
    pub fn next_if_ready(&mut self) -> Result<Poll<Option<Batch>>> {
        self.poll(Patience::Never)
    }

    /// The next batch, `None` at the end, or pending where it was not waited for.
    fn poll(&mut self, patience: Patience) -> Result<Poll<Option<Batch>>> {
        self.loader.outlet().poll(patience)
    }

    /// The loader's state after the batch that was delivered last.
    #[must_use]
    pub fn state(&self) -> State {
        self.loader.state()
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
        if self.ends {
            self.loader.outlet().stop();
        }
    }
}

impl std::fmt::Debug for Batches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("outlet", self.loader.outlet()).finish_non_exhaustive()
    }
}
