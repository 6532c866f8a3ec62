//! A stream: the batches of consecutive epochs, or of the caller's own draws, each from its number
//! to its bytes in a slot. Its cursor, and the saved state from which it goes on with the very next
//! batch; and the rule that each error of a stream is reported once.

use super::dataset::Dataset;
use super::layout::Layout;
use super::loader_options::Shard;
use super::readahead::Readahead;
use super::slot::Slot;
use crate::sample::{Order, Plan};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::mem::replace;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

/// What a loader delivers: this rank's part of consecutive batches.
pub(super) struct Stream {
    dataset: Arc<Dataset<'static>>,
    shard: Shard,
    /// Whether the short batch at the end of an epoch is left out.
    drop_last: bool,
    start: Cursor,
    epochs: u64,
    /// The caller's own draws, in place of the plans of the epochs.
    draws: Option<Arc<Plan>>,
    readahead: Readahead,
    /// Whether another stream of the loader was begun before its last batch was delivered.
    pub(super) replaced: AtomicBool,
    /// Whether the error that ended it was reported.
    pub(super) reported: Reported,
}

/// Which examples a batch has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchSpec {
    pub(super) epoch: u64,
    /// The number of the batch in its epoch.
    pub(super) step: u64,
    /// The indices, in the epoch's plan, of this rank's examples.
    pub(super) indices: Range<usize>,
}

impl Stream {
    /// Streams `epochs` consecutive epochs from `start` on. Batches are read ahead up to `distance`
    /// batches before they are gathered.
    pub(super) fn of_epochs(
        dataset: &Arc<Dataset<'static>>,
        (shard, drop_last): (Shard, bool),
        (start, epochs): (Cursor, u64),
        distance: u64,
    ) -> Stream {
        Stream {
            dataset: Arc::clone(dataset),
            shard,
            drop_last,
            start,
            epochs,
            draws: None,
            readahead: Readahead::new(distance),
            replaced: AtomicBool::default(),
            reported: Reported::default(),
        }
    }

    /// Streams draws of the caller's own once, all of them, in their order.
    pub(super) fn of_draws(dataset: &Arc<Dataset<'static>>, shard: Shard, draws: Plan, distance: u64) -> Stream {
        let once = (Cursor::default(), 1);
        let stream = Stream::of_epochs(dataset, (shard, false), once, distance);
        Stream { draws: Some(Arc::new(draws)), ..stream }
    }

    /// Returns the epoch and step that it begins with. Draws of the caller's own have none: they
    /// lie in no epoch, and the loader's cursor does not move with them.
    pub(super) fn start(&self) -> Option<Cursor> {
        self.draws.is_none().then_some(self.start)
    }

    /// Returns how many batches there are.
    pub(super) fn batches(&self) -> u64 {
        self.steps().saturating_mul(self.epochs).saturating_sub(self.start.step)
    }

    /// Returns the layout of its batches.
    pub(super) fn layout(&self) -> &Arc<Layout> {
        &self.dataset.layout
    }

    /// Returns which examples the batch of this number has, counted from 0 at the stream's start.
    pub(super) fn batch(&self, number: u64) -> BatchSpec {
        let steps = self.steps();
        let number = number + self.start.step;
        let (epoch, step) = (self.start.epoch.wrapping_add(number / steps), number % steps);
        let indices = self.shard.indices(step as usize, self.examples(), self.drop_last);
        BatchSpec { epoch, step, indices }
    }

    /// Gathers a batch, of this number, into a slot. Before that it reads later batches ahead.
    pub(super) fn gather(&self, number: u64, batch: &BatchSpec, slot: &mut Slot) -> Result<()> {
        if self.dataset.reads_ahead() {
            self.read_ahead(number);
        }
        let plan = self.plan(batch.epoch)?;
        self.dataset.gather(&plan, batch.indices.clone(), self.layout(), slot.bytes_mut()?)
    }

    /// Reads ahead what the batches after this one need. An error in it is left to their gathering.
    fn read_ahead(&self, number: u64) {
        for later in self.readahead.after(number, self.batches()) {
            let batch = self.batch(later);
            if let Ok(plan) = self.plan(batch.epoch) {
                self.readahead.record(later, self.dataset.read_ahead(&plan, batch.indices));
            }
        }
    }

    fn plan(&self, epoch: u64) -> Result<Arc<Plan>> {
        self.draws.as_ref().map_or_else(|| self.dataset.plan(epoch), |draws| Ok(Arc::clone(draws)))
    }

    /// Returns the examples of an epoch, those of all ranks together.
    fn examples(&self) -> usize {
        self.draws.as_ref().map_or(self.dataset.len(), |draws| draws.len())
    }

    /// Returns the batches of an epoch, the last of which may be short.
    fn steps(&self) -> u64 {
        self.shard.steps(self.examples(), self.drop_last) as u64
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("start", &self.start).field("epochs", &self.epochs).finish_non_exhaustive()
    }
}

/// Whether the error that ended a stream was reported. All consumers of the stream share it.
///
/// A stream that failed gives its error whenever it is polled. An iterator reports it once and
/// ends, or code that collects batches without looking at them would never end.
/// [`Error::AllLeased`] ends no stream: each consumer is given it once, until its next batch.
#[derive(Debug, Default)]
pub(crate) struct Reported(AtomicBool);

