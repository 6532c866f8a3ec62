//! Both accesses to a store's files, with and without readahead, give the same batches, and errors
//! instead of crashes.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;
#[path = "access/damage.rs"]
mod damage;

use atemoya::feed::{Access, Batch, Column};
use atemoya::pack::PackBuilder;
use atemoya::sample::Order;
use atemoya::{DType, Error, PeakGenerator, Result, Store};
use common::inputs::{self, Rng};
use common::stores::Contig;
use common::within;
use std::fs::{self, OpenOptions};
use std::path::Path;
use tempfile::TempDir;

/// The time limit, which only a hang exceeds.
const SECONDS: u64 = 120;
const WORKERS: [usize; 3] = [0, 1, 3];

/// Returns short contigs, the last of which is shorter than the windows, with regions without
/// values that give empty rows.
fn contigs() -> Vec<Contig> {
    let mut contigs = inputs::contigs(&[9000, 2100, 90], 8);
    contigs[0].tracks.iter_mut().for_each(|track| track[3000..5200].fill(0.0));
    contigs
}

fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = inputs::pack(directory.path(), &contigs(), 9);
    inputs::index(&store, directory.path(), &contigs()[..2], 150);
    (directory, store)
}

/// Tiles of 32,768 bases, so that rows are long; tracks of which most values are fractions, small
/// counts or nothing.
fn wide_store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let mut contigs = inputs::contigs(&[70_000], 5);
    let mut rng = Rng::new(3);
    contigs[0].tracks[1].iter_mut().for_each(|value| *value = rng.below(1 << 20) as f32 / 7.0);
    let genome = inputs::write(directory.path(), "genome.fa", inputs::fasta(&contigs));
    let files: Vec<_> = (0..3)
        .map(|track| inputs::write(directory.path(), &format!("{track}.bw"), inputs::big_wig(&contigs, track)))
        .collect();
    let tracks = |tracks: &[usize]| tracks.iter().map(|&track| files[track].clone()).collect::<Vec<_>>();
    let builder = PackBuilder::new().fasta(genome).signal("noise", tracks(&[1, 0, 1]));
    let builder =
        builder.signal("more", tracks(&[1, 1])).signal("runs", tracks(&[2])).signal("late", tracks(&[1])).tile_log2(15);
    let out = directory.path().join("store");
    builder.control("input", tracks(&[0, 1])).publish(&out, &()).unwrap();
    let store = Store::open(out).unwrap();
    inputs::index(&store, directory.path(), &contigs, 100);
    (directory, store)
}

fn generator(store: &Store) -> PeakGenerator {
    PeakGenerator::new(store).in_window(201).out_window(80).max_jitter(10).batch_size(8).random_state(3)
}

/// The bytes of all columns of a batch.
type Columns = Vec<Option<Vec<u8>>>;

fn bytes(batch: &Batch) -> Columns {
    Column::ALL.map(|column| batch.column(column).map(|tensor| tensor.bytes().to_vec())).to_vec()
}

/// Returns the batches of two epochs up to an error, and the error.
fn stream(generator: &PeakGenerator) -> (Vec<Columns>, Option<Error>) {
    let loader = generator.build().unwrap();
    let (mut batches, mut error) = (Vec::new(), None);
    for batch in loader.epochs(4, 2) {
        match batch {
            Ok(batch) => batches.push(bytes(&batch)),
            Err(e) => error = Some(e),
        }
    }
    (batches, error)
}

fn named(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|&name| name.to_owned()).collect())
}

/// Asserts that every access gives the same batches as the maps.
fn assert_same(generator: &PeakGenerator, what: &str) {
    let (expected, error) = stream(&generator.clone().num_workers(0).ask_ahead(false));
    assert!(error.is_none() && !expected.is_empty(), "{what}: {error:?}");
    for (access, ask_ahead) in [(Access::Map, true), (Access::Read, true), (Access::Read, false)] {
        for workers in WORKERS {
            let (found, error) = stream(&generator.clone().access(access).ask_ahead(ask_ahead).num_workers(workers));
            assert!(
                error.is_none() && found == expected,
                "{what}: {access}, {ask_ahead}, {workers} workers, {error:?}"
            );
        }
    }
}

#[test]
fn all_groups_orders_and_windows_are_the_same() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for order in Order::ALL {
            let generator = generator(&store).order(order).outlier_filter(Some(false));
            assert_same(&generator, "all");
            assert_same(&generator.clone().signals(named(&["runs", "stranded"])), "turned");
            assert_same(&generator.clone().signals(named(&["runs"])).controls(named(&[])), "one");
            for (input, output) in [(1, 1), (64, 512), (65, 63), (700, 513), (2000, 1999)] {
                let generator = generator.clone().in_window(input).out_window(output).batch_size(5);
                assert_same(&generator, &format!("{order}: windows of {input} and {output}"));
            }
        }
    });
}

