//! The ring of slots: which batch is being gathered where, which is ready, and which the consumer
//! holds.
//!
//! A slot is free, being filled, ready, or leased. Batches are claimed and delivered in ascending
//! order; a slot becomes free again only when its lease is dropped. One mutex guards all of it: it
//! is taken a few times a batch.

use super::lease::Lease;
use super::slot::Slot;
use super::stats::Counters;
use crate::{Error, Result};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// What is to be gathered: a numbered sequence of batches.
pub(super) trait Fill: Send + Sync + 'static {
    /// How many batches there are.
    fn batches(&self) -> u64;

    /// Gathers a batch into a slot. It depends on the batch's number alone.
    fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()>;

    /// It is what the ring does from now on.
    fn started(&self) {}

    /// The consumer has this batch. Called in their order.
    fn delivered(&self, batch: u64) {
        let _ = batch;
    }
}

#[derive(Debug)]
pub(super) struct Ring<J> {
    state: Mutex<State<J>>,
    /// Signalled when there may be something to claim.
    work: Condvar,
    /// Signalled when a batch is ready or a lease came back.
    ready: Condvar,
    pub(super) slots: usize,
    pub(super) counters: Counters,
}

struct State<J> {
    job: Option<Arc<J>>,
    /// Which job: what a worker brings back for an earlier one is thrown away.
    generation: u64,
    claimed: u64,
    delivered: u64,
    total: u64,
    /// The last one is filled next. Those that something may still read stand before the others,
    /// what came last first.
    free: VecDeque<Slot>,
    done: BTreeMap<u64, Result<Slot>>,
    /// What ended the job that was current last, for whoever asks for its next batch.
    failed: Option<Error>,
    /// Batches that are being gathered, and since when.
    gathered: Vec<(u64, Instant)>,
    leased: usize,
    closing: bool,
    /// Workers that wait for `work`, and consumers that wait for `ready`: waking nobody costs a
    /// call of the system too.
    idle_workers: usize,
    idle_consumers: usize,
}

impl<J> std::fmt::Debug for State<J> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let State { generation, claimed, delivered, total, leased, .. } = self;
        write!(f, "job {generation}: {claimed} claimed, {delivered} delivered of {total}, {leased} leased")
    }
}

/// A batch to be gathered, and the slot for it.
pub(super) struct Claim<J> {
    pub(super) job: Arc<J>,
    pub(super) batch: u64,
    pub(super) slot: Slot,
    generation: u64,
}

/// A delivered batch: the job, its number in it, and its slot.
pub(super) type Next<J> = (Arc<J>, u64, Lease<J>);

/// When whoever asks for a batch waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Never. Without workers it is gathered all the same.
    Never,
    /// Never, and when all slots are leased that is an error.
    #[cfg_attr(
        not(feature = "ffi"),
        expect(dead_code, reason = "only who polls through the C interface wants to be told")
    )]
    Look,
    /// Not when all slots are leased: that is an error then.
    UnlessAllLeased,
    /// Always.
    Always,
    /// For so long.
    For(Duration),
}

/// Gathering that takes less is short beside waking a consumer, which takes a core from whoever has
/// it.
const SHORT: Duration = Duration::from_micros(250);

impl<J: Fill> Ring<J> {
    /// The slots are what `allocate` gives.
    pub(super) fn new(slots: usize, allocate: impl Fn() -> Result<Slot>) -> Result<Ring<J>> {
        let state = State {
            job: None,
            generation: 0,
            claimed: 0,
            delivered: 0,
            total: 0,
            free: (0..slots).map(|_| allocate()).collect::<Result<_>>()?,
            done: BTreeMap::new(),
            failed: None,
            gathered: Vec::with_capacity(slots),
            leased: 0,
            closing: false,
            idle_workers: 0,
            idle_consumers: 0,
        };
        let (work, ready) = (Condvar::new(), Condvar::new());
        Ok(Ring { state: Mutex::new(state), work, ready, slots, counters: Counters::new() })
    }

