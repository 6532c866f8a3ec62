//! A leased slot of the device, in the pipeline or with the consumer, until it goes back to the
//! pool.

use super::device::Device;
use super::pool::Pool;
use super::slot::DeviceSlot;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use crate::{Error, Result};
use std::sync::Arc;

/// A slot that holds a batch. Dropping it gives the slot back, to be used again after the work that
/// its streams have been given.
#[derive(Debug)]
pub(super) struct Lease {
    /// Taken by `drop` and `lose` only.
    slot: Option<DeviceSlot>,
    pool: Arc<Pool>,
    /// The consumer's streams, first that of the delivery. `None` is one that is done.
    streams: Vec<Option<Stream>>,
}

impl Lease {
    /// Leases a slot whose event `ready` was recorded.
    pub(super) fn new(slot: DeviceSlot, pool: &Arc<Pool>) -> Lease {
        Lease { slot: Some(slot), pool: Arc::clone(pool), streams: Vec::with_capacity(1) }
    }

    /// Returns the slot.
    ///
    /// # Panics
    /// Never: the slot is taken only when the lease is dropped, or right before.
    #[expect(clippy::expect_used, reason = "see above")]
    pub(super) fn slot(&self) -> &DeviceSlot {
        self.slot.as_ref().expect("taken only at the end")
    }

    /// Gives up the slot, which the device may still use.
    pub(super) fn lose(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.pool.lose(slot);
        }
    }

    /// Makes a stream wait for the batch, and the next use of the slot wait for the stream.
    /// `sync_point` names the former.
    pub(super) fn use_on(&mut self, stream: &Stream, sync_point: SyncPoint) -> Result<()> {
        if self.index_of(stream).is_some() {
            return Ok(());
        }
        let Some(slot) = self.slot.as_mut() else { return Ok(()) };
        check(stream, slot.device())?;
        slot.prepare(self.streams.len() + 1)?;
        if !sync_point.left_out() {
            slot.ready.before(stream)?;
        }
        self.streams.push(Some(stream.clone()));
        Ok(())
    }

    /// Records the work that a stream has been given so far. Later work does not use the batch.
    pub(super) fn done_on(&mut self, stream: &Stream) -> Result<()> {
        let (Some(index), Some(slot)) = (self.index_of(stream), &self.slot) else { return Ok(()) };
        slot.record(index, stream)?;
        self.streams[index] = None;
        Ok(())
    }

    fn index_of(&self, stream: &Stream) -> Option<usize> {
        self.streams.iter().position(|known| known.as_ref() == Some(stream))
    }
}

/// Checks that a stream belongs to a device.
pub(super) fn check(stream: &Stream, device: &Device) -> Result<()> {
    if stream.device() != device {
        let (other, device) = (stream.device().ordinal(), device.ordinal());
        let message = format!("the stream is of device {other}, and the batches are on device {device}");
        return Err(Error::argument("stream", message));
    }
    Ok(())
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut slot) = self.slot.take() else { return };
        if self.streams.is_empty() || slot.release(&self.streams) {
            self.pool.give_back(slot);
        } else {
            // The device may still use it.
            self.pool.lose(slot);
        }
    }
}
