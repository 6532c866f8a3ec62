//! How long work tells what it does and is told to stop.

/// Receives the progress of long work and can interrupt it. All methods have defaults that do nothing, and `()` is the
/// progress nobody watches.
pub trait Progress: Sync {
    /// A phase of `total` units (bases or bytes) begins.
    fn start(&self, phase: &str, total: u64) {
        let _ = (phase, total);
    }

    /// `n` more units are done. Called from several threads.
    fn advance(&self, n: u64) {
        let _ = n;
    }

    /// The phase is over.
    fn finish(&self) {}

    /// Whether the work should stop. It then ends with [`crate::Error::Interrupted`], leaving nothing behind.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// Ends the work when it was interrupted.
pub(crate) fn check(progress: &dyn Progress) -> crate::Result<()> {
    if progress.interrupted() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
