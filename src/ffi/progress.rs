//! Progress of long work, told to a function of the caller's.

use crate::Progress;
use std::ffi::{CString, c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A function of the caller's that long work tells how far it is: `done` of `total` units (bytes or tiles) of a `phase`, whose name is valid
/// during the call. The work goes on as long as it returns true. It is called from several threads, by one at a time, with the `context` that the
/// work was given; it must not throw, nor leave by `longjmp`. It may be NULL.
pub type atemoya_progress =
    Option<unsafe extern "C" fn(context: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool>;

/// Tells a caller's function.
pub(super) struct Watcher {
    told: atemoya_progress,
    context: *mut c_void,
    phase: Mutex<Phase>,
    interrupted: AtomicBool,
}

#[derive(Default)]
struct Phase {
    name: CString,
    done: u64,
    total: u64,
}

// SAFETY: the context is only passed to the caller's function, by one thread at a time, as that function was told to expect.
unsafe impl Sync for Watcher {}

impl Watcher {
    /// # Safety
    /// The function may be called with the context, from any thread, as long as the watcher lives.
    pub(super) unsafe fn new(told: atemoya_progress, context: *mut c_void) -> Watcher {
        Watcher { told, context, phase: Mutex::default(), interrupted: AtomicBool::new(false) }
    }

    fn tell(&self, change: impl FnOnce(&mut Phase)) {
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut phase);
        // Once it has said no, it is not asked again.
        let Some(told) = self.told.filter(|_| !self.interrupted()) else { return };
        // SAFETY: the promise of `new`; the lock lets one thread at a time.
        let goes_on = unsafe { told(self.context, phase.name.as_ptr(), phase.done, phase.total) };
        if !goes_on {
            self.interrupted.store(true, Ordering::Relaxed);
        }
    }
}

impl Progress for Watcher {
    fn start(&self, phase: &str, total: u64) {
        self.tell(|at| *at = Phase { name: super::argument::c_text(phase), done: 0, total });
    }

    fn advance(&self, n: u64) {
        self.tell(|at| at.done += n);
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
