//! The selection beside a slow and obvious model, on random loci.

use super::*;
use proptest::prelude::*;

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
