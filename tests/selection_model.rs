//! Random data sets and options: what is selected and fed, against a slow and obvious model of what
//! cherimoya does.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use atemoya::feed::Access;
use atemoya::loci::float_sum::{cascade_sum, pairwise_sum};
use atemoya::loci::{Locus, outliers};
use atemoya::sample::{Draw, Order, PlanOptions};
use atemoya::{EpochPlanner, Error, PeakGenerator};
use common::cases::{self, Files};
use common::model::{Data, Kept, Options, Place};
use common::numpy::{cherimoya_draws, numpy_sum, outlier_threshold, torch_sum};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Runs a property over `cases` values; a failing one is saved beside this file.
fn run<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config { cases, source_file: Some(file!()), ..Config::default() };
    TestRunner::new(config).run(strategy, property).unwrap_or_else(|error| panic!("{error}"));
}

/// Packs and indexes a data set, in a directory that goes with the first of the pair. Loci on
/// contigs that the genome lacks are refused, all of them named, and then left out.
fn packed(data: &mut Data) -> (tempfile::TempDir, Files) {
    let directory = tempfile::tempdir().unwrap();
    let files = Files::of(data, directory.path());
    let missing = data.missing();
    if !missing.is_empty() {
        let error = files.index(data).unwrap_err();
        let quoted: Vec<String> = missing.iter().map(|name| format!("{name:?}")).collect();
        let named = format!(": {};", quoted.join(", "));
        assert!(matches!(error, Error::Input { .. }) && error.to_string().contains(&named), "{error}");
        data.chroms = Some(data.contigs.iter().map(|contig| contig.name.clone()).collect());
    }
    files.index(data).unwrap();
    (directory, files)
}

fn places(loci: &[Locus]) -> Vec<Place> {
    loci.iter().map(|locus| Place { contig: locus.contig as usize, centre: locus.centre }).collect()
}

/// Compares what a generator keeps with what the model does, which is returned if it is something.
fn check_kept(data: &Data, options: &Options, generator: &PeakGenerator) -> Result<Option<Kept>, TestCaseError> {
    match (data.select(options), generator.build()) {
        (Ok(expected), Ok(loader)) => {
            let (peaks, negatives) = (places(loader.peaks()), places(loader.negatives()));
            let kept = Kept { peaks, negatives, ledger: *loader.ledger() };
            prop_assert_eq!(kept, expected.clone(), "{:?}", options);
            Ok(Some(expected))
        }
        (Err((what, ledger)), Err(Error::Argument { name, message })) => {
            prop_assert_eq!(name, what, "{}", message);
            prop_assert!(message.contains(&ledger.to_string()), "{message}; expected {ledger}");
            Ok(None)
        }
        (expected, got) => Err(TestCaseError::fail(format!("{options:?}: {got:?} for {expected:?}"))),
    }
}

#[test]
fn what_is_kept_is_what_the_model_keeps() {
    let (generators, loci) = (AtomicUsize::new(0), AtomicUsize::new(0));
    run(120, &(cases::data(), vec(cases::options(), 1..12)), |(mut data, options)| {
        let (_directory, files) = packed(&mut data);
        for options in options.iter().map(|raw| raw.of(&data)) {
            let kept = check_kept(&data, &options, &files.generator(&data, &options).negative_ratio(0.0))?;
            generators.fetch_add(1, Relaxed);
            loci.fetch_add(kept.map_or(0, |kept| kept.ledger.peaks.total + kept.ledger.negatives.total), Relaxed);
        }
        Ok(())
    });
    let (generators, loci) = (generators.into_inner(), loci.into_inner());
    let _ = writeln!(std::io::stderr(), "{generators} selections from {loci} loci agree with the model");
}

/// What the model takes for numpy's and torch's is so to the bit, also where no selection depends
/// on the last one.
#[test]
fn sums_and_thresholds_are_the_models() {
    let value = prop_oneof![0u32..5, 0u32..70_000].prop_map(|value| value as f32);
    let rows = prop_oneof![value.clone().prop_map(|v| v / 7.0), value.clone().prop_map(|v| v - 9e3), value];
    run(300, &prop_oneof![vec(rows.clone(), 1..200), vec(rows, 1..3000)], |row| {
        prop_assert_eq!(pairwise_sum(&row).to_bits(), numpy_sum(&row).to_bits());
        prop_assert_eq!(cascade_sum(&row).to_bits(), torch_sum(&row).to_bits());
        prop_assert_eq!(outliers::outlier_threshold(&mut row.clone()).to_bits(), outlier_threshold(&row).to_bits());
        Ok(())
    });
}

/// How a generator streams.
#[derive(Debug, Clone)]
struct Streaming {
    negative_ratio: f64,
    shuffle: bool,
    reverse_complement: bool,
    seed: u64,
    epoch: u64,
    batch_size: usize,
    workers: usize,
    access: Access,
}

