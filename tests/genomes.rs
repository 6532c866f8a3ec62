//! Genomes of arrays, and of arrays and a store, give the same batches, loci and ledgers as a store
//! of the same data.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use atemoya::feed::{Access, Array, Batch, Column, Genome, LocusFilter, State};
use atemoya::ingest::bed::read_bed;
use atemoya::loci::{IndexOptions, Ledger, Locus, LocusTable, published};
use atemoya::pack::PackBuilder;
use atemoya::sample::Order;
use atemoya::{DType, Error, PeakGenerator, Store};
use common::cases::{self, Files};
use common::genomes;
use common::inputs::{self, Rng};
use common::model::{Data, Options};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A batch, as the bytes of all columns.
type Bytes = Vec<Option<Vec<u8>>>;

fn bytes(batch: &Batch) -> Bytes {
    Column::ALL.map(|column| batch.column(column).map(|column| column.bytes().to_vec())).to_vec()
}

/// The result of a generator.
#[derive(Debug, PartialEq)]
struct Fed {
    peaks: Vec<(u32, i64)>,
    negatives: Vec<(u32, i64)>,
    ledger: Ledger,
    state: State,
    batches: Vec<Bytes>,
    fetched: Bytes,
}

/// Returns the batches of two epochs and some further examples, or the error.
fn fed(generator: &PeakGenerator) -> Result<Fed, String> {
    let loader = match generator.build() {
        Ok(loader) => loader,
        Err(Error::Argument { name, message }) => return Err(format!("{name}: {message}")),
        Err(error) => panic!("{error}"),
    };
    let state = loader.state();
    let batches = loader.epochs(3, 2).map(|batch| bytes(&batch.unwrap())).collect();
    let places = |loci: &[atemoya::loci::Locus]| loci.iter().map(|locus| (locus.contig, locus.centre)).collect();
    Ok(Fed {
        peaks: places(loader.peaks()),
        negatives: places(loader.negatives()),
        ledger: *loader.ledger(),
        state,
        batches,
        fetched: bytes(&loader.fetch(1, &[loader.len() - 1, 0]).unwrap()),
    })
}

/// The table of a data set's files, for a genome.
fn table(data: &Data, files: &Files, genome: &Genome) -> LocusTable {
    let read = |paths: &[PathBuf]| paths.iter().map(|path| (path.clone(), read_bed(path).unwrap())).collect::<Vec<_>>();
    let options = IndexOptions { summits: data.summits, chroms: data.chroms.clone() };
    LocusTable::from_beds(&read(&files.peaks), &read(&files.negatives), genome.contigs(), &options).unwrap()
}

/// Names of counted tracks, as arrays have them: by their place among the signals that are read.
fn renamed(o: &Options) -> Option<Vec<String>> {
    let rename = |(name, _): &(String, Vec<usize>)| {
        let (group, channel) = name.split_once('.').map_or((name.as_str(), None), |(group, c)| (group, Some(c)));
        let place = o.signals.iter().position(|(known, _)| known == group)?;
        Some(channel.map_or(format!("signal{place}"), |channel| format!("signal{place}.{channel}")))
    };
    o.counts_tracks.as_ref()?.iter().map(rename).collect()
}

/// A data set's files; loci on contigs that it lacks are left out.
fn packed(data: &mut Data) -> (tempfile::TempDir, Files) {
    let directory = tempfile::tempdir().unwrap();
    if !data.missing().is_empty() {
        data.chroms = Some(data.contigs.iter().map(|contig| contig.name.clone()).collect());
    }
    let files = Files::of(data, directory.path());
    files.index(data).unwrap();
    (directory, files)
}

/// Which columns are arrays, and whether files are read without maps; shuffling and turning;
/// negative ratio, seed, batch size, workers.
type Streaming = ([bool; 4], [bool; 2], f64, u64, usize, usize);

