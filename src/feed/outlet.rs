//! Where the batches of a loader come out. Everything here may be done from any thread, at once:
//! who takes batches, who begins another stream, and who looks where it stands.

use super::batch::{Batch, Memory};
use super::dataset::Dataset;
use super::readahead::Readahead;
use super::ring::{Patience, Ring};
use super::shard::Shard;
use super::state::State;
use super::stats::Stats;
use super::stream::{Place, Stream};
use crate::sample::{Draw, Plan};
use crate::{Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// What a loader shares with whoever takes its batches.
#[derive(Debug)]
pub(crate) struct Outlet {
    source: Arc<Dataset<'static>>,
    ring: Arc<Ring<Stream>>,
    /// Threads that gather; without any, whoever takes a batch does.
    workers: usize,
    shard: Shard,
    drop_last: bool,
    place: Arc<Standing>,
    /// How many streams were begun.
    begun: AtomicU64,
}

/// Epoch and step of the batch after the one that was delivered last.
#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<(u64, u64)>);

impl Standing {
    pub(super) fn get(&self) -> (u64, u64) {
        *self.lock()
    }

    pub(super) fn set(&self, place: (u64, u64)) {
        *self.lock() = place;
    }

    fn lock(&self) -> MutexGuard<'_, (u64, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outlet {
    pub(super) fn new(
        source: &Arc<Dataset<'static>>,
        ring: &Arc<Ring<Stream>>,
        workers: usize,
        (shard, drop_last): (Shard, bool),
    ) -> Outlet {
        let (source, ring, place) = (Arc::clone(source), Arc::clone(ring), Arc::default());
        Outlet { source, ring, workers, shard, drop_last, place, begun: AtomicU64::new(0) }
    }

    /// See [`Loader::batches_per_epoch`](super::Loader::batches_per_epoch).
    pub(crate) fn batches_per_epoch(&self) -> usize {
        self.shard.steps(self.source.len(), self.drop_last)
    }

    /// Begins what [`Loader::epochs`](super::Loader::epochs) streams.
    pub(crate) fn epochs(&self, first: u64, count: u64) {
        self.stream(first, 0, count, None);
    }

    /// Begins what [`Loader::resume`](super::Loader::resume) streams.
    pub(crate) fn resume(&self, state: &State, more: u64) -> Result<()> {
        self.state().check(state)?;
        if state.step > self.batches_per_epoch() as u64 {
            let message = format!("it is at batch {} of an epoch of {}", state.step, self.batches_per_epoch());
            return Err(Error::argument("state", message));
        }
        self.stream(state.epoch, state.step, more.saturating_add(1), None);
        Ok(())
    }

    /// Begins what [`Loader::follow`](super::Loader::follow) streams.
    pub(crate) fn follow(&self, draws: Vec<Draw>) -> Result<()> {
        let options = self.source.planner.options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        let (largest, room) = (self.shard.indices(0, plan.len(), false).len(), self.source.layout.batch_size());
        if largest > room {
            let message = format!(
                "a batch would have {largest} examples, and there is memory for {room}, as many as the loader has of its own: \
                 give fewer draws at once, or make the loader with a batch_size of {room} or less"
            );
            return Err(Error::argument("draws", message));
        }
        self.stream(0, 0, 1, Some(Arc::new(plan)));
        Ok(())
    }

    /// Begins what [`Loader::validation`](super::Loader::validation) streams.
    pub(crate) fn validation(&self, peaks: bool, negatives: bool) -> Result<()> {
        let options = self.source.planner.options();
        let draws = |wanted: bool, loci: usize, is_peak: bool| {
            let offset = if is_peak { options.max_jitter } else { 0 };
            let draw = move |source| Draw { is_peak, source, offset, reverse_complement: false };
            (0..if wanted { loci as u32 } else { 0 }).map(draw)
        };
        let draws = draws(peaks, options.n_peaks, true).chain(draws(negatives, options.n_negatives, false));
        let draws: Vec<Draw> = draws.collect();
        if draws.is_empty() {
            let message =
                if negatives { "there are no negatives" } else { "neither peaks nor negatives are asked for" };
            return Err(Error::argument("validation", message));
        }
        self.follow(draws)
    }

    fn stream(&self, epoch: u64, step: u64, epochs: u64, plan: Option<Arc<Plan>>) {
        // Draws of the caller's own are all delivered, and move no place.
        let drop_last = self.drop_last && plan.is_none();
        let standing = plan.is_none().then(|| Arc::clone(&self.place));
        // One for each thread that gathers. Not further than an epoch, whose plan is made ahead
        // then.
        let distance = self.workers.clamp(1, self.batches_per_epoch().max(1));
        let asking = Readahead::new(distance as u64);
        let (source, shard) = (Arc::clone(&self.source), self.shard);
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.ring.start(Stream { source, shard, drop_last, epoch, step, epochs, plan, asking, standing });
    }

    /// The next batch, `None` at the end, or pending where it was not waited for.
    pub(crate) fn poll(&self, patience: Patience) -> Result<Poll<Option<Batch>>> {
        let (stream, number, lease) = match self.ring.next(self.workers == 0, patience)? {
            Poll::Ready(Some(next)) => next,
            Poll::Ready(None) => return Ok(Poll::Ready(None)),
            Poll::Pending => return Ok(Poll::Pending),
        };
        let Place { epoch, step, indices } = stream.place(number);
        let layout = Arc::clone(&self.source.layout);
        self.ring.counters.delivered(layout.payload(indices.len()));
        Ok(Poll::Ready(Some(Batch::new(Memory::Leased(lease), layout, indices.len(), epoch, step))))
    }

    /// How many streams were begun: it tells whether another one has taken the place of one.
    #[cfg(feature = "ffi")]
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits until the next batch may be had, or there is none.
    #[cfg(all(feature = "ffi", feature = "cuda"))]
    pub(crate) fn wait(&self) {
        self.ring.wait();
    }

    /// Ends what is streamed, if anything. Whoever waits for a batch is told so.
    pub(crate) fn stop(&self) {
        self.ring.stop();
    }

    /// Whether the last batch of what is streamed was delivered.
    #[cfg(feature = "cuda")]
    pub(crate) fn is_at_end(&self) -> bool {
        self.ring.is_at_end()
    }

    /// Batches in memory at once.
    pub(crate) fn slots(&self) -> usize {
        self.ring.slots
    }

    /// See [`Loader::leased`](super::Loader::leased).
    pub(crate) fn leased(&self) -> usize {
        self.ring.leased()
    }

    /// See [`Loader::stats`](super::Loader::stats).
    pub(crate) fn stats(&self) -> Stats {
        self.ring.counters.read()
    }

    /// See [`Loader::state`](super::Loader::state).
    pub(crate) fn state(&self) -> State {
        self.state_at(self.place.get())
    }

    /// The state at an epoch and a step of it.
    pub(crate) fn state_at(&self, (epoch, step): (u64, u64)) -> State {
        let whole = step > 0 && step >= self.batches_per_epoch() as u64;
        let (epoch, step) = if whole { (epoch.wrapping_add(1), 0) } else { (epoch, step) };
        State {
            order: self.source.planner.order(),
            version: self.source.planner.order().version(),
            fingerprint: self.source.fingerprint().to_owned(),
            seed: self.source.planner.options().seed,
            examples: self.source.len(),
            batch_size: self.shard.batch_size(),
            epoch,
            step,
        }
    }
}
