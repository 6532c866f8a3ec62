//! What is in which slot of a ring: plain data, without a lock or a wait.
//!
//! A slot is free, being filled, filled, or leased. The batches of a stream are claimed and
//! delivered in ascending order. A slot is free again when its lease is dropped.

use crate::feed::slot::Slot;
use crate::feed::stream::Cursor;
use crate::feed::stream::{BatchSpec, Stream};
use crate::{Error, Result};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::{Duration, Instant};

/// Gathering that takes less is short beside waking a consumer, which takes a core from the thread
/// that has it.
const SHORT: Duration = Duration::from_micros(250);

/// The slots of a ring, and how far its stream is.
pub(super) struct Slots {
    stream: Option<Arc<Stream>>,
    /// The number of the stream's batch that is claimed next.
    pub(super) claimed: u64,
    /// The number of the stream's batch that is delivered next.
    delivered: u64,
    /// How many batches the stream has.
    total: u64,
    /// The last one is filled next. Those that something may still read stand before the others,
    /// the one that came back last first.
    pub(super) free: VecDeque<Slot>,
    filled: BTreeMap<u64, Result<Filled>>,
    /// The error that the stream ended with.
    failed: Option<Error>,
    /// Batches that are being gathered, and since when.
    gathering: Vec<(u64, Instant)>,
    leased: usize,
    /// That of the last stream of epochs. Draws of the caller's own do not move it.
    cursor: Cursor,
}

/// A batch to be gathered, and the slot for it.
pub(in crate::feed) struct Claim {
    stream: Arc<Stream>,
    number: u64,
    batch: BatchSpec,
    slot: Slot,
}

impl Claim {
    /// Gathers the batch into the slot.
    pub(in crate::feed) fn gather(&mut self) -> Result<()> {
        self.stream.gather(self.number, &self.batch, &mut self.slot)
    }

    /// Waits until nothing reads the slot any more. An error is left to the gathering, which finds
    /// it again.
    pub(super) fn wait_for_slot(&mut self) {
        let _ = self.slot.bytes_mut();
    }
}

/// A gathered batch in its slot.
pub(super) struct Filled {
    pub(super) batch: BatchSpec,
    pub(super) slot: Slot,
}

/// What has become of a batch that was brought back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Completed {
    /// It is kept, or its error, for its turn; `quick` when it was gathered in a short time.
    Kept { quick: bool },
    /// Its stream has ended. Its slot is free.
    Late,
}

impl Slots {
    pub(super) fn new(free: VecDeque<Slot>) -> Slots {
        Slots {
            stream: None,
            claimed: 0,
            delivered: 0,
            total: 0,
            filled: BTreeMap::new(),
            failed: None,
            gathering: Vec::with_capacity(free.len()),
            free,
            leased: 0,
            cursor: Cursor::default(),
        }
    }

    pub(super) fn stream(&self) -> Option<&Arc<Stream>> {
        self.stream.as_ref()
    }

    pub(super) fn leased(&self) -> usize {
        self.leased
    }

    pub(super) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Begins a stream in place of the one before, which is cut short if it had not ended.
    pub(super) fn start(&mut self, stream: Arc<Stream>) {
        if let Some(before) = self.stream.as_ref().filter(|_| !self.is_at_end()) {
            before.replaced.store(true, Relaxed);
        }
        self.abandon(stream.batches());
        (self.claimed, self.delivered) = (0, 0);
        self.cursor = stream.start().unwrap_or(self.cursor);
        self.stream = Some(stream);
    }

    /// Ends the stream, and forgets its error.
    pub(super) fn stop(&mut self) {
        self.abandon(0);
        self.stream = None;
    }

    pub(super) fn is_current(&self, stream: &Arc<Stream>) -> bool {
        self.stream.as_ref().is_some_and(|current| Arc::ptr_eq(current, stream))
    }

    /// Returns whether there is no further batch. There may be an error.
    pub(super) fn is_at_end(&self) -> bool {
        self.delivered == self.total
    }

    /// Returns whether the stream ended with an error.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Returns whether the batch that is delivered next was gathered, or failed.
    pub(super) fn has_next(&self) -> bool {
        self.filled.contains_key(&self.delivered)
    }

