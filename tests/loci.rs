//! From BED rows to the loci of an example stream: interleaving, filters, and the index in between.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;
#[path = "loci/obvious.rs"]
mod obvious;

use atemoya::Error;
use atemoya::format::Contigs;
use atemoya::ingest::bed::{BedFile, BedRecord};
use atemoya::loci::{
    IndexOptions, LocusFilter, LocusTable, Reason, SelectOptions, Selection, WindowSums, explain, select,
};
use common::bed;
use std::path::{Path, PathBuf};

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