#[test]
fn tiles_of_long_rows_are_the_same() {
    let (_directory, store) = wide_store();
    within(SECONDS, move || {
        let generator = generator(&store);
        assert_same(&generator, "all");
        for (signals, controls) in [
            (&["runs"][..], &["input"][..]),
            (&["noise"], &[]),
            (&["runs", "noise"], &["input"]),
            (&["more"], &["input"]),
            (&[], &["input"]),
        ] {
            let generator = generator.clone().signals(named(signals)).controls(named(controls));
            assert_same(&generator, &format!("{signals:?} {controls:?}"));
            assert_same(&generator.in_window(3000).out_window(9000).max_jitter(100), &format!("wide {signals:?}"));
        }
    });
}

#[test]
fn all_types_are_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let mut contigs = contigs();
    for contig in &mut contigs {
        contig.tracks[1] = contig.tracks[0].iter().map(|value| value * 3.0).collect();
        contig.tracks[2] = contig.tracks[0].iter().map(|value| value * 900.0).collect();
    }
    let store = inputs::pack(directory.path(), &contigs, 10);
    inputs::index(&store, directory.path(), &contigs[..2], 60);
    let generator = generator(&store).signals(named(&["stranded"]));
    for dtype in [DType::I8, DType::U8, DType::F16, DType::BF16, DType::F32, DType::U64] {
        assert_same(&generator.clone().sequence_type(dtype), dtype.name());
    }
    for (controls, signal) in [(DType::U16, DType::U8), (DType::F32, DType::U16), (DType::U16, DType::F32)] {
        let generator = generator.clone().controls_type(controls).signal_type(signal);
        assert_same(&generator, &format!("{controls} {signal}"));
    }
}

#[test]
fn stores_that_lack_something_are_the_same() {
    let (directory, _) = store();
    let path = |name: &str| directory.path().join(name);
    let new = PackBuilder::new;
    for (i, builder) in [
        new().fasta(path("genome.fa")),
        new().signal("runs", [path("2.bw")]),
        new().control("input", [path("1.bw"), path("2.bw")]),
    ]
    .into_iter()
    .enumerate()
    {
        let out = path(&format!("part-{i}"));
        builder.publish(&out, &()).unwrap();
        let store = Store::open(&out).unwrap();
        inputs::index(&store, directory.path(), &contigs()[..2], 150);
        assert_same(&generator(&store), &format!("part {i}"));
    }
}

#[test]
fn states_and_fetched_examples_do_not_depend_on_the_way() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let ways = Access::ALL.map(|access| generator(&store).access(access));
        for [here, there] in [[0, 1], [1, 0]] {
            let loader = ways[here].build().unwrap();
            let mut batches = loader.epochs(2, 2);
            batches.by_ref().take(3).for_each(|batch| drop(batch.unwrap()));
            let state = batches.state();
            let left: Vec<_> = batches.map(|batch| bytes(&batch.unwrap())).collect();
            let other = ways[there].build().unwrap();
            let resumed: Vec<_> = other.resume(&state, 1).unwrap().map(|batch| bytes(&batch.unwrap())).collect();
            assert!(left == resumed && !left.is_empty());
            let indices = [5, 0, 5, 17];
            assert!(bytes(&loader.fetch(3, &indices).unwrap()) == bytes(&other.fetch(3, &indices).unwrap()));
        }
    });
}

/// Files that are not in memory give the same batches with and without readahead.
#[cfg(target_os = "linux")]
#[test]
fn what_is_not_in_memory_is_read_all_the_same() {
    for make in [store as fn() -> _, wide_store] {
        let (_directory, store) = make();
        let expected = stream(&generator(&store).num_workers(2));
        assert!(expected.1.is_none() && !expected.0.is_empty());
        // Pages that a map has read stay in memory while it exists.
        let path = store.path().to_path_buf();
        drop(store);
        for (access, ask) in [(Access::Map, true), (Access::Map, false), (Access::Read, true), (Access::Read, false)] {
            for entry in fs::read_dir(&path).unwrap() {
                let file = fs::File::open(entry.unwrap().path()).unwrap();
                if file.metadata().unwrap().is_file() {
                    file.sync_all().unwrap();
                    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
                }
            }
            let store = Store::open(&path).unwrap();
            let found = stream(&generator(&store).num_workers(2).access(access).ask_ahead(ask));
            assert!(found.1.is_none() && found.0 == expected.0, "{access}, {ask}");
        }
    }
}

#[test]
fn ways_have_names() {
    for access in Access::ALL {
        assert_eq!(access.to_string().parse::<Access>().unwrap(), access);
    }
    let error = "mmap".parse::<Access>().unwrap_err();
    assert!(
        matches!(error, Error::Argument { name: "access", .. }) && error.to_string().contains("map, read"),
        "{error}"
    );
}