    /// Claims the next batch, where there is one and a free slot for it.
    pub(super) fn claim(&mut self) -> Option<Claim> {
        let stream = self.stream.as_ref().filter(|_| self.claimed < self.total)?;
        let slot = self.free.pop_back()?;
        let (stream, number) = (Arc::clone(stream), self.claimed);
        let batch = stream.batch(number);
        self.gathering.push((number, Instant::now()));
        self.claimed += 1;
        Some(Claim { stream, number, batch, slot })
    }

    /// Takes a gathered batch back.
    pub(super) fn complete(&mut self, claim: Claim, result: Result<()>) -> Completed {
        let Claim { stream, number, batch, slot } = claim;
        // A stream that failed has delivered, or given up, all its batches.
        if !self.is_current(&stream) || number < self.delivered {
            self.release(slot);
            return Completed::Late;
        }
        let quick = self.was_quick(number) && result.is_ok();
        let filled = match result {
            Ok(()) => Ok(Filled { batch, slot }),
            Err(error) => {
                self.release(slot);
                // What comes after a failure is never delivered.
                self.claimed = self.total;
                Err(error)
            }
        };
        self.filled.insert(number, filled);
        Completed::Kept { quick }
    }

    /// Delivers the next batch of a stream: `None` at its end, and pending while it is not
    /// gathered. The error that a stream ended with is given to each call.
    pub(super) fn take(&mut self, stream: &Arc<Stream>) -> Poll<Result<Option<Filled>>> {
        if !self.is_current(stream) {
            return Poll::Ready(if stream.replaced.load(Relaxed) { Err(Error::Replaced) } else { Ok(None) });
        }
        if self.is_at_end() {
            return Poll::Ready(self.failed.as_ref().map_or(Ok(None), |error| Err(error.clone_error())));
        }
        match self.filled.remove(&self.delivered) {
            None => Poll::Pending,
            Some(Ok(filled)) => {
                self.delivered += 1;
                self.leased += 1;
                if stream.start().is_some() {
                    self.cursor = Cursor::after(filled.batch.epoch, filled.batch.step);
                }
                Poll::Ready(Ok(Some(filled)))
            }
            Some(Err(error)) => {
                self.abandon(self.total);
                self.failed = Some(error.clone_error());
                Poll::Ready(Err(error))
            }
        }
    }

    /// Takes a slot back from the consumer.
    pub(super) fn give_back(&mut self, slot: Slot) {
        self.leased -= 1;
        self.release(slot);
    }

    /// Returns whether a consumer may be woken later, for the batch that is delivered next and
    /// another one at once. Then the other one is being gathered and was begun a short time ago,
    /// and the thread that brought this batch goes on with a further one, so that the consumer does
    /// not depend on one thread alone.
    pub(super) fn may_wait_for_another(&self) -> bool {
        let goes_on = self.claimed < self.total && !self.free.is_empty();
        self.filled.len() == 1 && goes_on && self.gathering.iter().any(|(_, since)| since.elapsed() < SHORT)
    }

    /// Leaves the stream at the end of `total` batches. The slots of batches that were not
    /// delivered are free again.
    fn abandon(&mut self, total: u64) {
        (self.claimed, self.delivered, self.total) = (total, total, total);
        self.failed = None;
        self.gathering.clear();
        std::mem::take(&mut self.filled).into_values().flatten().for_each(|filled| self.release(filled.slot));
    }

    /// Makes a slot free. One that nothing reads is filled first, while it is in the processor's
    /// cache; of the others, the one that came back the longest ago.
    fn release(&mut self, slot: Slot) {
        if slot.in_use() {
            self.free.push_front(slot);
        } else {
            self.free.push_back(slot);
        }
    }

    /// Takes a batch off those that are being gathered. Returns whether it took a short time.
    fn was_quick(&mut self, number: u64) -> bool {
        let Some(at) = self.gathering.iter().position(|(other, _)| *other == number) else { return false };
        self.gathering.swap_remove(at).1.elapsed() < SHORT
    }
}

impl std::fmt::Debug for Slots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Slots { claimed, delivered, total, leased, .. } = self;
        write!(f, "{claimed} claimed, {delivered} delivered of {total}, {leased} leased")
    }
}

#[cfg(test)]
mod tests;
