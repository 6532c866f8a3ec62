//! The ledger of a locus index: the verdict on each locus, and `verify`, which finds a wrong one.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use atemoya::feed::LocusFilter;
use atemoya::index::{self, IndexBuilder, Indexed};
use atemoya::loci::published::{self, NewIndex};
use atemoya::loci::{Breakdown, ExclusionMap, IndexTable, Reason, Region, Role, RoleLedger, Row, Verdict, Verdicts};
use atemoya::sample::Order;
use atemoya::{Error, Store};
use common::inputs::{self, write};
use common::stores::Contig;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

const IN: i64 = 201;
const OUT: i64 = 80;
const JITTER: i64 = 13;

struct Fixture {
    directory: TempDir,
    contigs: Vec<Contig>,
    store: Store,
    lists: Vec<PathBuf>,
}

/// The lines of two exclusion lists: contig, start, end.
const LISTS: [&[(usize, i64, i64)]; 2] = [&[(0, 1008, 1234), (1, 500, 501)], &[(0, 3050, 3060), (0, 900, 1050)]];

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let mut contigs = inputs::contigs(&[9000, 2100], 8);
        // Values that grow so fast along the contig that its last peaks are outliers.
        for (base, value) in contigs[0].tracks[1].iter_mut().enumerate() {
            *value *= (base as f32 / 200.0).exp();
        }
        let store = inputs::pack(directory.path(), &contigs, 9);
        let list = |(i, list): (usize, &&[(usize, i64, i64)])| {
            let line =
                |&(contig, start, end): &(usize, i64, i64)| format!("{}\t{start}\t{end}\n", contigs[contig].name);
            write(directory.path(), &format!("exclusion{i}.bed"), list.iter().map(line).collect::<String>())
        };
        let lists = LISTS.iter().enumerate().map(list).collect();
        Fixture { directory, contigs, store, lists }
    }

    /// The bound on counts, which cherimoya takes over a wider window.
    fn most(order: Order) -> f64 {
        if order == Order::Cherimoya { 85.0 } else { 65.0 }
    }

    /// A filter that leaves out loci for every reason.
    fn filter(&self, order: Order) -> LocusFilter {
        LocusFilter {
            order,
            signals: Some(vec!["runs".into(), "stranded".into()]),
            in_window: IN as usize,
            out_window: OUT as usize,
            max_jitter: JITTER as usize,
            min_counts: Some(30.5),
            max_counts: Some(Fixture::most(order)),
            counts_tracks: Some(vec!["runs".into()]),
            outlier_filter: Some(true),
            summits: None,
            chroms: None,
            exclusion_lists: Some(self.lists.clone()),
            alias: None,
            allow_empty: false,
        }
    }

    fn index(&self, order: Order) -> Indexed {
        let directory = self.directory.path();
        let foreign = format!("chrZ\t5\t9\t.\t0\t.\t1\t1\t1\t2\n{}", inputs::peaks(&self.contigs, 150, 4));
        let peaks = [
            write(directory, "a.narrowPeak", inputs::peaks(&self.contigs, 300, 1)),
            write(directory, "b.narrowPeak", foreign),
        ];
        let negatives = write(directory, "n.bed", inputs::peaks(&self.contigs, 200, 2));
        let builder = IndexBuilder::new("default").peaks(peaks).negatives([negatives]).summits(true).replace(true);
        let chroms = self.contigs.iter().map(|contig| contig.name.clone()).collect();
        builder.chroms(Some(chroms)).filter(self.filter(order)).publish(&self.store, &()).unwrap()
    }

    /// The sum of a track over the signal window.
    fn sum(&self, row: &Row, track: usize, jitter: i64) -> f64 {
        let window = (row.centre - OUT / 2 - jitter) as usize..(row.centre + OUT / 2 + jitter) as usize;
        self.contigs[row.contig as usize].tracks[track][window].iter().map(|&value| f64::from(value)).sum()
    }

    /// Finds the first line that leaves out a locus, by plain code.
    fn region(row: &Row) -> Option<Region> {
        let jitter = if row.role == Role::Peak { JITTER } else { 0 };
        let (first, last) = ((row.centre - IN / 2 - jitter) / 100, (row.centre + IN / 2 + jitter) / 100);
        let mut found = Vec::new();
        for (file, list) in (0..).zip(LISTS) {
            for (line, &(contig, start, end)) in (1..).zip(list) {
                if contig == row.contig as usize && start / 100 <= last && (end - 1) / 100 >= first {
                    found.push((start / 100, Region { file, line, start, end }));
                }
            }
        }
        found.sort_by_key(|(chunk, region)| (*chunk, region.file, region.line));
        found.first().map(|(_, region)| *region)
    }
}

