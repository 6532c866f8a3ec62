//! Progress of long work, which is reported to a function of the caller's.

use crate::{Progress, Unit};
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A function of the caller's that long work calls to report its progress: `done` of `total` units
/// (bytes or tiles) of a `phase`, whose name is valid during the call. It returns true to go on and
/// false to interrupt the work. Several threads call it, one at a time, with the `context` that the
/// caller passed. It must not throw or leave by `longjmp`. It may be NULL.
pub type atemoya_progress =
    Option<unsafe extern "C" fn(context: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool>;

/// Reports progress to a function of the caller's.
pub(super) struct Reporter {
    report: atemoya_progress,
    context: *mut c_void,
    work: Mutex<Work>,
}

/// How far the work is, and what of that was reported.
#[derive(Default)]
struct Work {
    phase: Arc<CStr>,
    done: u64,
    total: u64,
    /// Whether something changed since the last report.
    changed: bool,
    /// Whether a thread is in the caller's function. It reports further changes when it comes back.
    reporting: bool,
    interrupted: bool,
}

// SAFETY: the context is only passed to the caller's function, by one thread at a time, which the
// caller allows.
unsafe impl Sync for Reporter {}

impl Reporter {
    /// # Safety
    /// The function may be called with the context, from any thread, as long as the reporter lives.
    pub(super) unsafe fn new(report: atemoya_progress, context: *mut c_void) -> Reporter {
        Reporter { report, context, work: Mutex::default() }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change and reports it. No lock is held while the caller's function runs: it may call
    /// the library, whose threads may then do more of the same work and come here again.
    fn update(&self, change: impl FnOnce(&mut Work)) {
        let Some(report) = self.report else { return };
        let mut work = self.work();
        change(&mut work);
        work.changed = true;
        if work.reporting {
            return;
        }
        // After it has interrupted the work, it is not called again.
        while work.changed && !work.interrupted {
            (work.changed, work.reporting) = (false, true);
            let (phase, done, total) = (Arc::clone(&work.phase), work.done, work.total);
            drop(work);
            // SAFETY: the promise of `new`; `reporting` lets in one thread at a time.
            let goes_on = unsafe { report(self.context, phase.as_ptr(), done, total) };
            work = self.work();
            work.reporting = false;
            work.interrupted = !goes_on;
        }
    }
}

impl Progress for Reporter {
    fn start(&self, phase: &str, total: u64, _: Unit) {
        self.update(|work| (work.phase, work.done, work.total) = (super::argument::c_text(phase).into(), 0, total));
    }

    fn advance(&self, n: u64) {
        self.update(|work| work.done += n);
    }

    fn interrupted(&self) -> bool {
        self.work().interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the caller's function was called with, and the reporter that calls it.
    struct Seen {
        reporter: *const Reporter,
        reports: Vec<(u64, u64)>,
        limit: usize,
    }

    /// Advances the work within the function, as threads of the library may when the function calls
    /// the library.
    unsafe extern "C" fn goes_on(seen: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool {
        // SAFETY: the phase is a text, as it is for any such function.
        assert_eq!(unsafe { CStr::from_ptr(phase) }, c"phase");
        // SAFETY: the test lends it to the reporter, which calls this by one thread at a time.
        let seen = unsafe { &mut *seen.cast::<Seen>() };
        seen.reports.push((done, total));
        if done == 1 {
            // SAFETY: it lives as long as the test.
            let reporter = unsafe { &*seen.reporter };
            reporter.advance(2);
            reporter.advance(3);
        }
        seen.reports.len() < seen.limit
    }

    fn reports(limit: usize) -> (Vec<(u64, u64)>, bool) {
        let mut seen = Seen { reporter: std::ptr::null(), reports: Vec::new(), limit };
        let place = &raw mut seen;
        // SAFETY: `seen` outlives the reporter.
        let reporter = unsafe { Reporter::new(Some(goes_on), place.cast()) };
        // SAFETY: nobody else uses it yet.
        unsafe { (*place).reporter = &raw const reporter };
        reporter.start("phase", 9, Unit::Tiles);
        reporter.advance(1);
        reporter.advance(3);
        let interrupted = reporter.interrupted();
        (seen.reports, interrupted)
    }

    #[test]
    fn work_goes_on_within_the_callers_function_and_is_reported_after_it() {
        assert_eq!(reports(usize::MAX), (vec![(0, 9), (1, 9), (6, 9), (9, 9)], false));
        assert_eq!(reports(2), (vec![(0, 9), (1, 9)], true));
    }
}
