//! Bad arguments: each error names the argument and says what is wrong, with the ledger when no
//! locus is left.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;
#[path = "bad_arguments/streams.rs"]
mod streams;

use atemoya::feed::{LocusFilter, Shard, State};
use atemoya::index::IndexBuilder;
use atemoya::loci::published;
use atemoya::sample::{Draw, Order};
use atemoya::{Error, PeakGenerator, Store};
use common::inputs::{self, write};
use common::refused;
use std::path::PathBuf;
use tempfile::TempDir;

/// A store of chrA (3000 bases) and chrB (1000): `stranded.0` is 5 at 1500 and 50 at 2000 of chrA,
/// `stranded.1` 0, `runs` -1 everywhere; control `input`.
struct Fixture {
    directory: TempDir,
    store: Store,
}

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let mut contigs = inputs::contigs(&[3000, 1000], 8);
        for contig in &mut contigs {
            for (track, value) in [(0, 0.0), (1, 0.0), (2, -1.0)] {
                contig.tracks[track].fill(value);
            }
        }
        (contigs[0].tracks[0][1500], contigs[0].tracks[0][2000]) = (5.0, 50.0);
        let store = inputs::pack(directory.path(), &contigs, 9);
        Fixture { directory, store }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.directory.path(), name, text)
    }

    /// Writes a file of loci that are 10 bases wide, with these centres.
    fn loci(&self, name: &str, places: &[(&str, i64)]) -> PathBuf {
        let row = |(contig, centre): &(&str, i64)| format!("{contig}\t{}\t{}\n", centre - 5, centre + 5);
        self.write(name, &places.iter().map(row).collect::<String>())
    }

    /// Makes an index of loci with these centres, and returns its generator.
    fn generator(&self, index: &str, peaks: &[(&str, i64)], negatives: &[(&str, i64)]) -> PeakGenerator {
        let peaks = self.loci("peaks.bed", peaks);
        let negatives = (!negatives.is_empty()).then(|| self.loci("negatives.bed", negatives));
        IndexBuilder::new(index).peaks([peaks]).negatives(negatives).publish(&self.store, &()).unwrap();
        let generator = PeakGenerator::new(&self.store).loci(index).in_window(201).out_window(80);
        generator.max_jitter(13).num_workers(0).negative_ratio(0.0).outlier_filter(Some(false))
    }
}

fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

const PEAKS: [(&str, i64); 5] = [("chrA", 30), ("chrA", 1000), ("chrA", 1500), ("chrA", 2000), ("chrB", 500)];
const NEGATIVES: [(&str, i64); 2] = [("chrA", 1500), ("chrA", 900)];

