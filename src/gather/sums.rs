//! Sums of tracks over windows: for filters of counts, and for the counts in a locus index.

use super::channels::PanelChannels;
use super::names::{named_tracks, tracks_of};
use super::values::{PanelValues, Values, over};
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::loci::WindowSums;
use crate::store::Store;

/// Bases that are decoded at once.
const PIECE: usize = 1 << 14;

/// Sums tracks over windows, in f64.
#[derive(Debug)]
pub(crate) struct TrackSums<'a> {
    /// Those of a store by panel. Panels are summed one after the other.
    tracks: Vec<Box<dyn Values + 'a>>,
}

impl<'a> TrackSums<'a> {
    /// Takes all tracks of some groups. Returns `None` without a group.
    #[must_use]
    pub(crate) fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<TrackSums<'a>> {
        let tracks = groups.iter().flat_map(|group| tracks_of(group));
        (!groups.is_empty()).then(|| TrackSums::of_panels(store, tracks))
    }

    /// Takes tracks by name: a group (`atac`: all its channels) or a channel of it (`atac.0`,
    /// counted from 0).
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a name that the store lacks, and for a track
    /// that is named twice.
    pub(crate) fn named(store: &'a Store, names: &[String]) -> Result<TrackSums<'a>> {
        let groups = store.manifest().groups.iter();
        let groups: Vec<_> = groups.map(|group| (group.name.as_str(), tracks_of(group).collect())).collect();
        Ok(TrackSums::of_panels(store, named_tracks("counts_tracks", names, &groups)?.into_iter()))
    }

    /// Takes tracks whose values can be read.
    pub(crate) fn new(tracks: Box<dyn Values + 'a>) -> TrackSums<'a> {
        TrackSums { tracks: vec![tracks] }
    }

    /// Takes tracks of a store, each as its panel's number and its number there.
    fn of_panels(store: &'a Store, tracks: impl Iterator<Item = (usize, usize)>) -> TrackSums<'a> {
        let tracks: Vec<(usize, usize)> = tracks.collect();
        let (panels, _) =
            PanelChannels::of_tracks(tracks.iter().map(|(panel, track)| (*panel, std::slice::from_ref(track))));
        let values = |of: PanelChannels| {
            let tracks: Vec<usize> = of.channels.of(false).iter().map(|(track, _)| *track).collect();
            PanelValues::boxed(store, of.panel, &tracks)
        };
        TrackSums { tracks: panels.into_iter().map(values).collect() }
    }

    /// Sums the values over `start .. end` of a contig, and their absolute values. Positions
    /// outside the contig count 0.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) for damaged tiles.
    pub(crate) fn sum_and_magnitude(&self, contig: usize, start: i64, end: i64) -> Result<(f64, f64)> {
        let (mut sum, mut magnitude) = (0.0, 0.0);
        self.for_pieces(contig, start, end, |values| {
            sum += in_lanes(values, f64::from);
            magnitude += in_lanes(values, |value| f64::from(value.abs()));
        })?;
        Ok((sum, magnitude))
    }

    /// Calls `add` with the values over `start .. end` of a contig, in pieces.
    fn for_pieces(&self, contig: usize, start: i64, end: i64, mut add: impl FnMut(&[f32])) -> Result<()> {
        for tracks in &self.tracks {
            let length = tracks.length(contig) as i64;
            let (start, end) = (start.clamp(0, length), end.clamp(0, length));
            for start in (start..end).step_by(PIECE) {
                over(&**tracks, contig, start, (end - start).min(PIECE as i64) as usize, &mut add)?;
            }
        }
        Ok(())
    }
}

impl WindowSums for TrackSums<'_> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        let mut sum = 0.0;
        self.for_pieces(contig, start, end, |values| sum += in_lanes(values, f64::from))?;
        Ok(sum)
    }
}

/// Adds values in eight lanes, then the lanes in order. So the sum is always the same, and no
/// addition waits for the one before.
fn in_lanes(values: &[f32], of: impl Fn(f32) -> f64) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &value)| *lane += of(value));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &value)| *lane += of(value));
    lanes.iter().sum()
}
