//! Gathering windows of some tracks of some panels as the feed does it, and what makes turns
//! comparable: pages that are mapped, caches that are empty.

use crate::layout::Reading;
use atemoya::gather::{Gatherer, Span};
use atemoya::{DType, Store};
use atemoya_measure::{Contestant, OutputBuffers, Windows, gathered};
use std::hint::black_box;

/// The name of the contestant that is not timed.
pub(crate) const EVICT: &str = "evict";

/// Gathers windows over and over, as many to a batch as fit into a buffer.
pub(crate) fn signal<'a>(
    store: &Store,
    name: String,
    reading: &Reading,
    windows: Windows,
) -> Contestant<'a, OutputBuffers<f32>> {
    gathered(name, gatherer(store, reading), windows)
}

fn gatherer(store: &Store, reading: &Reading) -> Gatherer {
    let groups: Vec<(usize, &[usize])> = reading.iter().map(|(panel, tracks)| (*panel, tracks.as_slice())).collect();
    Gatherer::panels(store, &groups, DType::F32)
}

/// Returns memory to read through, twice what a large last-level cache holds.
pub(crate) fn other_memory() -> Vec<u64> {
    vec![1; 64 << 20 >> 3]
}

/// Leaves the caches full of something else, in turns of its own.
pub(crate) fn evict(memory: &[u64]) -> Contestant<'_, OutputBuffers<f32>> {
    Contestant::new(EVICT, move |_: &mut OutputBuffers<f32>| {
        black_box(memory.iter().sum::<u64>());
        Ok(())
    })
}

/// Maps the pages of all panels into the process: reads a base of every tile, or every so often in
/// a long one. The system maps what lies around it.
pub(crate) fn map_pages(store: &Store) {
    /// Bases between two that are read: 32 KiB of f32.
    const STEP: usize = 8192;
    for (number, panel) in store.panels().iter().enumerate() {
        let gatherer = gatherer(store, &vec![(number, (0..panel.tracks()).collect())]);
        let mut out = vec![0.0f32; panel.tracks()];
        for (contig, (_, length)) in store.contigs().iter().enumerate() {
            for start in (0..length as i64).step_by(STEP.min(1 << panel.view().tile_log2())) {
                let span = Span { contig, start, reverse_complement: false };
                gatherer.gather_into(1, [span], &mut out).expect("a store of our own");
            }
        }
    }
}
