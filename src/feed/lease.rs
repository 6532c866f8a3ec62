//! A slot in the consumer's hands.

use super::ring::{Fill, Ring};
use super::slot::Slot;
use std::sync::Arc;

/// A slot that the consumer holds. Dropping it gives the slot back, from any thread.
#[derive(Debug)]
pub(super) struct Lease<J: Fill> {
    ring: Arc<Ring<J>>,
    /// Taken by `drop` only.
    slot: Option<Slot>,
}

impl<J: Fill> Lease<J> {
    pub(super) fn new(ring: &Arc<Ring<J>>, slot: Slot) -> Lease<J> {
        Lease { ring: Arc::clone(ring), slot: Some(slot) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], Slot::bytes)
    }

    pub(super) fn slot_mut(&mut self) -> Option<&mut Slot> {
        self.slot.as_mut()
    }

    /// Gives the ring another slot in place of this one.
    pub(super) fn exchange(mut self, other: Slot) -> Option<Slot> {
        self.slot.replace(other)
    }
}

impl<J: Fill> Drop for Lease<J> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.ring.give_back(slot);
        }
    }
}
