//! The batches of a loader as its consumer sees them: their order and examples, leases, streams,
//! errors.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;
#[path = "feed/leases.rs"]
mod leases;
#[path = "feed/streams.rs"]
mod streams;

use atemoya::feed::{Batch, Loader};
use atemoya::sample::Draw;
use atemoya::{Error, PeakGenerator, Store};
use common::oracle::{digest, digests};
use common::{inputs, within};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Seconds that a test takes only when it hangs.
const SECONDS: u64 = 60;
const WORKERS: [usize; 4] = [0, 1, 2, 4];

fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 120);
    (directory, store)
}

fn generator(store: &Store) -> PeakGenerator {
    PeakGenerator::new(store).in_window(200).out_window(80).max_jitter(10).batch_size(8).random_state(3)
}

#[test]
fn batches_come_in_order_and_the_last_may_be_short() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            for size in [1, 7, 8, 1000] {
                let loader = generator(&store).num_workers(workers).batch_size(size).build().unwrap();
                assert!(!loader.is_empty() && loader.batches_per_epoch() == loader.len().div_ceil(size));
                let (examples, batches) = (loader.len(), loader.batches_per_epoch());
                let mut expected = 0;
                for batch in loader.epochs(5, 2) {
                    let batch = batch.unwrap();
                    let (epoch, index) = (5 + expected / batches, expected % batches);
                    assert_eq!((batch.epoch(), batch.index()), (epoch as u64, index as u64));
                    assert_eq!(batch.len(), size.min(examples - index * size));
                    let n = batch.len();
                    assert_eq!(batch.sequence().unwrap().shape(), [n, 4, 200]);
                    assert_eq!(batch.controls().unwrap().shape(), [n, 2, 200]);
                    assert_eq!(batch.signal().unwrap().shape(), [n, 3, 80]);
                    assert_eq!((batch.labels().len(), batch.reverse_complemented().len()), (n, n));
                    assert_eq!(batch.slot().0.len(), batch.slot().1.bytes());
                    expected += 1;
                }
                assert_eq!(expected, 2 * batches);
                assert!(loader.epochs(0, 0).next().is_none());
            }
        }
    });
}

/// There is memory for all examples of an epoch or a validation, and no more.
#[test]
fn a_batch_size_beyond_the_examples_takes_no_more_memory() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let generator = generator(&store).negative_ratio(0.1).num_workers(2);
        let small = generator.clone().batch_size(8).build().unwrap();
        let loci = small.peaks().len() + small.negatives().len();
        let example = small.layout().payload(1);
        for (size, world) in [(1 << 30, 1), (1 << 30, 4), (loci + 1, 1)] {
            let large = generator.clone().batch_size(size).world_size(world).build().unwrap();
            assert!(loci > large.len() && large.layout().bytes() < loci * example + 8 * 256);
            if world == 1 {
                assert_eq!(draws(large.epoch(2)).concat(), draws(small.epoch(2)).concat());
            }
            assert_eq!(large.validation(true, true).unwrap().next().unwrap().unwrap().len(), loci.div_ceil(world));
        }
        let large = generator.clone().batch_size(1 << 30).build().unwrap();
        let draw = Draw { is_peak: true, source: 0, offset: 0, reverse_complement: false };
        assert_eq!(large.follow(vec![draw; loci]).unwrap().next().unwrap().unwrap().len(), loci);
        let refused = large.follow(vec![draw; loci + 1]).err().unwrap().to_string();
        assert!(refused.contains(&format!("batch_size of {loci} or less")), "{refused}");
        assert_eq!(
            small.follow(vec![draw; loci + 1]).unwrap().map(|batch| batch.unwrap().len()).sum::<usize>(),
            loci + 1
        );
    });
}

/// The draws of a rank's batches, batch after batch.
fn draws(batches: impl Iterator<Item = atemoya::Result<Batch>>) -> Vec<Vec<Draw>> {
    let draw = |batch: &Batch, row: usize| Draw {
        is_peak: batch.labels()[row] == 1,
        source: batch.sources()[row] as u32,
        offset: batch.offsets()[row] as u32,
        reverse_complement: batch.reverse_complemented()[row] == 1,
    };
    batches.map(Result::unwrap).map(|batch| (0..batch.len()).map(|row| draw(&batch, row)).collect()).collect()
}

