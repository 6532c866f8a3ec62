//! What indexing takes and refuses, through files, and what the published index says of every
//! locus.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::LocusFilter;
use atemoya::index::{self, IndexBuilder};
use atemoya::loci::{Role, published};
use atemoya::pack::PackBuilder;
use atemoya::{Error, PeakGenerator, Store};
use common::inputs::{self, write};
use common::names;
use common::stores::Contig;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A store of contigs chrA (3000 bases) and chrB (1300), without an index.
struct Fixture {
    directory: TempDir,
    contigs: Vec<Contig>,
    store: Store,
}

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let contigs = inputs::contigs(&[3000, 1300], 7);
        let store = inputs::pack(directory.path(), &contigs, 9);
        Fixture { directory, contigs, store }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        write(self.directory.path(), name, bytes)
    }

    /// Indexing is refused with a message that holds all of `parts`, and leaves no index.
    fn refused(&self, builder: IndexBuilder, parts: &[&str]) -> Error {
        let error = builder.publish(&self.store, &()).unwrap_err();
        let text = error.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
        assert_eq!(published::names(&self.store).unwrap(), Vec::<String>::new());
        let loci = self.store.path().join("loci");
        assert!(!loci.exists() || names(&loci).is_empty());
        error
    }

    /// What an index says of the rows that may be used: role, file, line, contig, start, end and
    /// centre.
    fn rows(&self, builder: IndexBuilder) -> Vec<(Role, u32, u64, u32, i64, i64, i64)> {
        let filter = LocusFilter { in_window: 1, out_window: 1, max_jitter: 0, ..LocusFilter::default() };
        let builder = builder.filter(filter.clone());
        let indexed = builder.publish(&self.store, &()).unwrap();
        let read = published::read(&self.store, None).unwrap();
        assert_eq!(read.table, indexed.table);
        assert_eq!(index::verify(&self.store, &()).unwrap(), indexed.table.len());
        fs::remove_dir_all(&indexed.path).unwrap();
        let selection = filter.explain(&self.store, &read.table).unwrap();
        assert_eq!(Some(selection.verdicts), read.verdicts);
        let loci = selection.peaks.iter().chain(&selection.negatives).map(|locus| read.table.row(locus.row as usize));
        loci.map(|r| (r.role, r.file, r.line, r.contig, r.start, r.end, r.centre)).collect()
    }
}

#[test]
fn a_malformed_row_is_named_by_file_and_line() {
    let fixture = Fixture::new();
    let good = fixture.write("good.bed", "chrA\t100\t200\n");
    let bad = [
        ("chrA\t100", false),
        ("chrA", false),
        ("chrA\tx\t200", false),
        ("chrA\t100\t2e3", false),
        ("chrA\t100\t99", false),
        ("chrA\t-1\t99", false),
        ("chrA\t100\t200", true),
        ("chrA\t100\t200\tn\t0\t.\t1\t1\t1\t-1", true),
        ("chrA\t100\t200\tn\t0\t.\t1\t1\t1\t101", true),
        ("chrA\t100\t200\tn\t0\t.\t1\t1\t1\tx", true),
    ];
    for (row, summits) in bad {
        let fine = "chrB\t10\t20\tn\t0\t.\t1\t1\t1\t5\n";
        let path = fixture.write("bad.narrowPeak", format!("track x\n{fine}\n#\n{row}\n{fine}"));
        let parts = ["bad.narrowPeak", "line 5"];
        let builder = IndexBuilder::new("x").peaks([&path]).summits(summits);
        assert!(matches!(fixture.refused(builder, &parts), Error::Input { line: Some(5), .. }), "{row}");
        if !summits {
            fixture.refused(IndexBuilder::new("x").peaks([&good]).negatives([&path]), &parts);
            fixture.refused(IndexBuilder::new("x").peaks([&good, &path]), &parts);
            // It is a malformed file whichever contigs are chosen.
            fixture.refused(IndexBuilder::new("x").peaks([&path]).chroms(Some(vec!["chrB".into()])), &parts);
        }
    }
}