    /// Begins a job in place of whatever was going on.
    pub(super) fn start(&self, job: J) {
        let job = Arc::new(job);
        let mut state = self.lock();
        state.abandon();
        state.total = job.batches();
        job.started();
        state.job = Some(job);
        let awaited = state.idle_consumers > 0;
        drop(state);
        self.work.notify_all();
        if awaited {
            self.ready.notify_all();
        }
    }

    /// Ends the current job. Whoever waits for its next batch is told.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.abandon();
        let awaited = state.idle_consumers > 0;
        drop(state);
        if awaited {
            self.ready.notify_all();
        }
    }

    /// Tells the workers to end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_all();
    }

    /// Waits for a batch to gather, or `None` when the feed closes. For workers.
    pub(super) fn claim(&self) -> Option<Claim<J>> {
        let since = Instant::now();
        let mut state = self.lock();
        let mut claim = loop {
            if state.closing {
                return None;
            }
            if let Some(claim) = state.claim() {
                break claim;
            }
            state.idle_workers += 1;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle_workers -= 1;
        };
        drop(state);
        // Waiting for whatever still reads the slot is waiting too. What goes wrong is found again
        // when the slot is written.
        let _ = claim.slot.bytes_mut();
        self.counters.worker_waited(since);
        Some(claim)
    }

    /// Brings a gathered batch back.
    pub(super) fn complete(&self, claim: Claim<J>, result: Result<()>) {
        let Claim { batch, slot, generation, .. } = claim;
        let good = result.is_ok();
        let mut state = self.lock();
        if generation != state.generation {
            state.release(slot);
            self.wake_for_a_slot(state);
            return;
        }
        match result {
            Ok(()) => state.done.insert(batch, Ok(slot)),
            Err(error) => {
                state.release(slot);
                // What comes after a failure is never delivered.
                state.claimed = state.total;
                state.done.insert(batch, Err(error))
            }
        };
        let short = state.gathered_shortly(batch);
        let awaited = state.idle_consumers > 0
            && state.done.contains_key(&state.delivered)
            && !(good && short && state.may_wait_for_another());
        drop(state);
        if awaited {
            self.ready.notify_all();
        }
    }

    /// The next batch in order, with its number and the job that it is of, or `None` at the end;
    /// pending where it was not waited for. Several consumers get each batch once.
    ///
    /// Without workers (`inline`) the caller gathers it.
    pub(super) fn next(self: &Arc<Self>, inline: bool, patience: Patience) -> Result<Poll<Option<Next<J>>>> {
        let since = Instant::now();
        let mut state = self.lock();
        let generation = state.generation;
        loop {
            // A consumer of a job that another has taken the place of is at its end.
            let goes_on = state.generation == generation && !state.is_at_end();
            let Some(job) = state.job.clone().filter(|_| goes_on) else {
                return state.failed.as_ref().map_or(Ok(Poll::Ready(None)), |error| Err(error.clone_error()));
            };
            let batch = state.delivered;
            if let Some(result) = state.done.remove(&batch) {
                state.delivered += 1;
                match &result {
                    Ok(_) => {
                        state.leased += 1;
                        job.delivered(batch);
                    }
                    Err(error) => {
                        let failed = error.clone_error();
                        state.abandon();
                        state.failed = Some(failed);
                    }
                }
                drop(state);
                self.counters.consumer_waited(since);
                return result.map(|slot| Poll::Ready(Some((job, batch, Lease::new(self, slot)))));
            }
            if state.leased == self.slots && matches!(patience, Patience::UnlessAllLeased | Patience::Look) {
                return Err(Error::AllLeased { slots: self.slots });
            }
            let claim = if inline { state.claim() } else { None };
            if let Some(mut claim) = claim {
                drop(state);
                let result = super::worker::fill(&mut claim);
                self.complete(claim, result);
                state = self.lock();
            } else {
                let left = match patience {
                    Patience::Never | Patience::Look => return Ok(Poll::Pending),
                    Patience::UnlessAllLeased | Patience::Always => None,
                    Patience::For(time) => match time.checked_sub(since.elapsed()) {
                        None => return Ok(Poll::Pending),
                        left => left,
                    },
                };
                state.idle_consumers += 1;
                state = match left {
                    None => self.ready.wait(state).unwrap_or_else(PoisonError::into_inner),
                    Some(left) => self.ready.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                };
                state.idle_consumers -= 1;
            }
        }
    }

    /// Batches that the consumer holds.
    pub(super) fn leased(&self) -> usize {
        self.lock().leased
    }

    /// Takes a slot back from the consumer.
    pub(super) fn give_back(&self, slot: Slot) {
        let mut state = self.lock();
        state.leased -= 1;
        state.release(slot);
        self.wake_for_a_slot(state);
    }

    /// Wakes whoever may go on, since a slot is free again: without workers these are consumers.
    fn wake_for_a_slot(&self, state: MutexGuard<'_, State<J>>) {
        let (worker, consumer) = (state.idle_workers > 0, state.idle_consumers > 0);
        drop(state);
        if worker {
            self.work.notify_one();
        }
        if consumer {
            self.ready.notify_all();
        }
    }

    /// Waits until the next batch may be had, or there is none.
    #[cfg(all(feature = "ffi", feature = "cuda"))]
    pub(super) fn wait(&self) {
        let mut state = self.lock();
        let generation = state.generation;
        while state.generation == generation && !state.is_at_end() && !state.done.contains_key(&state.delivered) {
            state.idle_consumers += 1;
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle_consumers -= 1;
        }
    }

    /// Whether there is no more to be had, not even an error.
    #[cfg(feature = "cuda")]
    pub(super) fn is_at_end(&self) -> bool {
        let state = self.lock();
        state.is_at_end() && state.failed.is_none()
    }

    /// The state stays whole if a thread dies while holding the lock: nothing in this file panics
    /// halfway.
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Fill> State<J> {
    /// Forgets the current job; the slots it had ready are free again.
    fn abandon(&mut self) {
        self.job = None;
        self.failed = None;
        self.generation += 1;
        (self.claimed, self.delivered, self.total) = (0, 0, 0);
        self.gathered.clear();
        std::mem::take(&mut self.done).into_values().flatten().for_each(|slot| self.release(slot));
    }

    /// Takes a slot back. One that nothing reads is filled first, while it is in the processor's
    /// cache; of the others, the one that came back the longest ago.
    fn release(&mut self, slot: Slot) {
        if slot.in_use() {
            self.free.push_front(slot);
        } else {
            self.free.push_back(slot);
        }
    }

    fn is_at_end(&self) -> bool {
        self.job.is_none() || self.delivered == self.total
    }

    /// Takes note that a batch is no longer being gathered, and says whether that took little time.
    fn gathered_shortly(&mut self, batch: u64) -> bool {
        let Some(at) = self.gathered.iter().position(|(other, _)| *other == batch) else { return false };
        self.gathered.swap_remove(at).1.elapsed() < SHORT
    }

    /// Whether a consumer can be woken for this batch and another one at once: that is on its way
    /// and begun shortly, and whoever brings this one goes on with the next, so that it is not the
    /// only one to be waited for.
    fn may_wait_for_another(&self) -> bool {
        let goes_on = self.claimed < self.total && !self.free.is_empty();
        self.done.len() == 1 && goes_on && self.gathered.iter().any(|(_, since)| since.elapsed() < SHORT)
    }

    fn claim(&mut self) -> Option<Claim<J>> {
        let job = self.job.as_ref().filter(|_| self.claimed < self.total)?;
        let slot = self.free.pop_back()?;
        let claim = Claim { job: Arc::clone(job), batch: self.claimed, slot, generation: self.generation };
        self.gathered.push((self.claimed, Instant::now()));
        self.claimed += 1;
        Some(claim)
    }
}

#[cfg(test)]
mod tests;