#[test]
fn arrays_give_what_a_store_of_the_same_data_gives() {
    let (built, examples, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let streaming = (any::<[bool; 4]>(), any::<[bool; 2]>(), 0.0..1.5f64, any::<u64>(), 1usize..20, 0usize..3);
    let strategy = (cases::data(), vec((cases::options(), streaming), 1..6));
    let config = Config { cases: 120, source_file: Some(file!()), ..Config::default() };
    let property = |(mut data, cases): (Data, Vec<(cases::RawOptions, Streaming)>)| {
        let (_directory, files) = packed(&mut data);
        for (raw, (arrays, [shuffle, turn], ratio, seed, batch_size, workers)) in cases {
            let mut options = raw.of(&data);
            let mut rng = Rng::new(seed);
            let [sequence, mut signals, controls, read] = arrays;
            signals |= !sequence && !controls;
            if signals && renamed(&options).is_none() {
                options.counts_tracks = None;
            }
            let ratio = if data.negatives.iter().all(Vec::is_empty) { 0.0 } else { ratio };
            let with = |generator: PeakGenerator| {
                let generator = generator.negative_ratio(ratio).shuffle(shuffle).reverse_complement(turn);
                let generator = generator.random_state(seed).batch_size(batch_size).num_workers(workers);
                generator.access(if read { Access::Read } else { Access::Map })
            };
            let stored = with(files.generator(&data, &options));
            let genome =
                genomes::genome(&data, &options.signals, &mut rng, [sequence, signals, controls], &files.store);
            let mut generator = with(files.generator_over(PeakGenerator::over(&genome), &data, &options));
            if signals {
                generator = generator.signals(None).counts_tracks(renamed(&options));
            }
            if sequence || rng.below(2) == 0 {
                generator = generator.table(table(&data, &files, &genome));
            }
            // An error about missing loci of an index says what the index was made without, which a
            // table does not have.
            let alone = |error: String| error.split("; `chroms`: the index").next().unwrap_or_default().to_owned();
            let (expected, found) = (fed(&stored).map_err(alone), fed(&generator).map_err(alone));
            prop_assert!(expected == found, "{:?} {:?}: {:?} and {:?}", arrays, options, expected.err(), found.err());
            built.fetch_add(1, Relaxed);
            match expected {
                Ok(fed) => examples.fetch_add(2 * fed.state.examples, Relaxed),
                Err(_) => refused.fetch_add(1, Relaxed),
            };
        }
        Ok(())
    };
    TestRunner::new(config).run(&strategy, property).unwrap_or_else(|error| panic!("{error}"));
    let [built, examples, refused] = [built, examples, refused].map(AtomicUsize::into_inner);
    assert!(examples > 1000 && refused * 2 < built, "{examples} examples, {refused} of {built} refused");
    let _ =
        writeln!(std::io::stderr(), "{examples} examples of {built} generators compared, {refused} of them refused");
}

/// A store of no sequence, with its contigs in another order and one fewer, under arrays of the
/// sequence.
#[test]
fn contigs_are_found_by_their_names() {
    let directory = tempfile::tempdir().unwrap();
    let mut contigs = inputs::contigs(&[2100, 3000, 1500], 8);
    contigs[2].tracks.iter_mut().for_each(|track| track.fill(0.0));
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 150);
    let apart = directory.path().join("apart");
    std::fs::create_dir(&apart).unwrap();
    let turned = [contigs[1].clone(), contigs[0].clone()];
    let track = |track: usize| inputs::write(&apart, &format!("{track}.bw"), inputs::big_wig(&turned, track));
    let builder = PackBuilder::new().signal("stranded", [track(0), track(1)]).signal("runs", [track(2)]);
    let builder = builder.control("input", [track(1), track(2)]).tile_log2(9);
    builder.publish(&apart.join("store"), &()).unwrap();
    let tracks = Store::open(apart.join("store")).unwrap();
    assert_eq!(tracks.contigs().iter().map(|(name, _)| name).collect::<Vec<_>>(), ["chrB", "chrA"]);

    let data = Data { contigs, ..Data::default() };
    let sequences = genomes::sequences(&data, &mut Rng::new(3), DType::I8, &[0, 1, 2]);
    let genome = Genome::from_arrays(&sequences, Some(&tracks)).unwrap();
    assert_eq!(genome.contigs(), store.contigs());
    let table = published::read(&store, None).unwrap().table;
    for (order, access) in [(Order::Native, Access::Map), (Order::Cherimoya, Access::Read)] {
        let with = |generator: PeakGenerator| {
            let generator = generator.in_window(200).out_window(81).max_jitter(9).order(order).access(access);
            generator.outlier_filter(Some(true)).max_counts(Some(40.0)).counts_tracks(None).negative_ratio(0.7)
        };
        let over = with(PeakGenerator::over(&genome)).table(table.clone());
        let expected = fed(&with(PeakGenerator::new(&store))).unwrap();
        assert!(expected.peaks.iter().any(|(contig, _)| *contig == 2));
        assert!(expected == fed(&over).unwrap(), "{order}");
        assert!(expected == fed(&over.signals(Some(vec!["stranded".into(), "runs".into()]))).unwrap(), "{order}");
        let filter = LocusFilter { order, min_counts: Some(5.0), in_window: 200, ..LocusFilter::default() };
        assert_eq!(filter.explain_over(&genome, &table).unwrap(), filter.explain(&store, &table).unwrap());
        let seeded = |generator: PeakGenerator| {
            bytes(&generator.dataset().unwrap().with_seed(5).unwrap().fetch(1, &[3]).unwrap())
        };
        let over = with(PeakGenerator::over(&genome)).table(table.clone());
        assert_eq!(seeded(over), seeded(with(PeakGenerator::new(&store))));
    }
}

