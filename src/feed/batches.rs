//! The batches of a stream, as the consumer takes them: waiting or not.

use super::batch::Batch;
use super::loader::Loader;
use super::ring::Wait;
use super::stream::Stream;
use super::stream::{Cursor, State};
use crate::Result;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// The batches of a stream, in order. Dropping this ends the stream, unless another one was begun
/// since.
///
/// When another stream of the loader is begun, this one is cut short: its next batch is
/// [`Error::Replaced`](crate::Error::Replaced). A stream ends after an error. `next` and
/// [`Batches::next_waiting`] report that error once: where several `Batches` share a stream, to one
/// of them.
///
/// [`Error::AllLeased`](crate::Error::AllLeased) does not end the stream. Each `Batches` reports it
/// once, and its `next` gives `None` then, until a batch is dropped; after that it goes on.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).batch_size(16).build()?;
/// let mut batches = loader.epochs(0, 2);
/// let batch = batches.next().unwrap()?;
/// assert_eq!((batch.epoch(), batch.index()), (0, 0));
/// assert_eq!(batches.state().step, 1); // as `Loader::state`, for a checkpoint within the loop
/// assert_eq!(batches.count(), 5);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the stream ends when its batches are dropped; `detach` leaves it going"]
pub struct Batches {
    loader: Loader,
    /// `None` until a batch is asked for; then it is set to the stream that is current then.
    stream: Option<Arc<Stream>>,
    /// After the last batch; `None` where it is the loader's.
    cursor: Option<Cursor>,
    /// Whether the stream ends with this.
    ends: bool,
    /// Whether `AllLeased` was reported since the last batch.
    all_leased: bool,
}

impl Batches {
    /// Makes the batches of a stream, which ends with them, or of the one that is current when the
    /// first is asked for.
    pub(super) fn new(loader: &Loader, stream: Option<Arc<Stream>>, cursor: Option<Cursor>) -> Batches {
        let ends = stream.is_some();
        Batches { loader: loader.clone(), stream, cursor, ends, all_leased: false }
    }

    /// Drops this and leaves the stream going: [`Loader::streaming`] gives the rest of it.
    pub fn detach(mut self) {
        self.ends = false;
    }

    /// Takes the next batch as `next` does, but also waits while all slots are leased: for
    /// consumers that drop batches on another thread.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{Batch, PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).batch_size(4).build()?;
    /// let (send, receive) = std::sync::mpsc::channel::<Batch>();
    /// let train = move || receive.iter().map(|batch| batch.len()).sum::<usize>();
    /// let trainer = std::thread::spawn(train);
    /// let mut batches = loader.epoch(0);
    /// while let Some(batch) = batches.next_waiting() {
    ///     send.send(batch?).unwrap(); // the other thread drops it
    /// }
    /// drop(send);
    /// assert_eq!(trainer.join().unwrap(), 44);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// What went wrong in gathering the batch. A panic in a worker is
    /// [`Error::Worker`](crate::Error::Worker).
    pub fn next_waiting(&mut self) -> Option<Result<Batch>> {
        self.take(Wait::Always)
    }

    /// Takes the next batch as [`Batches::next_waiting`] does, but waits for `time` at most and is
    /// pending then. It gives an error of the stream each time, not once.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    /// use std::task::Poll;
    /// use std::time::Duration;
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// let (mut batches, mut examples) = (loader.epoch(0), 0);
    /// loop {
    ///     match batches.next_within(Duration::from_millis(100))? {
    ///         Poll::Ready(Some(batch)) => examples += batch.len(),
    ///         Poll::Ready(None) => break, // the end
    ///         Poll::Pending => eprintln!("waiting for the disk"), // or see whether to stop
    ///     }
    /// }
    /// assert_eq!(examples, loader.len());
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Batches::next_waiting`].
    pub fn next_within(&mut self, time: Duration) -> Result<Poll<Option<Batch>>> {
        self.poll(Wait::For(time))
    }

    /// Takes the next batch without waiting for workers. It is pending while the batch is not
    /// gathered. Without workers, this thread gathers it. It gives an error of the stream each
    /// time, not once.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    /// use std::task::Poll;
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// let mut batches = loader.epoch(0);
    /// loop {
    ///     match batches.next_if_ready()? {
    ///         Poll::Ready(Some(batch)) => println!("{} examples", batch.len()),
    ///         Poll::Ready(None) => break, // the end
    ///         Poll::Pending => std::thread::yield_now(), // or do something else meanwhile
    ///     }
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Batches::next_waiting`].
    pub fn next_if_ready(&mut self) -> Result<Poll<Option<Batch>>> {
        self.poll(Wait::Never)
    }

    /// Returns the loader's state after the batch that was taken last from this. Draws of the
    /// caller's own leave it as it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.cursor.map_or_else(|| self.loader.state(), |cursor| self.loader.state_at(cursor))
    }

    /// Returns the cursor after the last batch that was taken, or the start of the stream. It is
    /// `None` for draws of the caller's own.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    /// Takes the next batch: `None` at the end, and pending where it was not waited for.
    pub(crate) fn poll(&mut self, wait: Wait) -> Result<Poll<Option<Batch>>> {
        let polled = self.loader.poll(&mut self.stream, wait);
        if let (Ok(Poll::Ready(Some(batch))), Some(stream)) = (&polled, &self.stream) {
            self.cursor = stream.start().map(|_| Cursor::after(batch.epoch(), batch.index()));
        }
        polled
    }

    fn take(&mut self, wait: Wait) -> Option<Result<Batch>> {
        let polled = self.poll(wait);
        // Where there is no stream, there is no error either.
        self.stream.as_ref()?.reported.item(&mut self.all_leased, polled)
    }

    /// Returns whether the stream has no further batch and no error.
    pub(crate) fn is_at_end(&self) -> bool {
        self.stream.as_ref().is_none_or(|stream| self.loader.is_at_end(stream))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        self.take(Wait::UnlessAllLeased)
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.as_ref().filter(|_| self.ends) {
            self.loader.stop_stream(stream);
        }
    }
}

#[cfg(test)]
mod tests;
