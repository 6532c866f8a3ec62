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
    free: Mutex<Free>,
    /// How many there were at first, and how many were lost.
    slots: usize,
    lost: AtomicUsize,
}

#[derive(Debug)]
struct Free {
    slots: VecDeque<DeviceSlot>,
    /// Whether what comes back is freed, since there is no loader any more.
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

    /// How many there are, free or not; also those that were lost, whose memory is still allocated.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// What to say when none is free: the consumer holds all, or the device was lost with them.
    pub(super) fn none_free(&self) -> Error {
        match self.slots - self.lost.load(Ordering::Relaxed) {
            0 => Error::Driver {
                operation: "use the memory of the device again".to_owned(),
                code: CUresult::CUDA_ERROR_UNKNOWN as u32,
                message: "what was done with it could not be waited for".to_owned(),
            },
            slots => Error::AllLeased { slots },
        }
    }

    pub(super) fn has_free(&self) -> bool {
        !self.free().slots.is_empty()
    }

    /// The one that came back the longest ago, whose users have most likely ended.
    pub(super) fn take(&self) -> Option<DeviceSlot> {
        self.free().slots.pop_front()
    }

    pub(super) fn give_back(&self, slot: DeviceSlot) {
        let mut free = self.free();
        if !free.closed {
            free.slots.push_back(slot);
        }
    }

    /// Frees the slots, those that are still in use as they come back.
    pub(super) fn close(&self) {
        let mut free = self.free();
        free.closed = true;
        free.slots.clear();
    }

    /// Gives up a slot of which nobody knows whether it is still in use. Its memory is never freed.
    pub(super) fn lose(&self, slot: DeviceSlot) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        slot.leak();
    }

    /// The queue stays whole if a thread dies while holding the lock.
    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
