//! The ring of slots, shared by the threads that gather batches and those that consume them: its
//! lock, and who waits for what.
//!
//! One mutex guards all slots. It is taken a few times a batch.

#[cfg(test)]
pub(super) mod scripted;
mod slots;

pub(super) use slots::Claim;

use super::batch::Batch;
use super::slot::{Lease, Lessor, Slot};
use super::stats::Counters;
use super::stream::Cursor;
use super::stream::Stream;
use crate::{Error, Result};
use slots::{Completed, Filled, Slots};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Ring {
    shared: Mutex<Shared>,
    /// Signalled when there may be a batch to claim.
    work: Condvar,
    /// Signalled when a batch is gathered or a slot is free again.
    ready: Condvar,
    /// How many slots there are.
    pub(super) slots: usize,
    pub(super) counters: Counters,
}

#[derive(Debug)]
struct Shared {
    slots: Slots,
    closing: bool,
    /// Workers that wait for `work`, and consumers that wait for `ready`. Waking nobody costs a
    /// system call too.
    idle_workers: usize,
    idle_consumers: usize,
}

/// How long a consumer waits for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Never. Without workers the batch is gathered all the same.
    Never,
    /// Never, but it is an error when all slots are leased.
    PollUnlessAllLeased,
    /// Until the batch is gathered, but it is an error when all slots are leased.
    UnlessAllLeased,
    /// Until the batch is gathered.
    Always,
    /// This long at most.
    For(Duration),
}

impl Ring {
    /// Makes a ring of slots that `allocate` gives.
    pub(super) fn new(slots: usize, allocate: impl Fn() -> Result<Slot>) -> Result<Ring> {
        let free = (0..slots).map(|_| allocate()).collect::<Result<_>>()?;
        let shared = Shared { slots: Slots::new(free), closing: false, idle_workers: 0, idle_consumers: 0 };
        let (work, ready) = (Condvar::new(), Condvar::new());
        Ok(Ring { shared: Mutex::new(shared), work, ready, slots, counters: Counters::new() })
    }

    /// Begins a stream in place of the one before, which ends.
    pub(super) fn start(&self, stream: &Arc<Stream>) {
        let mut shared = self.lock();
        shared.slots.start(Arc::clone(stream));
        let awaited = shared.idle_consumers > 0;
        drop(shared);
        self.work.notify_all();
        if awaited {
            self.ready.notify_all();
        }
    }

    /// Ends a stream, or with `None` the stream that is current then. Consumers that wait for its
    /// next batch learn that it has ended.
    pub(super) fn stop(&self, stream: Option<&Arc<Stream>>) {
        let mut shared = self.lock();
        if stream.is_some_and(|stream| !shared.slots.is_current(stream)) {
            return;
        }
        shared.slots.stop();
        let awaited = shared.idle_consumers > 0;
        drop(shared);
        if awaited {
            self.ready.notify_all();
        }
    }

