//! A small store with odd sizes, and the loaders over it.

use crate::index::IndexBuilder;
use crate::{DType, PeakGenerator, Store};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::path::Path;
use tempfile::TempDir;

#[path = "../../../tests/common/stores.rs"]
#[expect(unreachable_pub, clippy::duplicate_mod, reason = "it is shared with other tests")]
mod stores;
use crate::format::manifest::Role;
use stores::Contig;

/// Odd, and not a multiple of a word.
pub(super) const IN_WINDOW: usize = 203;
pub(super) const OUT_WINDOW: usize = 87;

/// Random numbers that are the same on every run.
pub(super) struct Random(SplitMix64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(SplitMix64::seed_from_u64(seed))
    }

    /// Returns a number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }
}

/// A store of two contigs. Signals: `small`, a stranded pair of integers below 256; `large`,
/// integers below 65,520, of which many round in f16. Controls: `real`, fractions; `narrow`,
/// integers below 9; `huge`, some beyond f16.
pub(super) fn store(directory: &Path) -> Store {
    let mut random = Random::new(5);
    let contigs: Vec<Contig> = [("chrA", 5001), ("chrB", 1777)]
        .map(|(name, length)| {
            let letters = (0..length).map(|_| b"ACGTacgtN"[random.below(9)]).collect();
            let mut track = |value: &dyn Fn(usize) -> f32, bound| -> Vec<f32> {
                (0..length).map(|_| if random.below(3) == 0 { value(random.below(bound)) } else { 0.0 }).collect()
            };
            let integers = |value: usize| value as f32;
            let tracks = vec![
                track(&integers, 200),
                track(&integers, 256),
                track(&integers, 65_520),
                track(&|value| (value as f32 - 500.0) / 7.0, 1000),
                track(&integers, 9),
                track(&|value| value as f32 * 100.0, 700),
            ];
            Contig { name: name.to_owned(), letters, tracks }
        })
        .into();
    let groups = [
        ("small", Role::Signal, vec![0, 1]),
        ("large", Role::Signal, vec![2]),
        ("real", Role::Control, vec![3]),
        ("narrow", Role::Control, vec![4]),
        ("huge", Role::Control, vec![5]),
    ];
    let store = stores::write_store(&directory.join("store"), &contigs, 9, &groups);
    let mut rows = |count: usize| -> String {
        let row = |_| {
            let contig = &contigs[random.below(2)];
            let start = 200 + random.below(contig.letters.len() - 450);
            format!("{}\t{start}\t{}\n", contig.name, start + 50)
        };
        (0..count).map(row).collect()
    };
    let [peaks, negatives] = [("peaks.bed", 37), ("negatives.bed", 20)].map(|(name, count)| {
        std::fs::write(directory.join(name), rows(count)).unwrap();
        directory.join(name)
    });
    IndexBuilder::new("default").peaks([peaks]).negatives([negatives]).publish(&store, &()).unwrap();
    store
}

/// Makes the store in a temporary directory.
pub(super) fn temporary() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    (directory, store)
}

/// Returns a generator with nine batches in each epoch, the last one short.
pub(super) fn generator(store: &Store) -> PeakGenerator {
    let controls = Some(vec!["real".to_owned(), "narrow".to_owned()]);
    let generator =
        PeakGenerator::new(store).controls(controls).in_window(IN_WINDOW).out_window(OUT_WINDOW).max_jitter(13);
    generator.negative_ratio(0.3).batch_size(5).random_state(3).num_workers(2)
}

/// Returns it with the given types of columns.
pub(super) fn typed(store: &Store, [sequence, controls, signal]: [DType; 3]) -> PeakGenerator {
    generator(store).sequence_type(sequence).controls_type(controls).signal_type(signal)
}
