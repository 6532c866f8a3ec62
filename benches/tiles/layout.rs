//! Ways to lay out the same number of tracks: in tiles of some size, and in one panel or several.

use atemoya::format::manifest::Role;
use atemoya_benches::{Fixture, Panel, Result, Values};

/// Log2 of the smallest and of the largest tile in bases, and of the one that panels are compared
/// in.
const SMALLEST: u32 = 9;
pub(crate) const LARGEST: u32 = 15;
const USUAL: u32 = 12;
/// Tracks of a panel where there are several panels.
const FEW: usize = 8;

/// What is read of a store at once: panels by their numbers, and which of their tracks.
pub(crate) type Reading = Vec<(usize, Vec<usize>)>;

/// Some panels of equal size that hold all tracks together.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The comparison it takes part in.
    pub(crate) question: &'static str,
    panels: usize,
    /// Tracks of a panel.
    each: usize,
    tile_log2: u32,
    /// The number of its first panel in the store.
    first: usize,
}

/// Returns one panel, in tiles of every size.
pub(crate) fn tiles(tracks: usize) -> impl Iterator<Item = Layout> {
    (SMALLEST..=LARGEST).map(move |tile_log2| Layout {
        question: "tiles",
        panels: 1,
        each: tracks,
        tile_log2,
        first: 0,
    })
}

/// Returns all tracks in one panel, a few in each, and one in each.
pub(crate) fn panels(tracks: usize) -> impl Iterator<Item = Layout> {
    let sizes = [tracks, FEW, 1].into_iter().filter(move |&each| tracks.is_multiple_of(each));
    let layout = move |each| Layout { question: "panels", panels: tracks / each, each, tile_log2: USUAL, first: 0 };
    sizes.map(layout)
}

/// Writes all layouts into one store.
pub(crate) fn build(bases: usize, values: Values, layouts: &mut [Layout]) -> Result<Fixture> {
    let mut panels = Vec::new();
    for layout in layouts {
        layout.first = panels.len();
        let panel = Panel { name: "tracks", role: Role::Signal, tracks: layout.each, values };
        panels.extend(std::iter::repeat_n((panel, layout.tile_log2), layout.panels));
    }
    Fixture::with_tiles(bases, &panels)
}

impl Layout {
    /// Returns the number of all tracks.
    pub(crate) fn tracks(&self) -> usize {
        self.panels * self.each
    }

    /// Returns the name in a table, with the bytes on disk for each base and track: the panel files
    /// whole, index included.
    pub(crate) fn name(&self, fixture: &Fixture) -> String {
        let files = &fixture.store.panels()[self.first..][..self.panels];
        let bytes: u64 = files.iter().map(|file| std::fs::metadata(file.path()).map_or(0, |file| file.len())).sum();
        let bases: u64 = fixture.store.contigs().iter().map(|(_, length)| length).sum();
        let bytes = bytes as f64 / (bases as f64 * self.tracks() as f64);
        match self.question {
            "tiles" => format!("tiles of {}, {bytes:.4} B", 1 << self.tile_log2),
            _ => format!("panels of {}, {bytes:.4} B", self.each),
        }
    }

    /// Returns all tracks, each in its channel.
    pub(crate) fn all(&self) -> Reading {
        (0..self.panels).map(|i| (self.first + i, (0..self.each).collect())).collect()
    }

    /// Returns a track from the middle.
    pub(crate) fn one(&self) -> Reading {
        let track = self.tracks() / 2;
        vec![(self.first + track / self.each, vec![track % self.each])]
    }
}
