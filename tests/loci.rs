//! From BED rows to the loci of an example stream: interleaving, filters, and the index in between.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};

use atemoya::Error;
use atemoya::format::Contigs;
use atemoya::ingest::bed::{BedFile, BedRecord};
use atemoya::loci::{
    IndexOptions, LocusFilter, LocusTable, Reason, SelectOptions, Selection, WindowSums, explain, select,
};
use common::bed;
use proptest::prelude::*;

fn contigs() -> Contigs {
    Contigs::new([("chrI", 1000), ("chrII", 437), ("chrIII", 0)]).unwrap()
}

fn files(beds: &[BedFile]) -> Vec<(PathBuf, BedFile)> {
    beds.iter().enumerate().map(|(i, bed)| (format!("file{i}.bed").into(), bed.clone())).collect()
}

fn table(peaks: &[BedFile], negatives: &[BedFile], options: &IndexOptions) -> atemoya::Result<LocusTable> {
    LocusTable::from_beds(&files(peaks), &files(negatives), &contigs(), options)
}

/// `file` and `line` of each row.
fn places(table: &LocusTable) -> Vec<(u32, u64)> {
    table.rows().map(|row| (row.file, row.line)).collect()
}

#[test]
fn longer_files_trail_when_interleaved() {
    let a = bed(&[("chrI", 10, 20), ("chrI", 30, 40), ("chrI", 50, 60)]);
    let b = bed(&[("chrI", 11, 21)]);
    let all = table(&[a.clone(), b.clone()], &[b, a], &IndexOptions::default()).unwrap();
    // a0 b0 a1 a2, and for the negatives b0 a0 a1 a2; files are numbered through, lines from 1.
    assert_eq!(places(&all), [(0, 1), (1, 1), (0, 2), (0, 3), (2, 1), (3, 1), (3, 2), (3, 3)]);
    assert_eq!((all.peaks(), all.negatives()), (4, 4));
}

#[test]
fn contigs_are_selected_before_interleaving() {
    let a = bed(&[("chrM", 10, 20), ("chrII", 30, 40), ("chrI", 50, 60)]);
    let b = bed(&[("chrI", 11, 21), ("chrI", 12, 22)]);
    let chroms = Some(vec!["chrI".into(), "chr99".into()]);
    let all = table(&[a, b], &[], &IndexOptions { chroms, summits: false }).unwrap();
    // Every row is in the table, and the contig that the store lacks keeps its name.
    assert_eq!(places(&all), [(0, 1), (1, 1), (0, 2), (1, 2), (0, 3)]);
    assert_eq!(all.contig_name(all.row(0).contig, &contigs()), "chrM");
    let selection = select(&all, &contigs(), &SelectOptions::new(&windows(1, 1, 0))).unwrap();
    let kept: Vec<_> = selection.peaks.iter().map(|locus| places(&all)[locus.row as usize]).collect();
    assert_eq!(kept, [(0, 3), (1, 1), (1, 2)]);
    assert_eq!((selection.ledger.peaks.contig, selection.ledger.peaks.kept), (2, 3));
}

