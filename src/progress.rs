//! Progress of long work, and its interruption.

/// Receives the progress of long work, and can interrupt it. All methods have defaults that do
/// nothing; `()` is a progress that does nothing.
///
/// ```
/// use atemoya::{Progress, Unit};
///
/// struct Printed;
///
/// impl Progress for Printed {
///     fn start(&self, phase: &str, total: u64, _unit: Unit) {
///         println!("{phase}: {total}");
///     }
/// }
///
/// Printed.start("verify", 8, Unit::Bytes);
/// ```
pub trait Progress: Sync {
    /// Begins a phase. `phase` names it in words (`reading the genome`), and `total` is the number
    /// of units of work, 0 if it is not known.
    fn start(&self, phase: &str, total: u64, unit: Unit) {
        let _ = (phase, total, unit);
    }

    /// Adds `n` finished units. Called from several threads.
    fn advance(&self, n: u64) {
        let _ = n;
    }

    /// Ends the phase.
    fn finish(&self) {}

    /// Returns whether the work should stop. It then ends with [`crate::Error::Interrupted`] and
    /// leaves nothing behind.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// The unit of a phase's progress.
///
/// ```
/// use atemoya::Unit;
///
/// assert_ne!(Unit::Bytes, Unit::Tiles);
/// ```
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
    /// Milliseconds, for work of a given duration.
    Milliseconds,
}

/// Returns [`crate::Error::Interrupted`] when the work should stop.
pub(crate) fn check(progress: &dyn Progress) -> crate::Result<()> {
    if progress.interrupted() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