/// Validation and draws of the caller's own lose no example to `drop_last`, which is for epochs.
#[test]
fn every_draw_is_delivered_once_also_when_the_last_batch_of_an_epoch_is_dropped() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for drop_last in [true, false] {
            for (size, world) in [7, 8, 1000].into_iter().flat_map(|size| [1, 2, 4].map(|world| (size, world))) {
                let generator = generator(&store).drop_last(drop_last).batch_size(size).world_size(world);
                if size % world != 0 {
                    assert!(matches!(generator.build(), Err(Error::Argument { name: "batch_size", .. })));
                    continue;
                }
                let rank = |rank| generator.clone().rank(rank).build().unwrap();
                let mut ranks: Vec<Loader> = (0..world).map(rank).collect();
                let (peaks, negatives) = (ranks[0].peaks().len() as u32, ranks[0].negatives().len() as u32);
                let draw = |is_peak, source, offset| Draw { is_peak, source, offset, reverse_complement: false };
                let each: Vec<Draw> = (0..peaks).map(|source| draw(true, source, 10)).collect();
                let each = [each, (0..negatives).map(|source| draw(false, source, 0)).collect()].concat();
                // Of the caller's own: as many as are a whole number of batches, one less, one
                // more, and one alone.
                let own = |count: usize| -> Vec<Draw> {
                    let own = (0..count as u32).map(|i| draw(i % 3 > 0, i % peaks.min(negatives), 0));
                    own.map(|draw| Draw { reverse_complement: draw.source % 2 == 1, ..draw }).collect()
                };
                let own = [3 * size.min(40), 3 * size.min(40) - 1, 3 * size.min(40) + 1, 1].map(own);
                for (expected, plan) in [(&each, None)].into_iter().chain(own.iter().map(|own| (own, Some(own)))) {
                    let parts: Vec<Vec<Vec<Draw>>> = ranks
                        .iter_mut()
                        .map(|loader| match plan {
                            None => draws(loader.validation(true, true).unwrap()),
                            Some(plan) => draws(loader.follow(plan.clone()).unwrap()),
                        })
                        .collect();
                    let place = format!("{} draws in batches of {size}, {world} ranks, {drop_last}", expected.len());
                    assert!(parts.iter().all(|part| part.len() == expected.len().div_ceil(size)), "{place}");
                    let together = |step: usize| parts.iter().flat_map(|part| part[step].clone()).collect::<Vec<_>>();
                    for (step, batch) in expected.chunks(size).enumerate() {
                        assert_eq!(together(step), batch, "{place}");
                    }
                }
                // The epochs themselves still lose it.
                let examples = ranks[0].len();
                let steps = if drop_last { examples / size } else { examples.div_ceil(size) };
                assert_eq!(draws(ranks[0].epoch(0)).len(), steps);
            }
        }
    });
}

/// Any examples, in any order and again and again, while batches are streamed and held.
#[test]
fn fetched_examples_are_those_of_the_stream() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let of_one = generator(&store).batch_size(1).num_workers(0).slots(Some(1000)).build();
            let single: Vec<_> = of_one.unwrap().epoch(2).map(|batch| batch.unwrap()).collect();
            let loader = generator(&store).num_workers(workers).build().unwrap();
            let held: Vec<Batch> = loader.epoch(0).take(2).map(Result::unwrap).collect();
            let before: Vec<_> = held.iter().map(digest).collect();
            let indices = [7, 0, single.len() - 1, 7, 3];
            let batch = loader.fetch(2, &indices).unwrap();
            assert_eq!((batch.len(), batch.epoch(), batch.index()), (5, 2, 0));
            for (row, index) in indices.into_iter().enumerate() {
                let one = &single[index];
                assert_eq!(batch.sequence().unwrap().row(row), &one.sequence().unwrap()[..]);
                assert_eq!(batch.controls().unwrap().row(row), &one.controls().unwrap()[..]);
                assert_eq!(batch.signal().unwrap().row(row), &one.signal().unwrap()[..]);
                let numbers = |batch: &Batch, row: usize| {
                    let turned = batch.reverse_complemented()[row];
                    (batch.labels()[row], batch.sources()[row], batch.offsets()[row], turned)
                };
                assert_eq!(numbers(&batch, row), numbers(one, 0));
            }
            assert_eq!(held.iter().map(digest).collect::<Vec<_>>(), before);
            assert!(loader.fetch(0, &[]).unwrap().is_empty());
            let error = loader.fetch(0, &[0, single.len()]).unwrap_err();
            assert!(matches!(error, Error::Argument { name: "indices", .. }), "{error}");
        }
    });
}

