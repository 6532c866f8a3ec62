//! Inputs that `Genome`, and a `PeakGenerator` over a genome of arrays, refuse: each error names
//! its parameter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::dtype::Element;
use atemoya::feed::{Array, ContigArrays, Genome, LocusFilter, Strided};
use atemoya::loci::{IndexOptions, Locus, LocusTable};
use atemoya::{DType, PeakGenerator};
use common::{bed, refused};
use std::sync::Arc;

fn zeros<T: Element>(shape: [usize; 3]) -> Array<'static> {
    Array::from_vec(vec![T::zeroed(); shape.iter().product()], shape).unwrap()
}

/// Arrays of contigs a, b and so on.
fn contigs(arrays: Vec<Array<'static>>) -> ContigArrays {
    ["a", "b", "c"].into_iter().zip(arrays).collect()
}

fn sequences() -> ContigArrays {
    contigs(vec![zeros::<u8>([1, 4, 500]), zeros::<u8>([1, 4, 300])])
}

/// A track of one channel that the second contig lacks.
fn track() -> ContigArrays {
    contigs(vec![zeros::<i16>([1, 1, 500])])
}

#[test]
fn arrays_that_do_not_fit_are_refused_by_their_name() {
    let of = |arrays: Vec<Array<'static>>| Genome::from_arrays(&contigs(arrays), None);
    assert_eq!(of(vec![zeros::<u8>([1, 4, 0])]).unwrap().contigs().length(0), 0);
    refused(of(vec![]), "sequences", &["there is no contig"]);
    refused(of(vec![zeros::<u8>([1, 3, 5])]), "sequences", &["(1, 4, length)", "(1, 3, 5) of a"]);
    refused(of(vec![zeros::<u8>([1, 4, 5]), zeros::<u8>([2, 4, 5])]), "sequences", &["(2, 4, 5) of b"]);
    refused(of(vec![zeros::<u8>([1, 4, 5]), zeros::<i8>([1, 4, 5])]), "sequences", &["b is int8, and a is uint8"]);
    let named = |names: [&'static str; 2]| names.into_iter().zip([zeros::<u8>([1, 4, 5]), zeros::<u8>([1, 4, 6])]);
    refused(Genome::from_arrays(&named(["a", "a"]).collect(), None), "sequences", &["a occurs twice"]);
    refused(Genome::from_arrays(&named(["a", ""]).collect(), None), "contigs", &["\"\""]);
    let long = Strided { dtype: DType::U8, shape: [1, 4, 1 << 40], offset: 0, strides: [0; 3] };
    refused(of(vec![Array::shared(Arc::new([0]), long).unwrap()]), "contigs", &["2^40"]);

    let genome = Genome::from_arrays(&sequences(), None).unwrap();
    let signals = |tracks: &[ContigArrays], groups| genome.clone().signals(tracks, groups);
    refused(signals(&[contigs(vec![zeros::<u8>([2, 1, 5])])], None), "signals", &["(1, 1, length)", "(2, 1, 5) of a"]);
    let mixed = contigs(vec![zeros::<u8>([1, 1, 5]), zeros::<u8>([1, 2, 5])]);
    refused(signals(&[track(), mixed], None), "signals", &["(1, 1, length)", "(1, 2, 5) of b"]);
    refused(signals(&[contigs(vec![zeros::<u8>([1, 0, 5])])], None), "signals", &["1 to 1048576 channels"]);
    let many = Strided { dtype: DType::U8, shape: [1, 1 << 20, 5], offset: 0, strides: [0; 3] };
    let many = contigs(vec![Array::shared(Arc::new([0]), many).unwrap()]);
    refused(signals(&[track(), many], None), "signals", &["1 to 1048576 channels", "got 1 and 1048576"]);
    let twice: ContigArrays = named(["z", "z"]).collect();
    refused(signals(&[twice], None), "signals", &["z occurs twice"]);
    for groups in [&[][..], &[1], &[3], &[2, 0], &[usize::MAX, 3]] {
        refused(signals(&[track(), track()], Some(groups)), "signal_groups", &["2 channels"]);
        refused(genome.clone().controls(&[track(), track()], Some(groups)), "control_groups", &["2 channels"]);
    }
    refused(genome.controls(&[contigs(vec![zeros::<u8>([1, 0, 5])])], None), "controls", &["1 to 1048576 channels"]);
}

#[test]
fn what_means_nothing_over_arrays_is_refused_by_its_name() {
    let plain = Genome::from_arrays(&sequences(), None).unwrap();
    let genome = plain.clone().signals(&[track(), track(), track()], Some(&[1, 2])).unwrap();
    let beds = [("peaks.bed".into(), bed(&[("a", 200, 300), ("b", 100, 200)]))];
    let table = LocusTable::from_beds(&beds, &[], genome.contigs(), &IndexOptions::default()).unwrap();
    let over = |genome: &Genome| {
        let generator = PeakGenerator::over(genome).in_window(100).out_window(50).max_jitter(5);
        generator.negative_ratio(0.0).num_workers(0).table(table.clone())
    };
    let new = || over(&genome);
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    for generator in [
        new(),
        over(&plain),
        new().sequence_type(DType::U8),
        new().counts_tracks(names(&["signal1.1", "signal0"])).max_counts(Some(0.0)),
        new().counts_tracks(names(&["signal1", "signal0.0"])).min_counts(Some(0.0)),
    ] {
        assert_eq!(generator.build().unwrap().len(), 2);
    }
    let locus = |contig| vec![Locus { contig, centre: 200, row: 0 }];
    for (generator, name, words) in [
        (PeakGenerator::over(&genome), "loci", &["a table"][..]),
        (new().loci("default"), "loci", &["a table"]),
        (new().selected(locus(2), vec![]), "selected", &["contig 2, of 2"]),
        (new().selected(vec![], locus(1)), "selected", &["no peak"]),
        (new().signals(names(&["signal0"])), "signals", &["groups have no names"]),
        (over(&plain).signals(names(&[])), "signals", &["groups have no names"]),
        (new().controls(names(&["input"])), "controls", &["groups have no names"]),
        (new().sequence_type(DType::I8), "sequence_type", &["uint8", "not converted to int8"]),
        (new().sequence_type(DType::U64), "sequence_type", &["uint8", "not converted to uint64"]),
        (new().signal_type(DType::U16), "signal_type", &["float32, not uint16"]),
        (new().controls_type(DType::U8), "controls_type", &["float32, not uint8"]),
        (new().counts_tracks(names(&[])), "counts_tracks", &["no track is named"]),
        (
            new().counts_tracks(names(&["signal2"])),
            "counts_tracks",
            &[r#""signal0", "signal1" ("signal1.0" to "signal1.1")"#],
        ),
        (new().counts_tracks(names(&["signal1.2"])), "counts_tracks", &["\"signal1.2\""]),
        (new().counts_tracks(names(&["signal1", "signal1.0"])), "counts_tracks", &["a second time"]),
        (over(&plain).counts_tracks(names(&["signal0"])), "counts_tracks", &["there is none"]),
        (over(&plain).min_counts(Some(1.0)), "min_counts", &["no signals"]),
        (new().min_counts(Some(1.0)), "peaks", &["no peak is left"]),
    ] {
        refused(generator.build(), name, words);
    }
    let filter = LocusFilter { signals: names(&["signal0"]), ..LocusFilter::default() };
    refused(filter.explain_over(&genome, &table), "signals", &["groups have no names"]);
    refused(filter.select_over(&genome, &table), "signals", &["groups have no names"]);
}
