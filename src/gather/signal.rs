//! Tracks: the tiles under a window, decoded part by part into its place in the output.

use super::Window;
use crate::format::manifest::GroupEntry;
use crate::format::tile::{self, Sample, TileError};
use crate::store::PanelView;
use std::ops::Range;

/// Which tracks of a panel go to which channels of the output, forward and under reverse
/// complement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    forward: Vec<(usize, usize)>,
    reverse: Vec<(usize, usize)>,
    /// Whether each group begins where the one before ended, so that the rows of all lie together.
    apart: bool,
}

impl Channels {
    /// The channels of some groups, numbered through in their order: for each panel, what is read
    /// of it; and how many there are.
    #[must_use]
    pub fn of_groups<'a>(groups: impl IntoIterator<Item = &'a GroupEntry>) -> (Vec<(usize, Channels)>, usize) {
        let mut panels: Vec<(usize, Channels)> = Vec::new();
        let mut count = 0;
        for GroupEntry { panel, tracks, .. } in groups {
            let at = panels.iter().position(|(known, _)| known == panel).unwrap_or_else(|| {
                panels.push((*panel, Channels::default()));
                panels.len() - 1
            });
            panels[at].1.push_group(tracks, count);
            count += tracks.len();
        }
        (panels, count)
    }

    /// Adds a group: its tracks go to channels `first ..` in their order, and in the opposite order
    /// when the window is reverse-complemented, as strands swap.
    pub fn push_group(&mut self, tracks: &[usize], first: usize) {
        let end = self.rows().end;
        self.apart |= !self.is_empty() && first != end;
        self.forward.extend(tracks.iter().copied().zip(first..));
        self.reverse.extend(tracks.iter().rev().copied().zip(first..));
    }

    /// Whether no track is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.forward.is_empty()
    }

    /// Number of channels, when they are numbered from 0 without gaps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.forward.len()
    }

    /// The tracks, each once, in ascending order.
    pub(crate) fn tracks(&self) -> Vec<usize> {
        let mut tracks: Vec<usize> = self.forward.iter().map(|(track, _)| *track).collect();
        tracks.sort_unstable();
        tracks.dedup();
        tracks
    }

    /// The rows of the output from the first channel to the last, when they lie together.
    fn rows(&self) -> Range<usize> {
        let channel = |pair: Option<&(usize, usize)>| pair.map_or(0, |(_, channel)| *channel);
        let start = channel(self.forward.first());
        if self.is_empty() { 0..0 } else { start..channel(self.forward.last()) + 1 }
    }

    /// Pairs of track and channel.
    #[inline(always)]
    pub(super) fn of(&self, reverse: bool) -> &[(usize, usize)] {
        if reverse { &self.reverse } else { &self.forward }
    }
}

/// The kernel, compiled once for each instruction set.
#[inline(always)]
pub(super) fn signal<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    if window.reverse {
        decode::<T, true>(panel, channels, window, out)
    } else {
        decode::<T, false>(panel, channels, window, out)
    }
}

#[inline(always)]
fn decode<T: Sample, const REVERSE: bool>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    let clear = clear_all(channels, window.width, out);
    let channels = channels.of(REVERSE);
    let (from, end, before) = window.on_contig();
    let width = window.width;
    // Output positions of bases `a .. b` of the contig.
    let place = |a: usize, b: usize| {
        let low = before + (a - from);
        if REVERSE { width - low - (b - a)..width - low } else { low..low + (b - a) }
    };
    if !clear && end - from < width {
        let inside = place(from, end);
        for &(_, channel) in channels {
            let row = &mut out[channel * width..][..width];
            row[..inside.start].fill(T::ZERO);
            row[inside.end..].fill(T::ZERO);
        }
    }
    let log2 = panel.tile_log2();
    let tile = 1usize << log2;
    let first_row = panel.first_row(window.contig);
    let mut base = from;
    while base < end {
        let position = base >> log2;
        let stop = ((position + 1) << log2).min(end);
        let (low, high) = (base - (position << log2), stop - (position << log2));
        let part = place(base, stop);
        let row = first_row + position;
        let at = |error| (row, error);
        match panel.row(row).map_err(at)? {
            None if clear => {}
            None => {
                for &(_, channel) in channels {
                    out[channel * width..][part.clone()].fill(T::ZERO);
                }
            }
            Some(tiles) => {
                for &(track, channel) in channels {
                    let (code, bytes) = tiles.tile(track).map_err(at)?;
                    let part = &mut out[channel * width..][part.clone()];
                    tile::decode::<T, REVERSE>(code, bytes, tile, low..high, clear, part).map_err(at)?;
                }
            }
        }
        base = stop;
    }
    Ok(())
}

/// Zeroes the rows of all channels at once, if they lie together and are many short ones, and says
/// whether it did. A long stretch of zeros is written without reading first what is there, which a
/// short one is not; and most of the bases of most tracks are 0.
#[inline(always)]
fn clear_all<T: Sample>(channels: &Channels, width: usize, out: &mut [T]) -> bool {
    /// Bytes of a row from which it is long by itself.
    const LONG: usize = 4096;
    let clear = !channels.apart && channels.len() >= 3 && width * size_of::<T>() < LONG;
    if clear {
        let rows = channels.rows();
        out[rows.start * width..rows.end * width].fill(T::ZERO);
    }
    clear
}
