//! Progress and interruption together, as the library's long work wants them.

use crate::{interrupt, progress};
use anyhow::{Context, Result};
use atemoya::Unit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A progress bar on standard error, and the flag that Ctrl-C sets.
pub(crate) struct Watch {
    bar: progress::Progress,
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// Starts to watch.
    ///
    /// # Errors
    /// The signal handlers cannot be set up.
    pub(crate) fn new() -> Result<Watch> {
        Ok(Watch { bar: progress::Progress::stderr(), stop: interrupt::watch()? })
    }
}

impl Watch {
    /// Ends work that nobody else interrupts.
    ///
    /// # Errors
    /// [`atemoya::Error::Interrupted`] when it should end.
    pub(crate) fn check(&self) -> atemoya::Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(atemoya::Error::Interrupted) } else { Ok(()) }
    }
}

impl atemoya::Progress for Watch {
    fn start(&self, phase: &str, total: u64, unit: Unit) {
        self.bar.start(phase, total, unit);
    }

    fn advance(&self, n: u64) {
        self.bar.advance(n);
    }

    fn finish(&self) {
        self.bar.finish();
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Runs work on a pool of `threads` threads, or of one per core when there is no number.
///
/// # Errors
/// The threads cannot be started.
pub(crate) fn on_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.context("cannot start the threads")?.install(work))
}
