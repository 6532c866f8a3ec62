//! The slots of a loader on its device: those that are free, in the order in which they came back.

use super::slot::DeviceSlot;
use crate::Error;
use cudarc::driver::sys::CUresult;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The free slots. One thread takes them; any may give one back.
#[derive(Debug)]
pub(super) struct Pool {
    free: Mutex<VecDeque<DeviceSlot>>,
    slots: AtomicUsize,
}

impl Pool {
    pub(super) fn new(slots: Vec<DeviceSlot>) -> Pool {
        Pool { slots: AtomicUsize::new(slots.len()), free: Mutex::new(slots.into()) }
    }

    /// How many there are, free or not.
    pub(super) fn slots(&self) -> usize {
        self.slots.load(Ordering::Relaxed)
    }

    /// What to say when none is free: the consumer holds all, or the device was lost with them.
    pub(super) fn none_free(&self) -> Error {
        match self.slots() {
            0 => Error::Driver {
                operation: "use the memory of the device again".to_owned(),
                code: CUresult::CUDA_ERROR_UNKNOWN as u32,
                message: "what was done with it could not be waited for".to_owned(),
            },
            slots => Error::AllLeased { slots },
        }
    }

    pub(super) fn has_free(&self) -> bool {
        !self.free().is_empty()
    }

    /// The one that came back the longest ago, whose users have most likely ended.
    pub(super) fn take(&self) -> Option<DeviceSlot> {
        self.free().pop_front()
    }

    pub(super) fn give_back(&self, slot: DeviceSlot) {
        self.free().push_back(slot);
    }

    /// Gives up a slot of which nobody knows whether it is still in use. Its memory is never freed.
    pub(super) fn lose(&self, slot: DeviceSlot) {
        self.slots.fetch_sub(1, Ordering::Relaxed);
        slot.leak();
    }

    /// The queue stays whole if a thread dies while holding the lock.
    fn free(&self) -> MutexGuard<'_, VecDeque<DeviceSlot>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
