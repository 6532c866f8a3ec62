//! Streams of a loader: beginning one, and its batches as the consumer takes them, waiting or not.

use super::batch::Batch;
use super::loader::Loader;
use super::ring::Wait;
use super::stream::Stream;
use super::stream::{Cursor, State};
use crate::sample::{Draw, Plan};
use crate::{Error, Result};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

impl Loader {
    /// Streams one epoch. A stream that was begun before ends.
    pub fn epoch(&self, epoch: u64) -> Batches {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs from `first` on. While the last batches of an epoch are
    /// consumed, the first ones of the next are gathered. A stream that was begun before ends.
    pub fn epochs(&self, first: u64, count: u64) -> Batches {
        self.begin(Cursor { epoch: first, step: 0 }, count)
    }

    /// Goes on from a saved state with the very next batch: streams the rest of its epoch, and
    /// `more` epochs after it. The number of workers and the world size may differ from those of
    /// the loader that it was saved from.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when it was saved from another stream: in
    /// another order or version of it, with another seed, number of examples or batch size, or of
    /// other loci or options that decide which example has which index. The stream that was begun
    /// before goes on then.
    pub fn resume(&self, state: &State, more: u64) -> Result<Batches> {
        self.state().check(state)?;
        if state.step > self.batches_per_epoch() as u64 {
            let message = format!("it is at batch {} of an epoch of {}", state.step, self.batches_per_epoch());
            return Err(Error::argument("state", message));
        }
        Ok(self.begin(Cursor { epoch: state.epoch, step: state.step }, more.saturating_add(1)))
    }

    /// Streams draws of the caller's own once, in their order, all of them: also with `drop_last`,
    /// the last batch may be short.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) naming the first draw that no kept locus or
    /// jitter of this loader fits, or when a batch would have more examples than there is memory
    /// for, because the batch size is larger than all examples of the loader.
    pub fn follow(&self, draws: Vec<Draw>) -> Result<Batches> {
        let options = self.dataset().planner().options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        let (largest, room) = (self.largest_batch(plan.len()), self.layout().batch_size());
        if largest > room {
            let message = format!(
                "a batch would have {largest} examples, and there is memory for {room}, as many as the loader has of \
                 its own: give fewer draws at once, or make the loader with a batch_size of {room} or less"
            );
            return Err(Error::argument("draws", message));
        }
        Ok(Batches::new(self, Some(self.start_draws(plan)), None))
    }

    /// Streams every kept peak, or every kept negative, or both (peaks first), once and in order,
    /// neither shifted nor reverse-complemented, for validation. The last batch may be short, also
    /// with `drop_last`.
    ///
    /// The kept loci are those of the loader's selection: it leaves out peaks without room for its
    /// jitter, and outliers if it drops them. Cherimoya validates on all peaks that fit: for these,
    /// build a loader with `max_jitter(0)` and `outlier_filter(Some(false))`.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when there is nothing to stream.
    pub fn validation(&self, peaks: bool, negatives: bool) -> Result<Batches> {
        let options = self.dataset().planner().options();
        let draws = |wanted: bool, loci: usize, is_peak: bool| {
            let offset = if is_peak { options.max_jitter } else { 0 };
            let draw = move |source| Draw { is_peak, source, offset, reverse_complement: false };
            (0..if wanted { loci as u32 } else { 0 }).map(draw)
        };
        let draws = draws(peaks, options.n_peaks, true).chain(draws(negatives, options.n_negatives, false));
        let draws: Vec<Draw> = draws.collect();
        if draws.is_empty() {
            let message = if negatives {
                "there are no negatives"
            } else {
                "neither peaks nor negatives are asked for: set `peaks` or `negatives` to true"
            };
            return Err(Error::argument("validation", message));
        }
        self.follow(draws)
    }

    /// Returns the rest of what the loader streams. The stream is the one that is current when the
    /// first batch is asked for; without one there is no batch. Dropping the returned batches does
    /// not end the stream.
    ///
    /// ```no_run
    /// # let store = atemoya::Store::open("yeast.atemoya")?;
    /// let loader = atemoya::PeakGenerator::new(&store).build()?;
    /// loader.epochs(0, 2).detach();
    /// while let Some(batch) = loader.streaming().next() {
    ///     println!("{} examples", batch?.len());
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn streaming(&self) -> Batches {
        Batches::new(self, None, None)
    }

    fn begin(&self, start: Cursor, epochs: u64) -> Batches {
        Batches::new(self, Some(self.start_epochs(start, epochs)), Some(start))
    }
}

/// The batches of a stream, in order. Dropping this ends the stream, unless another one was begun
/// since.
///
/// When another stream of the loader is begun, this one ends. It also ends after an error. `next`
/// and [`Batches::next_waiting`] report that error once: where several `Batches` share a stream, to
/// one of them.
///
/// [`Error::AllLeased`](crate::Error::AllLeased) does not end the stream. Each `Batches` reports it
/// once, and its `next` gives `None` then, until a batch is dropped; after that it goes on.
///
/// ```
/// # use atemoya::ArrayGenerator;
/// # use atemoya::feed::Array;
/// # let sequences = Array::from_vec(vec![0i8; 8 * 4 * 20], [8, 4, 20])?;
/// # let signals = Array::from_vec(vec![1.0f32; 8 * 10], [8, 1, 10])?;
/// # let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
/// # let generator = generator.negative_ratio(0.0).batch_size(4);
/// let loader = generator.build()?;
/// let mut batches = loader.epochs(0, 2);
/// let batch = batches.next().unwrap()?;
/// assert_eq!((batch.epoch(), batch.index()), (0, 0));
/// assert_eq!(batches.count(), 3);
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
    fn new(loader: &Loader, stream: Option<Arc<Stream>>, cursor: Option<Cursor>) -> Batches {
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
    /// # Errors
    /// What went wrong in gathering the batch. A panic in a worker is
    /// [`Error::Worker`](crate::Error::Worker).
    pub fn next_waiting(&mut self) -> Option<Result<Batch>> {
        self.take(Wait::Always)
    }

    /// Takes the next batch as [`Batches::next_waiting`] does, but waits for `time` at most and is
    /// pending then. It gives an error of the stream each time, not once.
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
