//! Sums of tracks over windows, for counts filters and the counts of a locus index.

use super::channels::PanelChannels;
use super::names::{named_tracks, tracks_of};
use super::values::{PanelValues, Values, over};
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::loci::WindowSums;
use crate::store::Store;

/// Bases that are decoded at once.
const PIECE: usize = 1 << 14;

/// Sums some tracks over windows, in f64.
#[derive(Debug)]
pub(crate) struct TrackSums<'a> {
    /// Those of a store by their panels, which are summed one after the other.
    tracks: Vec<Box<dyn Values + 'a>>,
}

impl<'a> TrackSums<'a> {
    /// All tracks of some groups, or `None` when there is no group.
    #[must_use]
    pub(crate) fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<TrackSums<'a>> {
        let tracks = groups.iter().flat_map(|group| tracks_of(group));
        (!groups.is_empty()).then(|| TrackSums::of_panels(store, tracks))
    }

    /// The tracks of the names: a group (`atac`: all its channels) or one channel of it (`atac.0`,
    /// counted from 0).
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a name that the store does not have, or a
    /// track that is given twice.
    pub(crate) fn named(store: &'a Store, names: &[String]) -> Result<TrackSums<'a>> {
        let groups = store.manifest().groups.iter();
        let groups: Vec<_> = groups.map(|group| (group.name.as_str(), tracks_of(group).collect())).collect();
        Ok(TrackSums::of_panels(store, named_tracks("counts_tracks", names, &groups)?.into_iter()))
    }

    /// Some tracks.
    pub(crate) fn new(tracks: Box<dyn Values + 'a>) -> TrackSums<'a> {
        TrackSums { tracks: vec![tracks] }
    }

    /// Some tracks, by their panels and their numbers there.
    fn of_panels(store: &'a Store, tracks: impl Iterator<Item = (usize, usize)>) -> TrackSums<'a> {
        let tracks: Vec<(usize, usize)> = tracks.collect();
        let (panels, _) =
            PanelChannels::number(tracks.iter().map(|(panel, track)| (*panel, std::slice::from_ref(track))));
        let values = |of: PanelChannels| {
            let tracks: Vec<usize> = of.channels.of(false).iter().map(|(track, _)| *track).collect();
            PanelValues::boxed(store, of.panel, &tracks)
        };
        TrackSums { tracks: panels.into_iter().map(values).collect() }
    }

    /// The sum of the values over `start .. end` of a contig, and of their absolute values.
    /// Positions outside the contig count 0.
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

    /// Calls `add` with the values of some positions of some tracks at a time, until it has had all
    /// of them.
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

/// Adds up in eight lanes, which are then added in order: always the same sum, and no addition
/// waits for the one before.
fn in_lanes(values: &[f32], of: impl Fn(f32) -> f64) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &value)| *lane += of(value));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &value)| *lane += of(value));
    lanes.iter().sum()
}
