//! The free slots of a loader on its device, in the order in which they came back.

use super::slot::DeviceSlot;
use crate::Error;
use cudarc::driver::sys::CUresult;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The free slots. One thread takes them; any thread may give one back.
#[derive(Debug)]
pub(super) struct Pool {
    free: Mutex<Free>,
    /// The number of slots at first, and the number of lost ones.
    slots: usize,
    lost: AtomicUsize,
}

#[derive(Debug)]
struct Free {
    slots: VecDeque<DeviceSlot>,
    /// Whether the loader was dropped: slots that come back are freed.
    closed: bool,
}

impl Pool {
    pub(super) fn new(slots: Vec<DeviceSlot>) -> Pool {
        Pool {
            slots: slots.len(),
            lost: AtomicUsize::new(0),
            free: Mutex::new(Free { slots: slots.into(), closed: false }),
        }
    }

    /// Returns the number of slots, free or not, with lost ones: their memory is still allocated.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Returns the error for when none is free: the consumer holds all, or all were lost.
    pub(super) fn none_free(&self) -> Error {
        match self.slots - self.lost.load(Ordering::Relaxed) {
            0 => Error::Driver {
                operation: "use the memory of the device again".to_owned(),
                code: CUresult::CUDA_ERROR_UNKNOWN as u32,
                message: "waiting for its earlier use has failed".to_owned(),
            },
            slots => Error::AllLeased { slots },
        }
    }

    pub(super) fn has_free(&self) -> bool {
        !self.free().slots.is_empty()
    }

    /// Takes the slot that came back first: its last use has most likely ended.
    pub(super) fn take(&self) -> Option<DeviceSlot> {
        self.free().slots.pop_front()
    }

    pub(super) fn give_back(&self, slot: DeviceSlot) {
        let mut free = self.free();
        if !free.closed {
            free.slots.push_back(slot);
        }
    }

    /// Frees the slots, and those in use when they come back.
    pub(super) fn close(&self) {
        let mut free = self.free();
        free.closed = true;
        free.slots.clear();
    }

    /// Gives up a slot that the device may still use. Its memory is never freed.
    pub(super) fn lose(&self, slot: DeviceSlot) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        slot.leak();
    }

    /// Ignores poisoning: the queue is whole if a thread panics while it holds the lock.
    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
