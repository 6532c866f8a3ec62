//! The ring of slots: which batch is being gathered where, which is ready, and which the consumer holds.
//!
//! A slot is free, being filled, ready, or leased. Batches are claimed and delivered in ascending order; a slot becomes
//! free again only when its lease is dropped. One mutex guards all of it: it is taken a few times a batch.

use super::slot::Slot;
use super::stats::Counters;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is to be gathered: a numbered sequence of batches.
pub(super) trait Fill: Send + Sync {
    /// How many batches there are.
    fn batches(&self) -> u64;

    /// Gathers a batch into a slot. It depends on the batch's number alone.
    fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()>;
}

#[derive(Debug)]
pub(super) struct Ring {
    state: Mutex<State>,
    /// Signalled when there may be something to claim.
    work: Condvar,
    /// Signalled when a batch is ready or a lease came back.
    ready: Condvar,
    slots: usize,
    pub(super) counters: Counters,
}

struct State {
    job: Option<Arc<dyn Fill>>,
    /// Which job: what a worker brings back for an earlier one is thrown away.
    generation: u64,
    claimed: u64,
    delivered: u64,
    total: u64,
    free: Vec<Slot>,
    done: BTreeMap<u64, Result<Slot>>,
    leased: usize,
    closing: bool,
    /// Workers that wait for `work`, and consumers that wait for `ready`: waking nobody costs a call of the system too.
    idle_workers: usize,
    idle_consumers: usize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let State { generation, claimed, delivered, total, leased, .. } = self;
        write!(f, "job {generation}: {claimed} claimed, {delivered} delivered of {total}, {leased} leased")
    }
}

/// A batch to be gathered, and the slot for it.
pub(super) struct Claim {
    pub(super) job: Arc<dyn Fill>,
    pub(super) batch: u64,
    pub(super) slot: Slot,
    generation: u64,
    since: Instant,
}

/// Gathering that takes less is short beside waking a consumer, which takes a core from whoever has it.
const SHORT: Duration = Duration::from_micros(250);

impl Ring {
    pub(super) fn new(slots: usize, bytes: usize) -> Result<Ring> {
        let state = State {
            job: None,
            generation: 0,
            claimed: 0,
            delivered: 0,
            total: 0,
            free: (0..slots).map(|_| Slot::new(bytes)).collect::<Result<_>>()?,
            done: BTreeMap::new(),
            leased: 0,
            closing: false,
            idle_workers: 0,
            idle_consumers: 0,
        };
        let (work, ready) = (Condvar::new(), Condvar::new());
        Ok(Ring { state: Mutex::new(state), work, ready, slots, counters: Counters::new() })
    }

    /// Begins a job in place of whatever was going on.
    pub(super) fn start(&self, job: Arc<dyn Fill>) {
        let mut state = self.lock();
        state.abandon();
        state.total = job.batches();
        state.job = Some(job);
        drop(state);
        self.work.notify_all();
    }

    /// Ends the current job.
    pub(super) fn stop(&self) {
        self.lock().abandon();
    }

    /// Tells the workers to end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_all();
    }

    /// Waits for a batch to gather, or `None` when the feed closes. For workers.
    pub(super) fn claim(&self) -> Option<Claim> {
        let since = Instant::now();
        let mut state = self.lock();
        let claim = loop {
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
        self.counters.worker_waited(since);
        Some(claim)
    }

    /// Brings a gathered batch back.
    pub(super) fn complete(&self, claim: Claim, result: Result<()>) {
        let Claim { batch, slot, generation, since, .. } = claim;
        let held_back = result.is_ok() && since.elapsed() < SHORT;
        let mut state = self.lock();
        if generation != state.generation {
            state.free.push(slot);
            let idle = state.idle_workers > 0;
            drop(state);
            if idle {
                self.work.notify_one();
            }
            return;
        }
        match result {
            Ok(()) => state.done.insert(batch, Ok(slot)),
            Err(error) => {
                state.free.push(slot);
                // What comes after a failure is never delivered.
                state.claimed = state.total;
                state.done.insert(batch, Err(error))
            }
        };
        let ready = state.idle_consumers > 0 && state.done.contains_key(&state.delivered);
        // A consumer that waits is woken once for two short batches, if the other one is on its way.
        let awaited = ready && !(held_back && state.done.len() == 1 && state.being_gathered() > 0);
        drop(state);
        if awaited {
            self.ready.notify_all();
        }
    }

    /// The next batch in order, with its number, or `None` at the end of the job.
    ///
    /// Without workers (`inline`) the caller gathers it. When every slot is leased, it waits for one to come back if
    /// `wait` is true.
    pub(super) fn next(self: &Arc<Self>, inline: bool, wait: bool) -> Result<Option<(u64, Lease)>> {
        let since = Instant::now();
        let mut state = self.lock();
        loop {
            if state.job.is_none() || state.delivered == state.total {
                return Ok(None);
            }
            let batch = state.delivered;
            if let Some(result) = state.done.remove(&batch) {
                state.delivered += 1;
                if result.is_err() {
                    state.abandon();
                } else {
                    state.leased += 1;
                }
                drop(state);
                self.counters.consumer_waited(since);
                return result.map(|slot| Some((batch, Lease { ring: Arc::clone(self), slot: Some(slot) })));
            }
            if state.leased == self.slots && !wait {
                return Err(Error::AllLeased { slots: self.slots });
            }
            let claim = if inline { state.claim() } else { None };
            if let Some(mut claim) = claim {
                drop(state);
                let result = super::worker::fill(&mut claim);
                self.complete(claim, result);
                state = self.lock();
            } else {
                state.idle_consumers += 1;
                state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle_consumers -= 1;
            }
        }
    }

    /// The state stays whole if a thread dies while holding the lock: nothing in this file panics halfway.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets the current job; the slots it had ready are free again.
    fn abandon(&mut self) {
        self.job = None;
        self.generation += 1;
        (self.claimed, self.delivered, self.total) = (0, 0, 0);
        self.free.extend(std::mem::take(&mut self.done).into_values().flatten());
    }

    /// Batches that are claimed and neither ready nor delivered.
    fn being_gathered(&self) -> u64 {
        self.claimed - self.delivered - self.done.len() as u64
    }

    fn claim(&mut self) -> Option<Claim> {
        let job = self.job.as_ref().filter(|_| self.claimed < self.total)?;
        let slot = self.free.pop()?;
        let claim = Claim {
            job: Arc::clone(job),
            batch: self.claimed,
            slot,
            generation: self.generation,
            since: Instant::now(),
        };
        self.claimed += 1;
        Some(claim)
    }
}

