//! A slot of the device in somebody's hands, under way or with the consumer, until it goes back to
//! the pool.

use super::device::Device;
use super::pool::Pool;
use super::slot::DeviceSlot;
use super::stream::Stream;
use super::waits::Wait;
use crate::{Error, Result};
use std::sync::Arc;

/// A slot that holds a batch. Dropping it gives the slot back, behind what the streams that use it
/// have been given by then.
#[derive(Debug)]
pub(super) struct Lease {
    /// Taken by `drop` and `lose` only.
    slot: Option<DeviceSlot>,
    pool: Arc<Pool>,
    /// The consumer's, the one that it was delivered to first; none before that. `None` stands for
    /// one that is done.
    streams: Vec<Option<Stream>>,
}

impl Lease {
    /// Of a slot whose event `ready` was recorded.
    pub(super) fn new(slot: DeviceSlot, pool: &Arc<Pool>) -> Lease {
        Lease { slot: Some(slot), pool: Arc::clone(pool), streams: Vec::with_capacity(1) }
    }

    /// # Panics
    /// Never: the slot is taken only when the lease is dropped, or right before.
    #[expect(clippy::expect_used, reason = "see above")]
    pub(super) fn slot(&self) -> &DeviceSlot {
        self.slot.as_ref().expect("taken only at the end")
    }

    /// Gives up the slot, of which nobody knows whether it is still in use.
    pub(super) fn lose(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.pool.lose(slot);
        }
    }

    /// Makes a stream wait for the batch, and be waited for when the lease is dropped. `wait` names
    /// the wait.
    pub(super) fn use_on(&mut self, stream: &Stream, wait: Wait) -> Result<()> {
        if self.place_of(stream).is_some() {
            return Ok(());
        }
        let Some(slot) = self.slot.as_mut() else { return Ok(()) };
        check(stream, slot.device())?;
        slot.prepare(self.streams.len() + 1)?;
        if !wait.left_out() {
            slot.ready.before(stream)?;
        }
        self.streams.push(Some(stream.clone()));
        Ok(())
    }

    /// Takes note of what a stream was given so far, which is the last that it is given for this
    /// batch.
    pub(super) fn done_on(&mut self, stream: &Stream) -> Result<()> {
        let (Some(place), Some(slot)) = (self.place_of(stream), &self.slot) else { return Ok(()) };
        slot.record(place, stream)?;
        self.streams[place] = None;
        Ok(())
    }

    fn place_of(&self, stream: &Stream) -> Option<usize> {
        self.streams.iter().position(|known| known.as_ref() == Some(stream))
    }
}

/// Checks that a stream is of a device.
pub(super) fn check(stream: &Stream, device: &Device) -> Result<()> {
    if stream.device() != device {
        let (its, here) = (stream.device().ordinal(), device.ordinal());
        return Err(Error::argument("stream", format!("it belongs to device {its}, and the batches to device {here}")));
    }
    Ok(())
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut slot) = self.slot.take() else { return };
        if self.streams.is_empty() || slot.release(&self.streams) {
            self.pool.give_back(slot);
        } else {
            // Nobody knows when its users end.
            self.pool.lose(slot);
        }
    }
}
