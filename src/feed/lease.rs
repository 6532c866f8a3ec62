//! A slot in the consumer's hands.

use super::ring::Ring;
use super::slot::Slot;
use std::sync::Arc;

/// A slot that the consumer holds. Dropping it gives the slot back, from any thread.
#[derive(Debug)]
pub(super) struct Lease {
    ring: Arc<Ring>,
    /// Taken by `drop` only.
    slot: Option<Slot>,
}

impl Lease {
    pub(super) fn new(ring: &Arc<Ring>, slot: Slot) -> Lease {
        Lease { ring: Arc::clone(ring), slot: Some(slot) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], Slot::bytes)
    }

    #[cfg(feature = "cuda")]
    pub(super) fn slot_mut(&mut self) -> Option<&mut Slot> {
        self.slot.as_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.ring.give_back(slot);
        }
    }
}