impl Reported {
    /// Makes the next item of a consumer's iterator of what polling the stream gave. `all_leased`
    /// is the consumer's own: whether [`Error::AllLeased`] was reported to it since its last batch.
    pub(crate) fn item<B>(&self, all_leased: &mut bool, polled: Result<Poll<Option<B>>>) -> Option<Result<B>> {
        match polled {
            Ok(Poll::Ready(Some(batch))) => {
                *all_leased = false;
                Some(Ok(batch))
            }
            Ok(Poll::Ready(None) | Poll::Pending) => None,
            Err(error @ Error::AllLeased { .. }) => (!replace(all_leased, true)).then_some(Err(error)),
            Err(error) => (!self.0.swap(true, Relaxed)).then_some(Err(error)),
        }
    }
}

/// Epoch and step of the next batch of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) epoch: u64,
    /// The number of the batch in its epoch, from 0. Past the last batch of an epoch it stands for
    /// the first one of the next.
    pub(crate) step: u64,
}

impl Cursor {
    /// Returns the cursor after a batch.
    pub(crate) fn after(epoch: u64, step: u64) -> Cursor {
        Cursor { epoch, step: step + 1 }
    }
}

/// The saved cursor of a stream, with what identifies the stream.
///
/// `step` counts the batches of all ranks together, so a state saved by one rank serves all ranks,
/// and any world size that divides the batch size.
///
/// ```
/// use atemoya::State;
///
/// let state: State = serde_json::from_str(
///     r#"{"order":"native","version":1,"fingerprint":"6f2b8c1d0e9a7354","seed":7,"examples":1000,"batch_size":64,"epoch":3,"step":12}"#,
/// )?;
/// assert_eq!((state.epoch, state.step), (3, 12));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The order of examples.
    pub order: Order,
    /// The version of that order.
    pub version: u32,
    /// A hash of the loci and of the options that decide which example has which index, 16
    /// hexadecimal digits.
    pub fingerprint: String,
    /// The seed of all epochs, `random_state` of the generators.
    pub seed: u64,
    /// Examples of an epoch, those of all ranks together.
    pub examples: usize,
    /// Examples of a batch, those of all ranks together.
    pub batch_size: usize,
    /// The epoch of the next batch.
    pub epoch: u64,
    /// The number of the next batch in that epoch, from 0.
    pub step: u64,
}

impl State {
    /// Checks that a saved state is of the same stream as this one. Their cursors may differ.
    ///
    /// # Errors
    /// [`Error::Argument`] with the first member that differs.
    pub(super) fn check(&self, saved: &State) -> Result<()> {
        let differs = |what: &str, saved: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
            let cause = match what {
                "examples" => ": other loci, `chroms`, windows or filters change how many there are",
                _ => "",
            };
            Err(Error::argument("state", format!("it was saved with {what} {saved}; this loader has {here}{cause}")))
        };
        if saved.order != self.order {
            return differs("order", &saved.order, &self.order);
        }
        for (what, saved, here) in [
            ("version", saved.version.into(), self.version.into()),
            ("random_state", saved.seed, self.seed),
            ("examples", saved.examples as u64, self.examples as u64),
            ("batch_size", saved.batch_size as u64, self.batch_size as u64),
        ] {
            if saved != here {
                return differs(what, &saved, &here);
            }
        }
        if saved.fingerprint != self.fingerprint {
            let message =
                "it was saved of other loci, or with another jitter, negative ratio, shuffle or reverse complement";
            return Err(Error::argument("state", message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_leased() -> Result<Poll<Option<u8>>> {
        Err(Error::AllLeased { slots: 1 })
    }

    #[test]
    fn an_error_is_reported_once_until_a_batch_comes() {
        let (reported, mut all_leased_reported) = (Reported::default(), false);
        let mut item = |polled| reported.item::<u8>(&mut all_leased_reported, polled);
        for _ in 0..2 {
            assert!(matches!(item(Ok(Poll::Ready(Some(7)))), Some(Ok(7))));
            assert!(matches!(item(all_leased()), Some(Err(Error::AllLeased { slots: 1 }))));
            assert!(item(all_leased()).is_none());
            assert!(item(Ok(Poll::Pending)).is_none());
            assert!(item(Ok(Poll::Ready(None))).is_none());
            assert!(item(all_leased()).is_none());
        }
    }

    #[test]
    fn the_error_that_ends_a_stream_is_reported_to_one_consumer_after_all_leased_to_each() {
        let reported = Reported::default();
        let fails = || Err(Error::argument("x", "bad"));
        let (mut first, mut second) = (false, false);
        assert!(reported.item(&mut first, all_leased()).is_some());
        assert!(reported.item(&mut second, all_leased()).is_some());
        assert!(matches!(reported.item::<u8>(&mut first, fails()), Some(Err(Error::Argument { .. }))));
        assert!(reported.item::<u8>(&mut first, fails()).is_none());
        assert!(reported.item::<u8>(&mut second, fails()).is_none());
    }
}
