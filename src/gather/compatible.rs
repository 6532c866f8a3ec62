//! Counts as cherimoya 0.3.1 measures them, bit for bit: f32 sums in the orders of numpy and torch.

use super::values::{PanelValues, Values, over};
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::loci::float_sum::{cascade_sum, pairwise_sum};
use crate::loci::{GroupSums, WindowSums};
use crate::store::Store;

/// Sums the values over `start .. end` of a contig, channel after channel.
fn sum(tracks: &dyn Values, contig: usize, start: i64, end: i64, sum: fn(&[f32]) -> f32) -> Result<f32> {
    over(tracks, contig, start, usize::try_from(end.saturating_sub(start)).unwrap_or(0), sum)
}

/// Sums the first track of the first signal group, as numpy does. Cherimoya's `min_counts` and
/// `max_counts` look at nothing else.
#[derive(Debug)]
pub(crate) struct FirstTrack<'a>(Box<dyn Values + 'a>);

impl<'a> FirstTrack<'a> {
    /// Takes the first track of the first group, if there is any.
    #[must_use]
    pub(crate) fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<FirstTrack<'a>> {
        let group = groups.first()?;
        Some(FirstTrack(PanelValues::boxed(store, group.panel, group.tracks.get(..1)?)))
    }

    /// Takes one track.
    pub(crate) fn new(track: Box<dyn Values + 'a>) -> FirstTrack<'a> {
        FirstTrack(track)
    }
}

impl WindowSums for FirstTrack<'_> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        Ok(f64::from(sum(&*self.0, contig, start, end, pairwise_sum)?))
    }
}

/// Sums each signal group over all its channels, as torch does. Cherimoya's outlier filter looks at
/// these sums.
#[derive(Debug)]
pub(crate) struct RowSums<'a>(Vec<Box<dyn Values + 'a>>);

impl<'a> RowSums<'a> {
    /// Takes groups of a store. Returns `None` without any.
    #[must_use]
    pub(crate) fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<RowSums<'a>> {
        let groups: Vec<_> = groups.iter().map(|group| PanelValues::boxed(store, group.panel, &group.tracks)).collect();
        (!groups.is_empty()).then_some(RowSums(groups))
    }

    /// Takes groups of tracks.
    pub(crate) fn new(groups: Vec<Box<dyn Values + 'a>>) -> RowSums<'a> {
        RowSums(groups)
    }
}

impl GroupSums for RowSums<'_> {
    fn groups(&self) -> usize {
        self.0.len()
    }

    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32> {
        sum(&*self.0[group], contig, start, end, cascade_sum)
    }
}