#[test]
fn contigs_that_the_store_lacks_are_all_named_unless_they_are_left_out() {
    let fixture = Fixture::new();
    let peaks = fixture.write("p.bed", "chrA\t1\t9\nchrZ\t1\t9\nchrB\t1\t9\nchrM\t1\t9\n");
    let negatives = fixture.write("n.bed", "chrQ\t1\t9\nchrB\t1\t9\n");
    let builder = IndexBuilder::new("x").peaks([&peaks]).negatives([&negatives]);
    let error = fixture.refused(builder.clone(), &["p.bed", "line 2", r#""chrM", "chrQ", "chrZ""#, "chroms"]);
    assert!(matches!(error, Error::Input { .. }));
    let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    fixture.refused(builder.clone().chroms(some(&["chrA", "chrZ"])), &["chrZ"]);
    // A name that neither has is no error.
    let rows = fixture.rows(builder.clone().chroms(some(&["chrB", "nowhere"])));
    assert_eq!(rows, [(Role::Peak, 0, 3, 1, 1, 9, 5), (Role::Negative, 1, 2, 1, 1, 9, 5)]);
    let rows = fixture.rows(builder.chroms(some(&["chrA", "chrB"])));
    assert_eq!(rows.iter().map(|row| (row.1, row.2)).collect::<Vec<_>>(), [(0, 1), (0, 3), (1, 2)]);
}

#[test]
fn several_files_are_interleaved() {
    let fixture = Fixture::new();
    let a = fixture.write("a.bed", "chrA\t10\t20\nchrB\t10\t20\nchrA\t30\t41\n#\nchrA\t50\t60\n");
    let b = fixture.write("b.bed", "browser x\nchrB\t70\t80\nchrA\t90\t99\n");
    let empty = fixture.write("empty.bed", "");
    let order = |rows: Vec<(Role, u32, u64, u32, i64, i64, i64)>| {
        rows.into_iter().map(|(role, file, line, ..)| (role.name(), file, line)).collect::<Vec<_>>()
    };
    let builder = IndexBuilder::new("x").peaks([&a, &b]).negatives([&b, &empty, &a]);
    let negatives = [("negative", 2, 2), ("negative", 4, 1), ("negative", 2, 3), ("negative", 4, 2)];
    let mut expected = vec![("peak", 0, 1), ("peak", 1, 2), ("peak", 0, 2), ("peak", 1, 3), ("peak", 0, 3)];
    expected.push(("peak", 0, 5));
    expected.extend(negatives);
    expected.extend([("negative", 4, 3), ("negative", 4, 5)]);
    assert_eq!(order(fixture.rows(builder)), expected);
    // Contigs are chosen before the files are interleaved.
    let rows = fixture.rows(IndexBuilder::new("x").peaks([&a, &b]).chroms(Some(vec!["chrA".into()])));
    assert_eq!(order(rows), [("peak", 0, 1), ("peak", 1, 3), ("peak", 0, 3), ("peak", 0, 5)]);
}

#[test]
fn compression_line_ends_and_skipped_lines_change_nothing() {
    let fixture = Fixture::new();
    let text = inputs::peaks(&fixture.contigs, 50, 3);
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let rows = |name: &str, bytes: &[u8]| {
        let path = fixture.write(name, bytes);
        fixture.rows(IndexBuilder::new("x").peaks([path]).summits(true))
    };
    let plain = rows("plain", text.as_bytes());
    assert_eq!(plain.len(), 50);
    assert_eq!(rows("gz", &gzip(&text)), plain);
    assert_eq!(rows("crlf", text.replace('\n', "\r\n").as_bytes()), plain);
    assert_eq!(rows("no newline", text.trim_end().as_bytes()), plain);
    let mut later = rows("headers", format!("track name=x\n\n# c\nbrowser y\n{text}").as_bytes());
    later.iter_mut().for_each(|row| row.2 -= 4);
    assert_eq!(later, plain);
}

#[test]
fn centres_and_counts_are_those_of_plain_code() {
    let fixture = Fixture::new();
    let path =
        fixture.write("p.narrowPeak", inputs::peaks(&fixture.contigs, 80, 3) + "chrB\t0\t3\t.\t0\t.\t1\t1\t1\t1\n");
    for (summits, window) in [(true, 80), (false, 101), (true, 1), (false, 5000)] {
        let builder = IndexBuilder::new("x").peaks([&path]).negatives([&path]).summits(summits).counts_window(window);
        let indexed = builder.publish(&fixture.store, &()).unwrap();
        assert_eq!(index::verify(&fixture.store, &()).unwrap(), 162);
        let read = published::read(&fixture.store, Some("x")).unwrap();
        let groups: Vec<&str> = read.counts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(groups, ["stranded", "runs"]);
        for (i, row) in read.table.rows().enumerate() {
            let at_summit = summits && row.role == Role::Peak;
            assert_eq!(row.centre, if at_summit { row.start + row.summit.unwrap() } else { (row.start + row.end) / 2 });
            let contig = &fixture.contigs[row.contig as usize];
            let w = i64::from(window);
            let inside = |at: &i64| (0..contig.letters.len() as i64).contains(at);
            let sum = |track: usize| -> f64 {
                let places = (row.centre - w / 2..row.centre + w / 2 + w % 2).filter(inside);
                places.map(|at| f64::from(contig.tracks[track][at as usize])).sum()
            };
            for (expected, (_, found)) in [sum(0) + sum(1), sum(2)].into_iter().zip(&read.counts) {
                assert!((expected - found[i]).abs() <= 1e-9 * expected.max(1.0), "row {i}: {expected} {}", found[i]);
            }
        }
        fs::remove_dir_all(indexed.path).unwrap();
    }
}

#[test]
fn names_are_checked_and_an_index_is_replaced_only_on_request() {
    let fixture = Fixture::new();
    let (one, two) = (fixture.write("1.bed", "chrA\t10\t20\n"), fixture.write("2.bed", "chrA\t10\t20\nchrA\t30\t40\n"));
    for name in ["", ".x", "a/b", "..", "a b", "é", &"x".repeat(65)] {
        let error = fixture.refused(IndexBuilder::new(name).peaks([&one]), &["name"]);
        assert!(matches!(error, Error::Argument { .. }), "{name:?}");
    }
    fixture.refused(IndexBuilder::new("x"), &["peaks"]);
    fixture.refused(IndexBuilder::new("x").peaks([&one]).counts_window(0), &["counts_window"]);
    let gone = fixture.directory.path().join("gone.bed");
    assert!(matches!(fixture.refused(IndexBuilder::new("x").peaks([gone]), &["gone.bed"]), Error::Io { .. }));

    let rows = |name: &str| published::read(&fixture.store, Some(name)).unwrap().table.len();
    for name in ["x", "y", "A.b_c-1"] {
        IndexBuilder::new(name).peaks([&one]).publish(&fixture.store, &()).unwrap();
    }
    let again = IndexBuilder::new("x").peaks([&two]);
    assert!(matches!(again.publish(&fixture.store, &()), Err(Error::Exists { .. })));
    assert_eq!(rows("x"), 1);
    again.replace(true).publish(&fixture.store, &()).unwrap();
    assert_eq!((rows("x"), rows("y"), rows("A.b_c-1")), (2, 1, 1));
    assert_eq!(published::names(&fixture.store).unwrap(), ["A.b_c-1", "x", "y"]);
    assert_eq!(names(&fixture.store.path().join("loci")), ["A.b_c-1", "x", "y"]);
    // With several to choose from, one must be named.
    let error = PeakGenerator::new(&fixture.store).build().unwrap_err().to_string();
    assert!(error.contains(r#""A.b_c-1", "x", "y""#), "{error}");
    let error = PeakGenerator::new(&fixture.store).loci("z").build().unwrap_err().to_string();
    assert!(error.contains("\"z\""), "{error}");
    // What is no index is not replaced.
    fs::create_dir(fixture.store.path().join("loci/thesis")).unwrap();
    let builder = IndexBuilder::new("thesis").peaks([&one]).replace(true);
    assert!(matches!(builder.publish(&fixture.store, &()), Err(Error::Exists { .. })));
}

/// An index belongs to the store that it was made in.
#[test]
fn an_index_of_another_store_is_refused() {
    let fixture = Fixture::new();
    inputs::index(&fixture.store, fixture.directory.path(), &fixture.contigs, 20);
    let out = fixture.directory.path().join("other");
    let genome = fixture.directory.path().join("genome.fa");
    PackBuilder::new().fasta(genome).publish(&out, &()).unwrap();
    let other = Store::open(&out).unwrap();
    common::copy(&fixture.store.path().join("loci"), &out.join("loci"));
    let error = published::read(&other, None).unwrap_err();
    assert!(matches!(&error, Error::Corrupt { what: "store", path, .. } if path.starts_with(&out)), "{error}");
    assert!(index::verify(&other, &()).is_err());
}
