//! Gathering windows of some tracks of some panels as the feed does it, and what makes turns
//! comparable: pages that are mapped, caches that are empty.

use crate::layout::Reading;
use atemoya::Store;
use atemoya::gather::{self, Channels, Isa, Step, Window};
use atemoya::store::PanelView;
use atemoya_measure::{Contestant, Ring};
use std::hint::black_box;

/// The name of whom nobody times.
pub(crate) const EVICT: &str = "evict";

/// Gathers windows over and over, as many to a batch as fit into a buffer.
pub(crate) fn signal(store: &Store, name: String, reading: Reading, windows: Vec<Window>) -> Contestant<'_, Ring<f32>> {
    let views = reading.into_iter().map(|(panel, channels)| (store.panels()[panel].view(), channels));
    let views: Vec<(PanelView<'_>, Channels)> = views.collect();
    let items = views.iter().map(|(_, channels)| channels.len()).sum::<usize>() * windows[0].width;
    let mut at = 0;
    Contestant::new(name, move |ring: &mut Ring<f32>| {
        for out in ring.turn().chunks_exact_mut(items) {
            for (later, step) in [(2, Step::Directory), (1, Step::Tiles)] {
                let window = &windows[(at + later) % windows.len()];
                views.iter().for_each(|(view, channels)| gather::signal_ahead(step, view, channels, window));
            }
            for (view, channels) in &views {
                gather::signal(Isa::best(), view, channels, &windows[at], out).expect("a store of our own");
            }
            at = (at + 1) % windows.len();
        }
        Ok(())
    })
}

/// Memory to read through, twice what a large last-level cache holds.
pub(crate) fn other_memory() -> Vec<u64> {
    vec![1; 64 << 20 >> 3]
}

/// Leaves the caches full of something else, in turns of its own.
pub(crate) fn evict(memory: &[u64]) -> Contestant<'_, Ring<f32>> {
    Contestant::new(EVICT, move |_: &mut Ring<f32>| {
        black_box(memory.iter().sum::<u64>());
        Ok(())
    })
}

/// Maps the pages of all panels into the process: reads a base of every tile, or every so often in
/// a long one. The system maps what lies around it.
pub(crate) fn map_pages(store: &Store) {
    /// Bases between two that are read: 32 KiB of f32.
    const STEP: usize = 8192;
    for panel in store.panels() {
        let (view, mut channels) = (panel.view(), Channels::default());
        channels.push_group(&(0..panel.tracks()).collect::<Vec<_>>(), 0);
        let mut out = vec![0.0f32; panel.tracks()];
        for (contig, (_, length)) in store.contigs().iter().enumerate() {
            for start in (0..length as i64).step_by(STEP.min(1 << view.tile_log2())) {
                let window = Window { contig, length, start, width: 1, reverse: false };
                gather::signal(Isa::best(), &view, &channels, &window, &mut out).expect("a store of our own");
            }
        }
    }
}
