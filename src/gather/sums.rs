//! Sums of tracks over windows, for counts filters and the counts of a locus index.

use super::scratch::with_values;
use super::{Channels, Isa, Window};
use crate::format::manifest::GroupEntry;
use crate::loci::WindowSums;
use crate::store::Store;
use crate::{Error, Result};

/// Bases that are decoded at once.
const PIECE: usize = 1 << 14;

/// Sums some tracks of a store over windows, in f64.
#[derive(Debug)]
pub struct TrackSums<'a> {
    store: &'a Store,
    panels: Vec<(usize, Channels)>,
}

impl<'a> TrackSums<'a> {
    /// All tracks of some groups, or `None` when there is no group.
    #[must_use]
    pub fn of(store: &'a Store, groups: &[&GroupEntry]) -> Option<TrackSums<'a>> {
        let mut sums = TrackSums { store, panels: Vec::new() };
        groups.iter().for_each(|group| sums.push(group.panel, &group.tracks));
        (!groups.is_empty()).then_some(sums)
    }

    /// The tracks of the names: a group (`atac`: all its channels) or one channel of it (`atac.0`, counted from 0).
    ///
    /// # Errors
    /// [`Error::Argument`] for a name that the store does not have, or one that is given twice.
    pub fn named(store: &'a Store, names: &[String]) -> Result<TrackSums<'a>> {
        if names.is_empty() {
            return Err(Error::argument("counts_tracks", "no track is named"));
        }
        let mut sums = TrackSums { store, panels: Vec::new() };
        let mut seen = std::collections::HashSet::new();
        for name in names {
            let (group, channel) = find_tracks(store, "counts_tracks", name)?;
            let tracks = channel.map_or(group.tracks.as_slice(), |c| &group.tracks[c..=c]);
            if !tracks.iter().all(|&track| seen.insert((group.panel, track))) {
                return Err(Error::argument("counts_tracks", format!("{name} counts a track a second time")));
            }
            sums.push(group.panel, tracks);
        }
        Ok(sums)
    }

    /// Adds tracks; within each panel, channels are numbered from 0.
    fn push(&mut self, panel: usize, tracks: &[usize]) {
        let at = self.panels.iter().position(|(known, _)| *known == panel).unwrap_or_else(|| {
            self.panels.push((panel, Channels::default()));
            self.panels.len() - 1
        });
        let first = self.panels[at].1.len();
        self.panels[at].1.push_group(tracks, first);
    }

    /// The sum of the values over `start .. end` of a contig, and of their absolute values. Positions outside the contig
    /// count 0.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for damaged tiles.
    pub fn sum_and_magnitude(&self, contig: usize, start: i64, end: i64) -> Result<(f64, f64)> {
        let (mut sum, mut magnitude) = (0.0, 0.0);
        self.for_pieces(contig, start, end, |values| {
            sum += in_lanes(values, f64::from);
            magnitude += in_lanes(values, |value| f64::from(value.abs()));
        })?;
        Ok((sum, magnitude))
    }

    /// Calls `add` with the values of some positions of some tracks at a time, until it has had all of them.
    fn for_pieces(&self, contig: usize, start: i64, end: i64, mut add: impl FnMut(&[f32])) -> Result<()> {
        let length = self.store.contigs().length(contig);
        let (start, end) = (start.clamp(0, length as i64), end.clamp(0, length as i64));
        for (panel, channels) in &self.panels {
            let file = &self.store.panels()[*panel];
            for start in (start..end).step_by(PIECE) {
                let width = (end - start).min(PIECE as i64) as usize;
                let window = Window { contig, length, start, width, reverse: false };
                with_values(channels.len() * width, |values| {
                    super::signal(Isa::best(), &file.view(), channels, &window, values)
                        .map_err(|(row, error)| file.error(row, error))?;
                    add(values);
                    Ok(())
                })?;
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

/// Adds up in eight lanes, which are then added in order: always the same sum, and no addition waits for the one before.
fn in_lanes(values: &[f32], of: impl Fn(f32) -> f64) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &value)| *lane += of(value));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &value)| *lane += of(value));
    lanes.iter().sum()
}

/// The group that `name` means, and the channel if it names one: `NAME` or `NAME.i`.
///
/// # Errors
/// [`Error::Argument`] naming the groups that there are.
pub(crate) fn find_tracks<'a>(
    store: &'a Store,
    argument: &'static str,
    name: &str,
) -> Result<(&'a GroupEntry, Option<usize>)> {
    if let Some(group) = store.group(name) {
        return Ok((group, None));
    }
    if let Some((group, channel)) = name.rsplit_once('.')
        && let (Some(group), Ok(channel)) = (store.group(group), channel.parse::<usize>())
        && channel < group.tracks.len()
    {
        return Ok((group, Some(channel)));
    }
    let groups = store.manifest().groups.iter();
    let known: Vec<String> = groups.map(|g| format!("{} ({} channels)", g.name, g.tracks.len())).collect();
    let known = if known.is_empty() { "no tracks".to_owned() } else { known.join(", ") };
    Err(Error::argument(argument, format!("there is no {name:?}; the store has {known}")))
}