#[test]
fn contigs_that_the_store_lacks_are_all_named() {
    let a = bed(&[("chrI", 10, 20), ("chrM", 30, 40), ("chrI", 1, 2)]);
    let b = bed(&[("Mito", 11, 21), ("chrM", 12, 22), ("2micron", 3, 4)]);
    let error = table(&[a], &[b], &IndexOptions::default()).unwrap_err();
    let Error::Input { path, line, message } = error else { panic!("{error}") };
    assert_eq!((path.as_path(), line), (Path::new("file0.bed"), Some(2)));
    assert!(message.contains(r#": "2micron", "Mito", "chrM";"#), "{message}");
}

#[test]
fn summits_are_those_of_peaks_only_and_are_required_on_every_contig() {
    let with = |summit, contig: &str| BedFile {
        contigs: vec![contig.into()],
        records: vec![BedRecord { contig: 0, start: 100, end: 111, summit, line: 5 }],
        ..BedFile::default()
    };
    let options = IndexOptions { summits: true, chroms: Some(vec!["chrI".into()]) };
    let both = table(&[with(Some(11), "chrI")], &[with(Some(3), "chrI")], &options).unwrap();
    assert_eq!(both.rows().map(|row| row.centre).collect::<Vec<_>>(), [111, 105]);
    let error = table(&[with(Some(1), "chrI"), with(None, "chrM")], &[], &options).unwrap_err();
    assert!(matches!(error, Error::Input { line: Some(5), .. }), "{error}");
    assert!(table(&[with(Some(1), "chrI")], &[with(None, "chrI")], &options).is_ok());
}

fn reasons(selection: &Selection) -> Vec<Reason> {
    selection.verdicts.rows().iter().map(|verdict| verdict.reason()).collect()
}

/// A filter by these windows and this jitter alone.
fn windows(in_window: usize, out_window: usize, max_jitter: usize) -> LocusFilter {
    LocusFilter { in_window, out_window, max_jitter, ..LocusFilter::default() }
}

/// Options of examples with a signal.
fn with_signals<'a>(filter: &'a LocusFilter, counts: Option<&'a dyn WindowSums>) -> SelectOptions<'a> {
    SelectOptions { has_signals: true, counts, ..SelectOptions::new(filter) }
}

/// Selects from loci of chrI, one base wide at the given centres.
fn select_at(centres: &[i64], options: SelectOptions<'_>) -> atemoya::Result<Vec<i64>> {
    let rows: Vec<_> = centres.iter().map(|&centre| ("chrI", centre, centre + 1)).collect();
    let selection = select(&table(&[bed(&rows)], &[], &IndexOptions::default())?, &contigs(), &options)?;
    Ok(selection.peaks.iter().map(|locus| locus.centre).collect())
}

#[test]
fn a_window_that_just_fits_is_kept() {
    // 50 to the left and 51 to the right, and 7 more on either side.
    assert_eq!(select_at(&[56, 57, 942, 943], with_signals(&windows(101, 60, 7), None)).unwrap(), [57, 942]);
    let wider_out = windows(101, 103, 7);
    assert_eq!(select_at(&[57, 58, 941, 942], with_signals(&wider_out, None)).unwrap(), [58, 941]);
    assert_eq!(select_at(&[56, 57, 942, 943], SelectOptions::new(&wider_out)).unwrap(), [57, 942]);
    // An odd width reaches one base further to the right even where an even one is as wide to the
    // left.
    assert_eq!(select_at(&[49, 50, 949, 950], with_signals(&windows(100, 101, 0), None)).unwrap(), [50, 949]);
}

#[test]
fn negatives_are_not_given_room_for_jitter() {
    let rows = bed(&[("chrI", 50, 51), ("chrI", 60, 61)]);
    let both = table(std::slice::from_ref(&rows), std::slice::from_ref(&rows), &IndexOptions::default()).unwrap();
    let selection = select(&both, &contigs(), &SelectOptions::new(&windows(100, 1, 10))).unwrap();
    assert_eq!(selection.peaks.iter().map(|l| (l.row, l.centre)).collect::<Vec<_>>(), [(1, 60)]);
    assert_eq!(selection.negatives.iter().map(|l| (l.row, l.centre)).collect::<Vec<_>>(), [(2, 50), (3, 60)]);
    assert_eq!(reasons(&selection), [Reason::Edge, Reason::Kept, Reason::Kept, Reason::Kept]);
}

#[test]
fn a_region_excludes_the_chunks_of_100_bases_that_it_touches() {
    let exclusion = [bed(&[("chrI", 108, 234), ("chrI", 700, 700), ("chrM", 0, 1000)])];
    let still = windows(10, 1, 0);
    let options = SelectOptions { exclusion: &exclusion, ..SelectOptions::new(&still) };
    // Windows of centre - 5 .. centre + 5 that touch 100 .. 300 are out.
    assert_eq!(select_at(&[95, 96, 200, 304, 305, 700], options).unwrap(), [95, 305, 700]);
    let jittered = SelectOptions { filter: &windows(10, 1, 20), ..options };
    assert_eq!(select_at(&[75, 76, 324, 325, 700], jittered).unwrap(), [75, 325, 700]);
    // A region inside another takes nothing away from it.
    let nested = [bed(&[("chrI", 100, 600), ("chrI", 200, 250)])];
    let options = SelectOptions { exclusion: &nested, ..options };
    assert_eq!(select_at(&[95, 220, 450, 590, 605], options).unwrap(), [95, 605]);
}

/// A signal on every contig that is the position itself.
struct Positions;

impl WindowSums for Positions {
    fn sum(&self, _contig: usize, start: i64, end: i64) -> atemoya::Result<f64> {
        Ok((start..end).map(|position| position as f64).sum())
    }
}

#[test]
fn bounds_of_counts_are_inclusive_and_of_the_unshifted_signal_window() {
    let odd = LocusFilter { min_counts: Some(300.0), max_counts: Some(600.0), ..windows(50, 3, 20) };
    assert_eq!(select_at(&[99, 100, 200, 201], with_signals(&odd, Some(&Positions))).unwrap(), [100, 200]);
    let even = LocusFilter { out_window: 2, min_counts: Some(199.0), max_counts: Some(201.0), ..odd };
    assert_eq!(select_at(&[99, 100, 101, 102], with_signals(&even, Some(&Positions))).unwrap(), [100, 101]);
}

#[test]
fn bad_options_are_refused_by_name() {
    let name = |filter: LocusFilter, has_signals: bool, counts: Option<&dyn WindowSums>| {
        let options = SelectOptions { has_signals, ..with_signals(&filter, counts) };
        match select_at(&[500], options).unwrap_err() {
            Error::Argument { name, .. } => name,
            other => panic!("{other}"),
        }
    };
    let (good, min) = (|| windows(10, 10, 0), Some(1.0));
    assert_eq!(name(LocusFilter { in_window: 0, ..good() }, true, None), "in_window");
    assert_eq!(name(LocusFilter { out_window: 0, ..good() }, true, None), "out_window");
    assert_eq!(name(LocusFilter { min_counts: min, ..good() }, true, None), "min_counts");
    assert_eq!(name(LocusFilter { min_counts: min, ..good() }, false, Some(&Positions)), "min_counts");
    assert_eq!(name(LocusFilter { max_counts: min, ..good() }, true, None), "max_counts");
    assert_eq!(name(LocusFilter { max_counts: Some(f64::NAN), ..good() }, true, Some(&Positions)), "max_counts");
    assert_eq!(name(LocusFilter { summits: Some(true), ..good() }, true, None), "summits");
    assert_eq!(name(LocusFilter { chroms: Some(Vec::new()), ..good() }, true, None), "peaks");
}

#[test]
fn an_empty_selection_says_what_became_of_the_loci() {
    let peaks = bed(&[("chrI", 500, 501)]);
    let negatives = bed(&[("chrI", 3, 4), ("chrI", 5, 6), ("chrII", 100, 101)]);
    let both = table(&[peaks], &[negatives], &IndexOptions::default()).unwrap();
    let filter = LocusFilter { chroms: Some(vec!["chrI".to_owned()]), ..windows(100, 1, 0) };
    let error = select(&both, &contigs(), &SelectOptions::new(&filter)).unwrap_err();
    let said = "negatives: 0 of 3 kept (1 on other contigs, 2 too near an end of the contig)";
    assert!(error.to_string().contains(said), "{error}");
    let wide = LocusFilter { in_window: 1001, ..filter };
    let error = select(&both, &contigs(), &SelectOptions::new(&wide)).unwrap_err();
    assert!(error.to_string().contains("peaks: 0 of 1 kept (1 too near an end of the contig)"), "{error}");
}

/// A signal that fails at some places.
struct Failing;

impl WindowSums for Failing {
    fn sum(&self, _contig: usize, start: i64, _end: i64) -> atemoya::Result<f64> {
        if start % 7 == 0 { Err(Error::AllLeased { slots: start as usize }) } else { Ok(0.0) }
    }
}

#[test]
fn the_first_failing_sum_is_the_error_on_any_number_of_threads() {
    let centres: Vec<i64> = (100..900).collect();
    let filter = LocusFilter { min_counts: Some(0.0), ..windows(2, 2, 0) };
    for _ in 0..20 {
        let error = select_at(&centres, with_signals(&filter, Some(&Failing))).unwrap_err();
        assert!(matches!(error, Error::AllLeased { slots: 105 }), "{error}");
    }
}

/// What [`select`] must find, base by base.
fn obvious(table: &LocusTable, contigs: &Contigs, options: &SelectOptions<'_>) -> Vec<(Option<i64>, Reason)> {
    let o = options.filter;
    let out_window = options.has_signals.then_some(o.out_window);
    let mut chunks = vec![vec![false; 20]; contigs.len()];
    for bed in options.exclusion {
        for r in &bed.records {
            let Some(id) = contigs.id(&bed.contigs[r.contig as usize]) else { continue };
            for base in r.start..r.end.min(2000) {
                chunks[id][base as usize / 100] = true;
            }
        }
    }
    let judge = |row: atemoya::loci::Row| {
        let name = contigs.name(row.contig as usize);
        if o.chroms.as_ref().is_some_and(|chroms| !chroms.iter().any(|c| c == name)) {
            return (None, Reason::Contig);
        }
        let is_peak = row.role == atemoya::loci::Role::Peak;
        let jitter = if is_peak { o.max_jitter as i64 } else { 0 };
        let centre = match o.summits {
            Some(true) if is_peak => row.start + row.summit.unwrap(),
            Some(_) => row.start + (row.end - row.start) / 2,
            None => row.centre,
        };
        let window = |w: usize, j: i64| {
            let w = w as i64;
            centre - w / 2 - j..centre - w / 2 + w + j
        };
        let mut reached: Vec<i64> = window(o.in_window, jitter).collect();
        reached.extend(out_window.into_iter().flat_map(|w| window(w, jitter)));
        if reached.iter().any(|&base| base < 0 || base >= contigs.length(row.contig as usize) as i64) {
            return (None, Reason::Edge);
        }
        if reached.iter().any(|&base| chunks[row.contig as usize][base as usize / 100]) {
            return (None, Reason::Excluded);
        }
        let sum = out_window.map_or(0.0, |w| window(w, 0).map(|base| base as f64).sum());
        if o.min_counts.is_some_and(|min| sum < min) {
            (None, Reason::UnderCounts)
        } else if o.max_counts.is_some_and(|max| sum > max) {
            (None, Reason::OverCounts)
        } else {
            (Some(centre), Reason::Kept)
        }
    };
    table.rows().map(judge).collect()
}

fn check(table: &LocusTable, options: &SelectOptions<'_>, got: atemoya::Result<Selection>) {
    let expected = obvious(table, &contigs(), options);
    // In the order of places among their file's rows on selected contigs, then of files.
    let mut before = [0; 8];
    let places: Vec<_> = table
        .rows()
        .zip(&expected)
        .map(|(row, (_, reason))| {
            before[row.file as usize] += usize::from(*reason != Reason::Contig);
            (before[row.file as usize], row.file)
        })
        .collect();
    let kept = |range: std::ops::Range<usize>| -> Vec<(u32, i64)> {
        let mut kept: Vec<(u32, i64)> = range.filter_map(|row| Some((row as u32, expected[row].0?))).collect();
        kept.sort_by_key(|(row, _)| places[*row as usize]);
        kept
    };
    let (peaks, negatives) = (kept(0..table.peaks()), kept(table.peaks()..table.len()));
    if peaks.is_empty() || (negatives.is_empty() && table.negatives() > 0) {
        assert!(matches!(got, Err(Error::Argument { name: "peaks" | "negatives", .. })));
        return;
    }
    let got = &got.unwrap();
    let pairs = |loci: &[atemoya::loci::Locus]| loci.iter().map(|l| (l.row, l.centre)).collect::<Vec<_>>();
    assert_eq!(pairs(&got.peaks), peaks);
    assert_eq!(pairs(&got.negatives), negatives);
    assert_eq!(reasons(got), expected.iter().map(|e| e.1).collect::<Vec<_>>());
    let (p, n) = (got.ledger.peaks, got.ledger.negatives);
    assert_eq!((p.kept, n.kept, p.total, n.total), (peaks.len(), negatives.len(), table.peaks(), table.negatives()));
    for (i, locus) in got.peaks.iter().chain(&got.negatives).enumerate() {
        assert_eq!(locus.contig, table.row(locus.row as usize).contig, "locus {i}");
    }
}

fn rows() -> impl Strategy<Value = BedFile> {
    let row = (0u32..2, 0i64..1000, 0i64..200);
    proptest::collection::vec(row, 0..30).prop_map(|rows| BedFile {
        contigs: vec!["chrII".into(), "chrI".into()],
        records: (1..)
            .zip(rows)
            .map(|(line, (contig, start, width))| {
                let end = start + width;
                BedRecord { contig, start, end, summit: Some(width / 3), line }
            })
            .collect(),
        ..BedFile::default()
    })
}

proptest! {
    #[test]
    fn interleaving_is_sorting_by_key(beds in proptest::collection::vec(rows(), 0..5), chrom in 0usize..3) {
        let chroms = [None, Some(vec!["chrI".to_owned()]), Some(vec!["chrII".to_owned()])][chrom].clone();
        // What the edges leave out is left out by coordinates alone.
        let inside = |bed: &BedFile, r: &BedRecord| {
            let length = if bed.contigs[r.contig as usize] == "chrI" { 1000 } else { 437 };
            (0..length).contains(&(r.start + (r.end - r.start) / 2))
        };
        let mut keyed = Vec::new();
        for (i, bed) in beds.iter().enumerate() {
            let chosen = bed.records.iter().filter(|r| {
                chroms.as_ref().is_none_or(|c| c.contains(&bed.contigs[r.contig as usize]))
            });
            let chosen = chosen.enumerate().filter(|(_, r)| inside(bed, r));
            keyed.extend(chosen.map(|(k, r)| (k * beds.len() + i, (i as u32, r.line))));
        }
        keyed.sort();
        let expected: Vec<_> = keyed.into_iter().map(|(_, place)| place).collect();
        prop_assume!(!expected.is_empty());
        // Whether the contigs are chosen in the index or in the selection.
        for (indexed, selected) in [(chroms.clone(), None), (None, chroms)] {
            let table = table(&beds, &[], &IndexOptions { summits: false, chroms: indexed }).unwrap();
            let filter = LocusFilter { chroms: selected, ..windows(1, 1, 0) };
            let selection = explain(&table, &contigs(), &SelectOptions::new(&filter)).unwrap();
            let kept: Vec<_> = selection.peaks.iter().map(|locus| places(&table)[locus.row as usize]).collect();
            prop_assert_eq!(&kept, &expected);
        }
    }

    #[test]
    fn selection_is_what_an_obvious_model_finds(
        peaks in proptest::collection::vec(rows(), 1..3),
        negatives in proptest::collection::vec(rows(), 0..2),
        exclusion in proptest::collection::vec((0u32..2, 0i64..900, prop_oneof![0i64..60, 0i64..500]), 0..4),
        in_window in 1usize..120,
        out_window in proptest::option::of(1usize..120),
        max_jitter in 0usize..30,
        chrom in 0usize..3,
        indexed_summits: bool,
        summits in proptest::option::of(any::<bool>()),
        min_counts in proptest::option::of(0.0..40_000.0f64),
        max_counts in proptest::option::of(0.0..40_000.0f64),
    ) {
        let chroms = [None, Some(vec!["chrI".to_owned()]), Some(vec!["chrII".to_owned()])][chrom].clone();
        let records = exclusion.iter().map(|&(contig, start, width)| {
            BedRecord { contig, start, end: start + width, summit: None, line: 1 }
        });
        let exclusion = [BedFile {
            contigs: vec!["chrI".into(), "elsewhere".into()],
            records: records.collect(),
            ..BedFile::default()
        }];
        let index = IndexOptions { summits: indexed_summits, chroms: None };
        let table = table(&peaks, &negatives, &index).unwrap();
        let filter = LocusFilter {
            chroms,
            summits,
            min_counts: min_counts.filter(|_| out_window.is_some()),
            max_counts: max_counts.filter(|_| out_window.is_some()),
            ..windows(in_window, out_window.unwrap_or(1), max_jitter)
        };
        let has_signals = out_window.is_some();
        let options =
            SelectOptions { exclusion: &exclusion, has_signals, ..with_signals(&filter, Some(&Positions)) };
        check(&table, &options, select(&table, &contigs(), &options));
    }
}
