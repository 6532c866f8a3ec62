//! Progress of long work, and its interruption.

/// Receives the progress of long work, and can interrupt it. All methods have defaults that do
/// nothing; `()` is a progress that does nothing.
///
/// ```
#[doc = include_str!("example_store.txt")]
/// use atemoya::{Error, Progress, Store, Unit};
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// /// Prints each phase, and stops when it is told to.
/// struct Printed(AtomicBool);
///
/// impl Progress for Printed {
///     fn start(&self, phase: &str, total: u64, unit: Unit) {
///         println!("{phase}: {total} {unit:?}");
///     }
///
///     fn interrupted(&self) -> bool {
///         self.0.load(Ordering::Relaxed)
///     }
/// }
///
/// let store = Store::open("yeast.atemoya")?;
/// let progress = Printed(AtomicBool::new(false));
/// store.verify(&progress)?; // "checking files: 77824 Bytes", ...
/// progress.0.store(true, Ordering::Relaxed); // from a handler of Ctrl-C, say
/// assert!(matches!(store.verify(&progress), Err(Error::Interrupted)));
/// # Ok::<(), atemoya::Error>(())
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
/// fn text(n: u64, unit: Unit) -> String {
///     match unit {
///         Unit::Bytes => format!("{:.1} MB", n as f64 / 1e6),
///         Unit::Bases => format!("{:.1} Mb", n as f64 / 1e6),
///         _ => n.to_string(),
///     }
/// }
/// assert_eq!(text(2_500_000, Unit::Bytes), "2.5 MB");
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