    /// Tells the workers to end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_all();
    }

    /// Waits for a batch to gather; `None` when the workers are to end. For workers.
    pub(super) fn claim(&self) -> Option<Claim> {
        let since = Instant::now();
        let mut shared = self.lock();
        let mut claim = loop {
            if shared.closing {
                return None;
            }
            if let Some(claim) = shared.slots.claim() {
                break claim;
            }
            shared.idle_workers += 1;
            shared = self.work.wait(shared).unwrap_or_else(PoisonError::into_inner);
            shared.idle_workers -= 1;
        };
        drop(shared);
        // Waiting for a device that still reads the slot counts as waiting, too.
        claim.wait_for_slot();
        self.counters.worker_waited(since);
        Some(claim)
    }

    /// Brings a gathered batch back.
    pub(super) fn complete(&self, claim: Claim, result: Result<()>) {
        let mut shared = self.lock();
        let awaited = match shared.slots.complete(claim, result) {
            Completed::Late => return self.wake_for_a_slot(shared),
            Completed::Kept { quick } => {
                shared.idle_consumers > 0 && shared.slots.has_next() && !(quick && shared.slots.may_wait_for_another())
            }
        };
        drop(shared);
        if awaited {
            self.ready.notify_all();
        }
    }

    /// Delivers the next batch of a stream in order: `None` at its end, and pending where it was
    /// not waited for. Where `stream` is `None`, it is set to the current stream first. Several
    /// consumers of a stream get each batch once; all of them get the error that it ends with.
    ///
    /// Where there are no workers, the consumer gathers batches by `gather`.
    pub(super) fn next(
        self: &Arc<Self>,
        stream: &mut Option<Arc<Stream>>,
        wait: Wait,
        gather: Option<fn(&mut Claim) -> Result<()>>,
    ) -> Result<Poll<Option<Batch>>> {
        let since = Instant::now();
        let mut shared = self.lock();
        if stream.is_none() {
            *stream = shared.slots.stream().cloned();
        }
        let Some(stream) = stream else { return Ok(Poll::Ready(None)) };
        loop {
            if let Poll::Ready(taken) = shared.slots.take(stream) {
                drop(shared);
                let Some(filled) = taken? else { return Ok(Poll::Ready(None)) };
                self.counters.consumer_waited(since);
                return Ok(Poll::Ready(Some(self.deliver(stream, filled))));
            }
            if shared.slots.leased() == self.slots && matches!(wait, Wait::UnlessAllLeased | Wait::PollUnlessAllLeased)
            {
                return Err(Error::AllLeased { slots: self.slots });
            }
            let claim = gather.and_then(|gather| Some((gather, shared.slots.claim()?)));
            if let Some((gather, mut claim)) = claim {
                drop(shared);
                let result = gather(&mut claim);
                self.complete(claim, result);
                shared = self.lock();
            } else {
                let left = match wait {
                    Wait::Never | Wait::PollUnlessAllLeased => return Ok(Poll::Pending),
                    Wait::UnlessAllLeased | Wait::Always => None,
                    Wait::For(time) => match time.checked_sub(since.elapsed()) {
                        None => return Ok(Poll::Pending),
                        left => left,
                    },
                };
                shared = self.wait_until_ready(shared, left);
            }
        }
    }

    /// Makes a batch of a slot that the consumer holds from now on.
    fn deliver(self: &Arc<Self>, stream: &Stream, Filled { batch, slot }: Filled) -> Batch {
        let (layout, rows) = (Arc::clone(stream.layout()), batch.indices.len());
        self.counters.delivered(layout.payload(rows));
        let lessor: Arc<Self> = Arc::clone(self);
        Batch::new(Lease::new(slot, lessor), layout, rows, batch.epoch, batch.step)
    }

    /// Waits until the next batch of the current stream is gathered, or the stream has ended.
    pub(super) fn wait(&self) {
        let mut shared = self.lock();
        let Some(stream) = shared.slots.stream().cloned() else { return };
        while shared.slots.is_current(&stream) && !shared.slots.is_at_end() && !shared.slots.has_next() {
            shared = self.wait_until_ready(shared, None);
        }
    }

    /// Returns whether a stream has no further batch and no error.
    pub(super) fn is_at_end(&self, stream: &Arc<Stream>) -> bool {
        let shared = self.lock();
        if !shared.slots.is_current(stream) {
            return !stream.replaced.load(Relaxed);
        }
        shared.slots.is_at_end() && !shared.slots.has_failed()
    }

    /// Returns how many slots the consumer holds.
    pub(super) fn leased(&self) -> usize {
        self.lock().slots.leased()
    }

    /// Returns the cursor of the last stream of epochs.
    pub(super) fn cursor(&self) -> Cursor {
        self.lock().slots.cursor()
    }

    /// Waits for `ready`, `left` at most where it is given.
    fn wait_until_ready<'a>(
        &self,
        mut shared: MutexGuard<'a, Shared>,
        left: Option<Duration>,
    ) -> MutexGuard<'a, Shared> {
        shared.idle_consumers += 1;
        let mut shared = match left {
            None => self.ready.wait(shared).unwrap_or_else(PoisonError::into_inner),
            Some(left) => self.ready.wait_timeout(shared, left).unwrap_or_else(PoisonError::into_inner).0,
        };
        shared.idle_consumers -= 1;
        shared
    }

    /// Wakes those that a free slot lets go on: a worker, and without workers the consumers.
    fn wake_for_a_slot(&self, shared: MutexGuard<'_, Shared>) {
        let (worker, consumer) = (shared.idle_workers > 0, shared.idle_consumers > 0);
        drop(shared);
        if worker {
            self.work.notify_one();
        }
        if consumer {
            self.ready.notify_all();
        }
    }

    /// Locks the slots. They stay whole when a thread dies while holding the lock: nothing panics
    /// halfway.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lessor for Ring {
    fn give_back(&self, slot: Slot) {
        let mut shared = self.lock();
        shared.slots.give_back(slot);
        self.wake_for_a_slot(shared);
    }
}

#[cfg(test)]
mod tests;
