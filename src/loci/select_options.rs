//! What a selection takes of a genome, beside its filter.

use super::filter::LocusFilter;
use crate::Result;
use crate::ingest::bed::BedFile;

/// A filter, and what it needs of a genome.
#[derive(Clone, Copy)]
pub struct SelectOptions<'a> {
    /// The filter. Its exclusion lists, aliases and tracks are not looked up: they are those below.
    pub filter: &'a LocusFilter,
    /// The regions to stay out of (see [`ExclusionMap`](super::ExclusionMap)).
    pub exclusion: &'a [BedFile],
    /// Whether examples have a signal. Without, there is no output window that must fit, and there
    /// are no counts.
    pub has_signals: bool,
    /// The sums that are compared with the bounds on counts.
    pub counts: Option<&'a dyn WindowSums>,
    /// The sums by which outlying peaks are dropped, after all other rules, where the filter drops
    /// them: those whose sum over the output window with its jitter, in any group, is above 1.2
    /// times the 0.99 quantile of that group's.
    pub outliers: Option<&'a dyn GroupSums>,
}

impl<'a> SelectOptions<'a> {
    /// Makes the options of examples without a signal, with no region to stay out of.
    #[must_use]
    pub fn new(filter: &'a LocusFilter) -> SelectOptions<'a> {
        SelectOptions { filter, exclusion: &[], has_signals: false, counts: None, outliers: None }
    }

    /// Returns the width of the output window, if there is one.
    pub(super) fn out_window(&self) -> Option<usize> {
        self.has_signals.then_some(self.filter.out_window)
    }
}

/// Sums of the signals over windows.
pub trait WindowSums: Sync {
    /// Returns the sum over `start .. end` of the contig, of all tracks that count. Positions
    /// outside the contig count 0.
    ///
    /// # Errors
    /// An error of reading the signals.
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64>;
}

/// Sums of each signal group over windows, for the outlier filter.
pub trait GroupSums: Sync {
    /// Returns the number of groups.
    fn groups(&self) -> usize;

    /// Returns the sum of a group over all its channels and `start .. end` of the contig, in f32.
    ///
    /// # Errors
    /// An error of reading the signals.
    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32>;
}