#[test]
fn every_locus_has_its_reason_and_what_decided_it() {
    let fixture = Fixture::new();
    for order in Order::ALL {
        let indexed = fixture.index(order);
        let read = published::read(&fixture.store, None).unwrap();
        assert_eq!(read.verdicts.as_ref(), Some(&indexed.selection.verdicts));
        assert_eq!(index::verify(&fixture.store, &()).unwrap(), read.table.len());
        let verdicts = read.verdicts.unwrap();
        let mut seen = [0; Reason::ALL.len()];
        let mut thresholds = [None; 2];
        for (row, verdict) in read.table.rows().zip(verdicts.rows()) {
            seen[verdict.reason() as usize] += 1;
            let jitter = if row.role == Role::Peak { JITTER } else { 0 };
            let counts = || fixture.sum(&row, 2, if order == Order::Cherimoya { jitter } else { 0 });
            match *verdict {
                Verdict::Contig => assert_eq!(row.contig as usize, fixture.contigs.len()),
                Verdict::Edge => {
                    let length = fixture.contigs[row.contig as usize].letters.len() as i64;
                    assert!(row.centre - IN / 2 - jitter < 0 || row.centre + IN / 2 + 1 + jitter > length);
                }
                Verdict::Excluded { region } => {
                    assert_eq!(Fixture::region(&row), Some(verdicts.regions()[region as usize]));
                }
                Verdict::UnderCounts { counts: found } => assert!((found - counts()).abs() < 1e-9 && found < 30.5),
                Verdict::OverCounts { counts: found } => {
                    assert!((found - counts()).abs() < 1e-9 && found > Fixture::most(order))
                }
                Verdict::Outlier { group, counts, threshold } => {
                    let tracks: &[usize] = if group == 0 { &[2] } else { &[0, 1] };
                    let sum: f64 = tracks.iter().map(|&track| fixture.sum(&row, track, jitter)).sum();
                    assert!((f64::from(counts) - sum).abs() <= 1e-5 * sum && counts > threshold);
                    assert_eq!(*thresholds[group as usize].get_or_insert(threshold), threshold);
                }
                Verdict::Kept => {
                    assert_eq!(Fixture::region(&row), None);
                    assert!((30.5..=Fixture::most(order)).contains(&counts()));
                }
            }
        }
        assert!(seen.iter().all(|&count| count > 0), "{order}: {seen:?}");

        // Files and contigs both add up to the whole.
        let ledger = indexed.selection.ledger;
        let Breakdown { files, contigs } = Breakdown::of(&indexed.table, &indexed.selection.verdicts);
        for parts in [files.values().collect::<Vec<_>>(), contigs.values().collect()] {
            let mut all = [RoleLedger::default(); 2];
            parts.iter().for_each(|part| {
                all[0] += part.peaks;
                all[1] += part.negatives;
            });
            assert_eq!(all, [ledger.peaks, ledger.negatives]);
        }
        assert_eq!(Reason::ALL.map(|r| ledger.peaks.of(r) + ledger.negatives.of(r)), seen);
        let _ = writeln!(std::io::stderr(), "{order}: {} loci, by reason {seen:?}", read.table.len());
    }
}

#[test]
fn another_verdict_is_noticed() {
    type Change = fn(Verdict) -> Option<Verdict>;
    let fixture = Fixture::new();
    fixture.index(Order::Native);
    let good = published::read(&fixture.store, None).unwrap();
    let verdicts = good.verdicts.clone().unwrap();
    // A region that left out several loci, since nothing else in the index has a region of one
    // locus.
    let excluded = |region: u32| verdicts.rows().iter().filter(move |v| **v == Verdict::Excluded { region }).count();
    let region = (0..verdicts.regions().len() as u32).max_by_key(|&region| excluded(region)).unwrap();
    // Each changes the first verdict of its kind.
    let changes: [(&str, Change); 8] = [
        ("kept for edge", |v| (v == Verdict::Edge).then_some(Verdict::Kept)),
        ("edge for kept", |v| (v == Verdict::Kept).then_some(Verdict::Edge)),
        ("contig for kept", |v| (v == Verdict::Kept).then_some(Verdict::Contig)),
        ("kept for excluded", |v| (v.reason() == Reason::Excluded).then_some(Verdict::Kept)),
        ("another region", |v| match v {
            Verdict::Excluded { region } => Some(Verdict::Excluded { region: u32::from(region == 0) }),
            _ => None,
        }),
        ("other counts", |v| match v {
            Verdict::UnderCounts { counts } => Some(Verdict::UnderCounts { counts: counts - 1e-3 }),
            _ => None,
        }),
        ("another threshold", |v| match v {
            Verdict::Outlier { group, counts, threshold } => {
                Some(Verdict::Outlier { group, counts, threshold: threshold * 0.5 })
            }
            _ => None,
        }),
        ("another group", |v| match v {
            Verdict::Outlier { group, counts, threshold } => {
                Some(Verdict::Outlier { group: 1 - group, counts, threshold })
            }
            _ => None,
        }),
    ];
    for (what, change) in changes {
        let mut rows = verdicts.rows().to_vec();
        let known = |v: &Verdict| v.reason() != Reason::Excluded || *v == Verdict::Excluded { region };
        let mut changed = rows.iter().enumerate().filter(|(_, v)| known(v)).filter_map(|(i, v)| Some((i, change(*v)?)));
        let (row, other) = changed.next().unwrap();
        rows[row] = other;
        let changed = Verdicts::new(rows, verdicts.regions()).unwrap();
        let table = IndexTable { loci: good.table.clone(), counts: good.counts.clone(), verdicts: Some(changed) };
        let manifest = good.manifest.clone();
        let (inputs, options, selection) = (manifest.inputs, manifest.options, manifest.selection);
        let excluded = Some(ExclusionMap::from_beds(good.excluded.as_slice(), fixture.store.contigs()));
        let changed = NewIndex { table, inputs, options, selection, excluded };
        published::publish(&fixture.store, "default", &changed, true).unwrap();
        let error = index::verify(&fixture.store, &()).err().unwrap_or_else(|| panic!("{what} was not noticed"));
        assert!(matches!(error, Error::Corrupt { .. }), "{what}: {error}");
    }
}
