//! Windows at random positions of a store's genome.

use crate::{Random, Windows};
use atemoya::Store;
use atemoya::gather::Span;

const SEED: u64 = 0x61_74_65_6d_6f_79_61;

/// Returns `count` windows at random positions of the genome, every second one
/// reverse-complemented.
///
/// Each contestant has its own positions, by `seed`: those that another has just read are in the
/// cache. A window that is wider than its contig reaches past its end. A genome without bases has
/// no window.
#[must_use]
pub fn random_windows(store: &Store, width: usize, count: usize, seed: usize) -> Windows {
    let mut random = Random::new(&[SEED, seed as u64]);
    // Where each contig ends when all are laid in a row.
    let ends: Vec<u64> = store
        .contigs()
        .iter()
        .scan(0, |end, (_, length)| {
            *end += length;
            Some(*end)
        })
        .collect();
    let bases = ends.last().copied().unwrap_or(0);
    let span = |i: usize| {
        let position = random.below(bases as usize) as u64;
        let contig = ends.partition_point(|&end| end <= position);
        let room = (store.contigs().length(contig) as usize).saturating_sub(width);
        let start = random.below(room + 1) as i64;
        Span { contig, start, reverse_complement: i % 2 == 1 }
    };
    let spans = (0..if bases == 0 { 0 } else { count }).map(span).collect();
    Windows { width, spans }
}
