//! Counts as cherimoya 0.3.1 measures them, to the bit: 32-bit sums in the orders of numpy and torch.

use super::{Channels, Isa, Window};
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::loci::float_sum::{cascade_sum, pairwise_sum};
use crate::loci::{GroupSums, WindowSums};
use crate::store::Store;

/// The values of some tracks of a panel over `start .. end` of a contig, channel after channel.
fn values(store: &Store, panel: usize, tracks: &[usize], contig: usize, start: i64, end: i64) -> Result<Vec<f32>> {
    let width = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
    let window = Window { contig, length: store.contigs().length(contig), start, width, reverse: false };
    let mut channels = Channels::default();
    channels.push_group(tracks, 0);
    let mut values = vec![0.0; tracks.len() * width];
    let file = &store.panels()[panel];
    super::signal(Isa::best(), &file.view(), &channels, &window, &mut values).map_err(|(row, e)| file.error(row, e))?;
    Ok(values)
}

/// Sums the first track of the first signal group, as numpy does; all that cherimoya's `min_counts` and `max_counts` look at.
#[derive(Debug)]
pub struct FirstTrack<'a> {
    store: &'a Store,
    panel: usize,
    track: usize,
}

impl<'a> FirstTrack<'a> {
    /// The first track of the first of some groups, if there is any.
    #[must_use]
    pub fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<FirstTrack<'a>> {
        let group = groups.first()?;
        Some(FirstTrack { store, panel: group.panel, track: *group.tracks.first()? })
    }
}

impl WindowSums for FirstTrack<'_> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        let values = values(self.store, self.panel, &[self.track], contig, start, end)?;
        Ok(f64::from(pairwise_sum(&values)))
    }
}

/// Sums each signal group over all its channels, as torch does; what cherimoya's outlier filter looks at.
#[derive(Debug)]
pub struct RowSums<'a> {
    store: &'a Store,
    groups: Vec<&'a GroupEntry>,
}

impl<'a> RowSums<'a> {
    /// Some groups of the store, or `None` when there is none.
    #[must_use]
    pub fn of(store: &'a Store, groups: &[&'a GroupEntry]) -> Option<RowSums<'a>> {
        (!groups.is_empty()).then(|| RowSums { store, groups: groups.to_vec() })
    }
}

impl GroupSums for RowSums<'_> {
    fn groups(&self) -> usize {
        self.groups.len()
    }

    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32> {
        let group = self.groups[group];
        Ok(cascade_sum(&values(self.store, group.panel, &group.tracks, contig, start, end)?))
    }
}