fn streaming() -> impl Strategy<Value = Streaming> {
    let numbers =
        (prop_oneof![Just(0.0), 0.0..2.0f64], prop_oneof![0u64..100, any::<u64>()], prop_oneof![0u64..5, any::<u64>()]);
    let threads = (0usize..3, select(Access::ALL.to_vec()));
    (numbers, any::<[bool; 2]>(), 1usize..30, threads).prop_map(
        |((negative_ratio, seed, epoch), [shuffle, reverse_complement], batch_size, (workers, access))| Streaming {
            negative_ratio,
            shuffle,
            reverse_complement,
            seed,
            epoch,
            batch_size,
            workers,
            access,
        },
    )
}

/// Every draw of an epoch: in the native order as the planner gives them, in cherimoya's as numpy
/// would.
fn draws(options: PlanOptions, order: Order, epoch: u64) -> Vec<Draw> {
    if order == Order::Cherimoya {
        return cherimoya_draws(&options, epoch);
    }
    let plan = EpochPlanner::with_order(options, order).unwrap().epoch(epoch).unwrap();
    (0..plan.len()).map(|index| plan.draw(index)).collect()
}

/// Compares every example of an epoch, and returns how many there are.
fn check_epoch(
    data: &Data,
    o: &Options,
    s: &Streaming,
    kept: &Kept,
    generator: &PeakGenerator,
) -> Result<usize, TestCaseError> {
    let options = PlanOptions {
        n_peaks: kept.peaks.len(),
        n_negatives: kept.negatives.len(),
        negative_ratio: s.negative_ratio,
        max_jitter: o.max_jitter as u32,
        reverse_complement: s.reverse_complement,
        shuffle: s.shuffle,
        seed: s.seed,
    };
    let draws = draws(options, o.order, s.epoch);
    let loader = generator.build().unwrap();
    prop_assert_eq!((loader.len(), loader.batches_per_epoch()), (draws.len(), draws.len().div_ceil(s.batch_size)));
    let mut left = draws.as_slice();
    for batch in loader.epoch(s.epoch).map(Result::unwrap) {
        let (now, later) = left.split_at(s.batch_size.min(left.len()));
        left = later;
        prop_assert_eq!((batch.epoch(), batch.len()), (s.epoch, now.len()));
        for (row, draw) in now.iter().enumerate() {
            let found = (batch.labels()[row], batch.sources()[row], batch.offsets()[row]);
            let turned = draw.reverse_complement;
            prop_assert_eq!(found, (draw.is_peak.into(), draw.source.into(), draw.offset.into()), "{:?} {:?}", o, s);
            prop_assert_eq!(batch.reverse_complemented()[row], u8::from(turned));
            let loci = if draw.is_peak { &kept.peaks } else { &kept.negatives };
            let Place { contig, centre } = loci[draw.source as usize];
            let shift = if draw.is_peak { i64::from(draw.offset) - o.max_jitter } else { 0 };
            let (input, output) = (centre - o.in_window / 2 + shift, centre - o.out_window / 2 + shift);
            let bases = data.one_hot(contig, input, o.in_window, turned);
            prop_assert!(batch.sequence().unwrap().row(row) == bases, "sequence of row {row}: {o:?} {s:?}");
            let controls = data.channels(&data.controls, contig, input, o.in_window, turned);
            let signal = data.channels(&o.signals, contig, output, o.out_window, turned);
            for (found, expected) in [(batch.controls(), controls), (batch.signal(), signal)] {
                let found = found.as_ref().map_or(&[][..], |found| found.row(row));
                let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                prop_assert!(bits(found) == bits(&expected), "tracks of row {row}: {o:?} {s:?}");
            }
        }
    }
    prop_assert!(left.is_empty(), "{} examples are missing", left.len());
    Ok(draws.len())
}

#[test]
fn every_example_is_the_models() {
    let (epochs, examples) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cases = (cases::data(), vec((cases::options(), streaming()), 1..6));
    run(40, &cases, |(mut data, cases)| {
        let (_directory, files) = packed(&mut data);
        for (options, mut streaming) in cases {
            let options = options.of(&data);
            let Ok(kept) = data.select(&options) else { continue };
            if kept.negatives.is_empty() {
                streaming.negative_ratio = 0.0;
            }
            let generator = files.generator(&data, &options).negative_ratio(streaming.negative_ratio);
            let generator = generator.shuffle(streaming.shuffle).reverse_complement(streaming.reverse_complement);
            let generator = generator.random_state(streaming.seed).batch_size(streaming.batch_size);
            let generator = generator.num_workers(streaming.workers).access(streaming.access);
            examples.fetch_add(check_epoch(&data, &options, &streaming, &kept, &generator)?, Relaxed);
            epochs.fetch_add(1, Relaxed);
        }
        Ok(())
    });
    let (epochs, examples) = (epochs.into_inner(), examples.into_inner());
    let _ = writeln!(std::io::stderr(), "{examples} examples of {epochs} epochs agree with the model");
}
