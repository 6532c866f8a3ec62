//! A slot in the consumer's hands, until it goes back to where it was leased from.

use super::slot::Slot;
use std::fmt::Debug;
use std::sync::Arc;

/// What slots are leased from, and given back to.
pub(super) trait Lessor: Debug + Send + Sync {
    /// Takes a slot back. Any thread may call it.
    fn give_back(&self, slot: Slot);
}

/// The slot of a batch. Dropping it gives a leased slot back, from any thread.
#[derive(Debug)]
pub(super) struct Lease {
    /// `None` only while the lease is dropped.
    slot: Option<Slot>,
    /// `None` where the memory is the batch's own.
    lessor: Option<Arc<dyn Lessor>>,
}

impl Lease {
    pub(super) fn new(slot: Slot, lessor: Arc<dyn Lessor>) -> Lease {
        Lease { slot: Some(slot), lessor: Some(lessor) }
    }

    /// Makes a slot the batch's own: it is given back to nobody.
    pub(super) fn owned(slot: Slot) -> Lease {
        Lease { slot: Some(slot), lessor: None }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], Slot::bytes)
    }

    pub(super) fn slot_mut(&mut self) -> Option<&mut Slot> {
        self.slot.as_mut()
    }

    /// Returns whether the memory is the batch's own.
    pub(super) fn is_owned(&self) -> bool {
        self.lessor.is_none()
    }

    /// Makes the memory the batch's own, and gives back another slot in its place.
    pub(super) fn keep(&mut self, other: Slot) {
        if let Some(lessor) = self.lessor.take() {
            lessor.give_back(other);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (Some(slot), Some(lessor)) = (self.slot.take(), self.lessor.take()) {
            lessor.give_back(slot);
        }
    }
}