/// A slot that the consumer holds. Dropping it gives the slot back, from any thread.
#[derive(Debug)]
pub(super) struct Lease {
    ring: Arc<Ring>,
    slot: Option<Slot>,
}

impl Lease {
    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], Slot::bytes)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.ring.lock();
        state.leased -= 1;
        state.free.extend(self.slot.take());
        let (worker, consumer) = (state.idle_workers > 0, state.idle_consumers > 0);
        drop(state);
        if worker {
            self.ring.work.notify_one();
        }
        if consumer {
            self.ring.ready.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::worker::Workers;

    /// Fills each slot with its batch's number, except for one batch.
    struct Job {
        batches: u64,
        bad: Option<(u64, fn() -> Error)>,
    }

    impl Fill for Job {
        fn batches(&self) -> u64 {
            self.batches
        }

        fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()> {
            match self.bad {
                Some((bad, error)) if bad == batch => Err(error()),
                _ => {
                    slot.bytes_mut().fill(batch as u8);
                    Ok(())
                }
            }
        }
    }

    fn panics() -> Error {
        panic!("batch of ill luck")
    }

    fn fails() -> Error {
        Error::argument("x", "bad")
    }

    /// Runs a job to its end and returns how many batches came, each with the right bytes, and the error if one did.
    fn drain(ring: &Arc<Ring>, inline: bool, job: Job) -> (u64, Option<Error>) {
        ring.start(Arc::new(job));
        let mut expected = 0;
        loop {
            match ring.next(inline, false) {
                Ok(Some((batch, lease))) => {
                    assert_eq!(batch, expected);
                    assert!(lease.bytes().iter().all(|&byte| byte == batch as u8));
                    expected += 1;
                }
                Ok(None) => return (expected, None),
                Err(error) => return (expected, Some(error)),
            }
        }
    }

    #[test]
    fn a_panic_or_an_error_comes_in_its_turn_and_the_ring_goes_on_after() {
        for workers in [0, 1, 4] {
            let ring = Arc::new(Ring::new(3, 5000).unwrap());
            let threads = Workers::spawn(&ring, workers).unwrap();
            for bad in [0, 7, 19] {
                let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: Some((bad, panics)) });
                assert_eq!(came, bad);
                assert!(matches!(error, Some(Error::Worker { message }) if message == "batch of ill luck"));
                assert!(matches!(ring.next(workers == 0, false), Ok(None)), "the job is over");
                let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: Some((bad, fails)) });
                assert!(came == bad && matches!(error, Some(Error::Argument { .. })));
                let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: None });
                assert!(came == 20 && error.is_none());
            }
            drop(threads);
            assert_eq!(ring.lock().free.len(), 3, "every slot came back");
        }
    }

    #[test]
    fn a_new_job_takes_the_place_of_one_that_is_going_on() {
        let ring = Arc::new(Ring::new(2, 1).unwrap());
        let threads = Workers::spawn(&ring, 2).unwrap();
        for round in 0..200 {
            ring.start(Arc::new(Job { batches: 100, bad: None }));
            for batch in 0..round % 3 {
                assert_eq!(ring.next(false, false).unwrap().unwrap().0, batch);
            }
        }
        assert_eq!(drain(&ring, false, Job { batches: 9, bad: None }).0, 9);
        drop(threads);
    }
}