/// Overwrites the directory of a row of the signals, and returns the bases of the first contig that
/// it covers.
fn damage_row(store: &Path, row: usize) -> std::ops::Range<i64> {
    let path = store.join("panel-0.atm");
    let mut bytes = fs::read(&path).unwrap();
    let index = inputs::section(&bytes, 2).start + 8 * row;
    let at = 4096 + u64::from_le_bytes(bytes[index..index + 8].try_into().unwrap()) as usize;
    bytes[at..at + 12].fill(0xff);
    // A new file, since the old one may be mapped.
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    row as i64 * 512..(row as i64 + 1) * 512
}

#[test]
fn a_damaged_tile_is_an_error_in_its_place() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let damaged = damage_row(store.path(), 4);
        let broken = Store::open(store.path()).unwrap();
        for workers in WORKERS {
            let good = generator(&store).num_workers(workers).build().unwrap();
            let loader = generator(&broken).num_workers(workers).build().unwrap();
            let mut places = std::collections::HashSet::new();
            for epoch in [0, 1, 2, 0, 1, 2] {
                let (peaks, negatives) = (good.peaks().to_vec(), good.negatives().to_vec());
                let meets = |batch: &Batch| {
                    (0..batch.len()).any(|row| {
                        let loci = if batch.labels()[row] == 1 { &peaks } else { &negatives };
                        let locus = loci[batch.sources()[row] as usize];
                        let shift = if batch.labels()[row] == 1 { batch.offsets()[row] - 10 } else { 0 };
                        let start = locus.centre + shift - 40;
                        locus.contig == 0 && start < damaged.end && start + 80 > damaged.start
                    })
                };
                // As long as the good store's batches do not meet the tile, these are the same.
                let mut expected = Vec::new();
                for batch in good.epoch(epoch).map(Result::unwrap) {
                    if meets(&batch) {
                        break;
                    }
                    expected.push(digest(&batch));
                }
                let mut batches = loader.epoch(epoch);
                let found: Vec<_> = (0..expected.len()).map(|_| digest(&batches.next().unwrap().unwrap())).collect();
                assert!(found == expected, "{workers} workers");
                let error = batches.next().unwrap().unwrap_err();
                assert!(matches!(&error, Error::Corrupt { path, .. } if path.ends_with("panel-0.atm")), "{error}");
                assert!(batches.next().is_none() && batches.next_waiting().is_none(), "it ends after an error");
                places.insert(expected.len());
            }
            assert!(places.len() > 1, "the epochs meet it in different places: {places:?}");
        }
    });
}

#[test]
fn the_counters_add_up() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).build().unwrap();
            assert_eq!((loader.stats().batches, loader.stats().bytes), (0, 0));
            let (mut batches, mut bytes) = (0, 0);
            for epoch in 0..3 {
                for batch in loader.epoch(epoch).take(if epoch == 1 { 3 } else { usize::MAX }) {
                    let n = batch.unwrap().len();
                    batches += 1;
                    bytes += n * (4 * 200 + 4 * 2 * 200 + 4 * 3 * 80 + 3 * 8 + 1);
                }
            }
            let stats = loader.stats();
            assert_eq!((stats.batches, stats.bytes), (batches, bytes as u64), "{workers} workers");
            // How many there are depends on what else the process reads. Whether they are counted
            // depends on the system alone.
            assert_eq!(stats.page_faults.is_some(), cfg!(target_os = "linux"));
        }
    });
}
