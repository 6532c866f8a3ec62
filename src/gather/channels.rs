//! Channels: which tracks of a panel go to which rows of the output, forward and
//! reverse-complemented.

use super::reverse_complement::swap_strands;
use crate::format::manifest::GroupEntry;
use std::ops::Range;

/// Which tracks of a panel go to which channels of the output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Channels {
    /// Pairs of track and channel.
    forward: Vec<(usize, usize)>,
    /// The same for windows that are reverse-complemented.
    reverse: Vec<(usize, usize)>,
    /// Whether another panel's channels lie between those of this one.
    scattered: bool,
}

/// Some channels of a panel.
#[derive(Debug, Clone)]
pub(crate) struct PanelChannels {
    /// The panel's number.
    pub(crate) panel: usize,
    pub(crate) channels: Channels,
    /// The tracks of the channels, each once, in ascending order.
    pub(crate) tracks: Vec<usize>,
}

impl PanelChannels {
    /// Assigns channels 0, 1, ... to the tracks of some groups, in their order. Returns the
    /// channels of each panel, and how many there are in all.
    pub(crate) fn of_groups<'a>(groups: impl IntoIterator<Item = &'a GroupEntry>) -> (Vec<PanelChannels>, usize) {
        PanelChannels::of_tracks(groups.into_iter().map(|group| (group.panel, group.tracks.as_slice())))
    }

    /// Does the same for groups that are given as a panel's number and its tracks.
    pub(crate) fn of_tracks<'a>(groups: impl IntoIterator<Item = (usize, &'a [usize])>) -> (Vec<PanelChannels>, usize) {
        let mut panels: Vec<PanelChannels> = Vec::new();
        let mut count = 0;
        for (panel, tracks) in groups {
            let at = panels.iter().position(|known| known.panel == panel).unwrap_or_else(|| {
                panels.push(PanelChannels { panel, channels: Channels::default(), tracks: Vec::new() });
                panels.len() - 1
            });
            panels[at].channels.push_group(tracks, count);
            panels[at].tracks.extend(tracks);
            count += tracks.len();
        }
        for PanelChannels { tracks, .. } in &mut panels {
            tracks.sort_unstable();
            tracks.dedup();
        }
        (panels, count)
    }
}

impl Channels {
    /// Returns channels from 0 on for some tracks that are one group.
    pub(crate) fn of_tracks(tracks: &[usize]) -> Channels {
        let mut channels = Channels::default();
        channels.push_group(tracks, 0);
        channels
    }

    /// Adds a group: its tracks go to channels `first ..` in their order, and with their strands
    /// swapped in windows that are reverse-complemented.
    pub(crate) fn push_group(&mut self, tracks: &[usize], first: usize) {
        let end = self.rows().end;
        self.scattered |= !self.is_empty() && first != end;
        self.forward.extend(tracks.iter().copied().zip(first..));
        self.reverse.extend(swap_strands(&[tracks.len()]).into_iter().map(|from| tracks[from]).zip(first..));
    }

    /// Returns whether no track is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.forward.is_empty()
    }

    /// Returns the number of channels.
    pub(crate) fn len(&self) -> usize {
        self.forward.len()
    }

    /// Returns the rows of the output from the first channel to the last, if they are contiguous.
    pub(super) fn contiguous_rows(&self) -> Option<Range<usize>> {
        (!self.scattered).then(|| self.rows())
    }

    fn rows(&self) -> Range<usize> {
        match (self.forward.first(), self.forward.last()) {
            (Some((_, first)), Some((_, last))) => *first..last + 1,
            _ => 0..0,
        }
    }

    /// Returns pairs of track and channel.
    #[inline(always)]
    pub(super) fn of(&self, reverse: bool) -> &[(usize, usize)] {
        if reverse { &self.reverse } else { &self.forward }
    }
}
