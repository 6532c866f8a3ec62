//! Progress of long work, told to a function of the caller's.

use crate::{Progress, Unit};
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A function of the caller's that long work tells how far it is: `done` of `total` units (bytes or
/// tiles) of a `phase`, whose name is valid during the call. The work goes on as long as it returns
/// true. It is called from several threads, by one at a time, with the `context` that the work was
/// given; it must not throw, nor leave by `longjmp`. It may be NULL.
pub type atemoya_progress =
    Option<unsafe extern "C" fn(context: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool>;

/// Tells a caller's function.
pub(super) struct Watcher {
    told: atemoya_progress,
    context: *mut c_void,
    at: Mutex<At>,
}

/// How far the work is.
#[derive(Default)]
struct At {
    phase: Arc<CStr>,
    done: u64,
    total: u64,
    /// Whether this was not told yet.
    new: bool,
    /// Whether a thread is in the caller's function, and will tell what is new when it comes back.
    telling: bool,
    interrupted: bool,
}

// SAFETY: the context is only passed to the caller's function, by one thread at a time, as that
// function was told to expect.
unsafe impl Sync for Watcher {}

impl Watcher {
    /// # Safety
    /// The function may be called with the context, from any thread, as long as the watcher lives.
    pub(super) unsafe fn new(told: atemoya_progress, context: *mut c_void) -> Watcher {
        Watcher { told, context, at: Mutex::default() }
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of a change. No lock is held while the caller's function runs: it may call the
    /// library, whose threads may take up more of this very work meanwhile, and come here again.
    fn tell(&self, change: impl FnOnce(&mut At)) {
        let Some(told) = self.told else { return };
        let mut at = self.at();
        change(&mut at);
        at.new = true;
        if at.telling {
            return;
        }
        // Once it has said no, it is not asked again.
        while at.new && !at.interrupted {
            (at.new, at.telling) = (false, true);
            let (phase, done, total) = (Arc::clone(&at.phase), at.done, at.total);
            drop(at);
            // SAFETY: the promise of `new`; `telling` lets one thread at a time.
            let goes_on = unsafe { told(self.context, phase.as_ptr(), done, total) };
            at = self.at();
            at.telling = false;
            at.interrupted = !goes_on;
        }
    }
}

impl Progress for Watcher {
    fn start(&self, phase: &str, total: u64, _: Unit) {
        self.tell(|at| (at.phase, at.done, at.total) = (super::argument::c_text(phase).into(), 0, total));
    }

    fn advance(&self, n: u64) {
        self.tell(|at| at.done += n);
    }

    fn interrupted(&self) -> bool {
        self.at().interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the caller's function has seen, and the watcher that calls it.
    struct Seen {
        watcher: *const Watcher,
        told: Vec<(u64, u64)>,
        enough: usize,
    }

    /// Goes on with the work, as a thread of the library's may in a function that calls the
    /// library.
    unsafe extern "C" fn goes_on(seen: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool {
        // SAFETY: the phase is a text, as it is for any such function.
        assert_eq!(unsafe { CStr::from_ptr(phase) }, c"phase");
        // SAFETY: the test lends it to the watcher, which calls this by one thread at a time.
        let seen = unsafe { &mut *seen.cast::<Seen>() };
        seen.told.push((done, total));
        if done == 1 {
            // SAFETY: it lives as long as the test.
            let watcher = unsafe { &*seen.watcher };
            watcher.advance(2);
            watcher.advance(3);
        }
        seen.told.len() < seen.enough
    }

    fn told(enough: usize) -> (Vec<(u64, u64)>, bool) {
        let mut seen = Seen { watcher: std::ptr::null(), told: Vec::new(), enough };
        let place = &raw mut seen;
        // SAFETY: `seen` outlives the watcher.
        let watcher = unsafe { Watcher::new(Some(goes_on), place.cast()) };
        // SAFETY: nobody else uses it yet.
        unsafe { (*place).watcher = &raw const watcher };
        watcher.start("phase", 9, Unit::Tiles);
        watcher.advance(1);
        watcher.advance(3);
        let interrupted = watcher.interrupted();
        (seen.told, interrupted)
    }

    #[test]
    fn work_goes_on_within_the_callers_function_and_is_told_after_it() {
        assert_eq!(told(usize::MAX), (vec![(0, 9), (1, 9), (6, 9), (9, 9)], false));
        assert_eq!(told(2), (vec![(0, 9), (1, 9)], true));
    }
}
