//! Counts as cherimoya 0.3.1 measures them, to the bit: 32-bit sums in the orders of numpy and torch.

use super::scratch::with_values;
use super::{Channels, Isa, Window};
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::loci::float_sum::{cascade_sum, pairwise_sum};
use crate::loci::{GroupSums, WindowSums};
use crate::store::Store;

/// Some tracks of a panel.
#[derive(Debug)]
struct Tracks {
    panel: usize,
    channels: Channels,
}

impl Tracks {
    fn new(panel: usize, tracks: &[usize]) -> Tracks {
        let mut channels = Channels::default();
        channels.push_group(tracks, 0);
        Tracks { panel, channels }
    }

    /// The sum of their values over `start .. end` of a contig, channel after channel.
    fn sum(&self, store: &Store, contig: usize, start: i64, end: i64, sum: fn(&[f32]) -> f32) -> Result<f32> {
        let width = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
        let window = Window { contig, length: store.contigs().length(contig), start, width, reverse: false };
        let file = &store.panels()[self.panel];
        with_values(self.channels.len() * width, |values| {
            super::signal(Isa::best(), &file.view(), &self.channels, &window, values)
                .map_err(|(row, error)| file.error(row, error))?;
            Ok(sum(values))
        })
    }
}

/// Sums the first track of the first signal group, as numpy does; all that cherimoya's `min_counts` and `max_counts` look at.
#[derive(Debug)]
pub struct FirstTrack<'a> {
    store: &'a Store,
    track: Tracks,
}

impl<'a> FirstTrack<'a> {
    /// The first track of the first of some groups, if there is any.
    #[must_use]
    pub fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<FirstTrack<'a>> {
        let group = groups.first()?;
        Some(FirstTrack { store, track: Tracks::new(group.panel, group.tracks.get(..1)?) })
    }
}

impl WindowSums for FirstTrack<'_> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        Ok(f64::from(self.track.sum(self.store, contig, start, end, pairwise_sum)?))
    }
}

/// Sums each signal group over all its channels, as torch does; what cherimoya's outlier filter looks at.
#[derive(Debug)]
pub struct RowSums<'a> {
    store: &'a Store,
    groups: Vec<Tracks>,
}

impl<'a> RowSums<'a> {
    /// Some groups of the store, or `None` when there is none.
    #[must_use]
    pub fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<RowSums<'a>> {
        let tracks = groups.iter().map(|group| Tracks::new(group.panel, &group.tracks)).collect();
        (!groups.is_empty()).then_some(RowSums { store, groups: tracks })
    }
}

impl GroupSums for RowSums<'_> {
    fn groups(&self) -> usize {
        self.groups.len()
    }

    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32> {
        self.groups[group].sum(self.store, contig, start, end, cascade_sum)
    }
}
