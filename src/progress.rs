//! How long work tells what it does and is told to stop.

/// Receives the progress of long work and can interrupt it. All methods have defaults that do
/// nothing, and `()` is the progress nobody watches.
pub trait Progress: Sync {
    /// A phase begins: what is done, in words (`reading the genome`), and how much of it there is.
    /// A `total` of 0 is not known.
    fn start(&self, phase: &str, total: u64, unit: Unit) {
        let _ = (phase, total, unit);
    }

    /// `n` more units are done. Called from several threads.
    fn advance(&self, n: u64) {
        let _ = n;
    }

    /// The phase is over.
    fn finish(&self) {}

    /// Whether the work should stop. It then ends with [`crate::Error::Interrupted`], leaving
    /// nothing behind.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// What the numbers of a phase count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Bases of the genome or of tracks.
    Bases,
    /// Bytes of files.
    Bytes,
    /// Tiles of tracks.
    Tiles,
    /// Loci, once for each signal group.
    Loci,
    /// Milliseconds, of work that is given a time.
    Milliseconds,
}

/// Ends the work when it was interrupted.
pub(crate) fn check(progress: &dyn Progress) -> crate::Result<()> {
    if progress.interrupted() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