/// Arrays of the sequence with a store of tracks of another genome are refused.
#[test]
fn arrays_of_other_contigs_than_the_stores_are_told_or_refused() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[2100, 3000], 8);
    let track = inputs::write(directory.path(), "0.bw", inputs::big_wig(&contigs, 0));
    PackBuilder::new().signal("s", [track]).publish(&directory.path().join("store"), &()).unwrap();
    let store = Store::open(directory.path().join("store")).unwrap();
    let over = |contigs: &[(&str, usize)], on: u32| {
        let array = |length| Array::from_vec(vec![0i8; 4 * length], [1, 4, length]).unwrap();
        let sequences = contigs.iter().map(|&(name, length)| (name, array(length))).collect();
        let genome = Genome::from_arrays(&sequences, Some(&store)).unwrap();
        let peaks = vec![Locus { contig: on, centre: 500, row: 0 }];
        PeakGenerator::over(&genome).selected(peaks, Vec::new()).negative_ratio(0.0).in_window(200).out_window(100)
    };
    let warnings = |generator: PeakGenerator| generator.dataset().map(|data| data.warnings().to_vec());
    let refused = |generator, parts: &[&str]| {
        let error = warnings(generator).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    };
    let both = [("chrA", 2100), ("chrX", 900), ("chrB", 2999)];
    assert_eq!(warnings(over(&both, 0)).unwrap(), [""; 0]);
    assert_eq!(warnings(over(&both, 1)).unwrap(), [r#"the store of the tracks lacks "chrX", where they are zeros"#]);
    refused(over(&both, 2), &["sequences: ", r#""chrB" (2999 bases here and 3000 there)"#, "genome build"]);
    let names = [r#"it has "chrA", "chrB", and they have "A""#, "`allow_empty`"];
    refused(over(&[("A", 2100)], 0), &names);
    let said = warnings(over(&[("A", 2100)], 0).allow_empty(true)).unwrap();
    assert_eq!(said, [r#"the store of the tracks lacks "A", where they are zeros"#]);
    // Before counts of zeros leave out loci.
    let mut bed = tempfile::NamedTempFile::new().unwrap();
    writeln!(bed, "chrB\t400\t600").unwrap();
    let generator = over(&both, 2).min_counts(Some(5.0));
    let files = [(bed.path().to_path_buf(), read_bed(bed.path()).unwrap())];
    let known = atemoya::format::Contigs::new(both.map(|(name, length)| (name, length as u64))).unwrap();
    let table = LocusTable::from_beds(&files, &[], &known, &IndexOptions::default()).unwrap();
    refused(generator.table(table), &[r#""chrB" (2999"#]);
}