#[test]
fn what_a_generator_cannot_do_is_refused_by_its_name() {
    let fixture = Fixture::new();
    let base = fixture.generator("default", &PEAKS, &NEGATIVES);
    let new = || base.clone();
    let (most, huge) = ("between 1 and 1073741824", (1 << 30) + 1);
    let cases: [(PeakGenerator, &str, &[&str]); 31] = [
        (new().in_window(0), "in_window", &["0 is not", most]),
        (new().in_window(huge), "in_window", &["1073741825 is not", most]),
        (new().out_window(0), "out_window", &["0 is not", most]),
        (new().out_window(huge), "out_window", &["1073741825 is not", most]),
        (new().max_jitter(huge), "max_jitter", &["1073741825 is not", "between 0 and 1073741824"]),
        (new().max_jitter(usize::MAX), "max_jitter", &["18446744073709551615 is not"]),
        (new().batch_size(0), "batch_size", &["0 is not", most]),
        (new().batch_size(huge), "batch_size", &["1073741825 is not", most]),
        (new().slots(Some(0)), "slots", &["0 is not between 1 and 4096"]),
        (new().num_workers(1025), "num_workers", &["1025 is more than 1024"]),
        (new().world_size(0), "world_size", &["at least one rank"]),
        (new().rank(1), "rank", &["1 is not below the world size, 1"]),
        (new().world_size(3), "batch_size", &["32 examples cannot be divided evenly among 3 ranks"]),
        (new().negative_ratio(-0.1), "negative_ratio", &["-0.1 is not a finite number of at least 0"]),
        (new().negative_ratio(f64::NAN), "negative_ratio", &["NaN is not a finite number"]),
        (new().negative_ratio(f64::INFINITY), "negative_ratio", &["inf is not a finite number"]),
        (new().negative_ratio(1e300), "negative_ratio", &["4 peaks", "more than an epoch's order allows"]),
        (new().min_counts(Some(f64::NAN)), "min_counts", &["NaN is no threshold"]),
        (new().max_counts(Some(f64::NAN)), "max_counts", &["NaN is no threshold"]),
        (new().signals(names(&[])).min_counts(Some(1.0)), "min_counts", &["no signals to count"]),
        (new().signals(names(&[])).max_counts(Some(1.0)), "max_counts", &["no signals to count"]),
        (new().signals(names(&["atac"])), "signals", &["no \"atac\"", r#""stranded", "runs""#]),
        (new().signals(names(&["input"])), "signals", &["no \"input\"", r#""stranded", "runs""#]),
        (new().signals(names(&["stranded.0"])), "signals", &["no \"stranded.0\"", r#""stranded", "runs""#]),
        (new().signals(names(&["runs", "stranded", "runs"])), "signals", &["\"runs\" is named twice"]),
        (new().controls(names(&["runs"])), "controls", &["no \"runs\"", "input"]),
        (new().controls(names(&["input", "input"])), "controls", &["\"input\" is named twice"]),
        (new().counts_tracks(names(&[])), "counts_tracks", &["no track is named"]),
        (
            new().counts_tracks(names(&["runs", "runs.0"])),
            "counts_tracks",
            &["\"runs.0\" counts a track a second time"],
        ),
        (new().summits(Some(true)), "summits", &["line 1 of input file 0", "no summit"]),
        (new().loci("other"), "loci", &["no index \"other\"", "default"]),
    ];
    for (generator, argument, parts) in cases {
        refused(generator.clone().order(Order::Native).build(), argument, parts);
        refused(generator.order(Order::Cherimoya).build(), argument, parts);
    }
}

/// `counts_tracks` also when it is a track's name that is wrong.
#[test]
fn tracks_to_count_must_be_the_stores() {
    let fixture = Fixture::new();
    let base = fixture.generator("default", &PEAKS, &NEGATIVES);
    for name in ["atac", "stranded.2", "stranded.x", ""] {
        let tracks = [
            &format!("no {name:?}"),
            r#""stranded" ("stranded.0" to "stranded.1"), "input" ("input.0" to "input.1"), "runs""#,
        ];
        refused(base.clone().counts_tracks(names(&["runs", name])).build(), "counts_tracks", &tracks);
    }
}

#[test]
fn an_index_must_be_chosen_when_there_is_not_just_one() {
    let fixture = Fixture::new();
    refused(PeakGenerator::new(&fixture.store).build(), "loci", &["no locus index", "atemoya index"]);
    for name in ["one", "two"] {
        IndexBuilder::new(name).peaks([fixture.loci("peaks.bed", &PEAKS)]).publish(&fixture.store, &()).unwrap();
    }
    refused(PeakGenerator::new(&fixture.store).build(), "loci", &["choose", r#""one", "two""#]);
}

#[test]
fn exclusion_lists_are_read_to_the_end() {
    let fixture = Fixture::new();
    let base = fixture.generator("default", &PEAKS, &NEGATIVES);
    let good = fixture.write("good.bed", "chrA\t1\t2\n");
    let bad = fixture.write("bad.bed", "chrA\t1\t2\nchrA\t3\n");
    let error = base.clone().exclusion_lists(vec![good.clone(), bad]).build().unwrap_err();
    assert!(matches!(error, Error::Input { line: Some(2), .. }), "{error}");
    assert!(error.to_string().contains("bad.bed, line 2: expected at least three columns"), "{error}");
    let gone = fixture.directory.path().join("gone.bed");
    let error = base.exclusion_lists(vec![good, gone]).build().unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("gone.bed"), "{error}");
}

/// When no locus is left, the message counts the loci that each rule left out.
#[test]
fn when_nothing_is_left_the_ledger_says_why() {
    let fixture = Fixture::new();
    let base = fixture.generator("peaks", &PEAKS, &NEGATIVES);
    let new = || base.clone();
    let everywhere = fixture.write("everywhere.bed", "chrA\t0\t3000\nchrB\t0\t1000\n");
    let around_1000 = fixture.write("around_1000.bed", "chrA\t1010\t1020\n");
    let mixture = |generator: PeakGenerator| {
        let generator = generator.signals(names(&["stranded"])).chroms(names(&["chrA"]));
        generator.exclusion_lists(vec![around_1000.clone()])
    };
    let fail = "no peak is left; peaks: 0 of 5 kept";
    for (generator, ledger) in [
        (new().in_window(3001), "5 too near an end of the contig"),
        (new().out_window(3001), "5 too near an end of the contig"),
        (new().max_jitter(1 << 30), "5 too near an end of the contig"),
        // 1500 fits on the left and lacks one base on the right.
        (new().max_jitter(1400), "5 too near an end of the contig"),
        (new().chroms(names(&["nowhere"])).allow_empty(true), "5 on other contigs"),
        (new().chroms(names(&[])), "5 on other contigs"),
        (new().exclusion_lists(vec![everywhere]), "1 too near an end of the contig, 4 in excluded regions"),
        (new().min_counts(Some(1e30)), "1 too near an end of the contig, 4 under min_counts"),
        (new().max_counts(Some(-1e30)), "1 too near an end of the contig, 4 over max_counts"),
        (
            new().signals(names(&["runs"])).outlier_filter(Some(true)),
            "1 too near an end of the contig, 4 with outlying counts",
        ),
        (
            mixture(new()).min_counts(Some(10.0)).max_counts(Some(20.0)),
            "1 on other contigs, 1 too near an end of the contig, 1 in excluded regions, 1 under min_counts, \
             1 over max_counts",
        ),
    ] {
        let expected = format!("{fail} ({ledger})");
        refused(generator.clone().order(Order::Native).build(), "peaks", &[&expected]);
        refused(generator.order(Order::Cherimoya).build(), "peaks", &[&expected]);
    }

    // Negatives that are all left out are an error even where none would be drawn.
    let negatives = [("chrA", 90), ("chrA", 1000), ("chrA", 2500), ("chrA", 2000), ("chrB", 500)];
    let base = mixture(fixture.generator("negatives", &[("chrA", 1500)], &negatives));
    for order in Order::ALL {
        let generator = base.clone().order(order).min_counts(Some(1.0)).max_counts(Some(20.0));
        let ledger = "no negative is left; negatives: 0 of 5 kept (1 on other contigs, \
                      1 too near an end of the contig, 1 in excluded regions, 1 under min_counts, 1 over max_counts)";
        refused(generator.build(), "negatives", &[ledger]);
    }
}

/// A ratio above 0 needs negatives, even if it draws none for these few peaks.
#[test]
fn a_ratio_without_negatives_is_refused() {
    let fixture = Fixture::new();
    let base = fixture.generator("default", &PEAKS, &[]);
    for order in Order::ALL {
        assert!(base.clone().order(order).build().is_ok());
        for ratio in [1e-300, 0.1, 1.0] {
            refused(base.clone().order(order).negative_ratio(ratio).build(), "negative_ratio", &["negatives"]);
        }
    }
}

#[test]
fn what_cannot_be_indexed_is_refused_by_its_name() {
    let fixture = Fixture::new();
    let peaks = fixture.loci("peaks.bed", &PEAKS);
    let new = |name: &str| IndexBuilder::new(name).peaks([&peaks]);
    let long = "x".repeat(65);
    let window = LocusFilter { in_window: 0, ..LocusFilter::default() };
    let endless = LocusFilter { max_counts: Some(f64::INFINITY), ..LocusFilter::default() };
    let cases: [(IndexBuilder, &str, &[&str]); 9] = [
        (new("x").filter(window), "in_window", &["0 is not between 1"]),
        (new("x").filter(endless), "max_counts", &["inf is no bound that an index can record"]),
        (IndexBuilder::new("x"), "peaks", &["at least one file"]),
        (IndexBuilder::new("x").negatives([&peaks]), "peaks", &["at least one file"]),
        (new("x").counts_window(0), "counts_window", &["0 is not between 1 and 2^24"]),
        (new("x").counts_window((1 << 24) + 1), "counts_window", &["16777217 is not between 1 and 2^24"]),
        (new(""), "name", &["\"\" cannot name an index", "1 to 64"]),
        (new("a/b"), "name", &["\"a/b\" cannot name an index", "A-Z a-z 0-9 . _ -"]),
        (new(&long), "name", &["1 to 64"]),
    ];
    for (builder, argument, parts) in cases {
        refused(builder.publish(&fixture.store, &()), argument, parts);
    }
    // An error about a file names the file.
    let negatives = fixture.loci("negatives.bed", &[("chrA", 30), ("chrM", 40), ("chrC", 30)]);
    let foreign = fixture.loci("foreign.bed", &[("A", 30)]);
    for (builder, parts) in [
        (new("x").summits(true), ["peaks.bed, line 1", "no column 10, the summit"]),
        (
            new("x").negatives([&negatives]),
            [
                "negatives.bed, line 2",
                r#"lacks: "chrC", "chrM"; it has "chrA", "chrB"; leave them out with `chroms=["chrA""#,
            ],
        ),
        // The peaks match.
        (
            new("x").negatives([&foreign]),
            ["foreign.bed, line 1", r#"on "A", the genome has "chrA", "chrB"; use the genome's names, or "#],
        ),
        (new("x").chroms(Some(vec!["chrA".into()])).negatives([&foreign]), ["foreign.bed, line 1", "`allow_empty`"]),
        (new("x").negatives([fixture.directory.path()]), ["", "a directory, not a file"]),
    ] {
        let error = builder.publish(&fixture.store, &()).unwrap_err();
        assert!(matches!(error, Error::Input { .. }), "{error}");
        assert!(parts.iter().all(|part| error.to_string().contains(part)), "{error}: {parts:?}");
    }
    assert!(published::names(&fixture.store).unwrap().is_empty());
}
