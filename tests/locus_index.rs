//! `index.parquet`: what was written is read, the same content gives the same bytes, and nothing in
//! a file is trusted.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use atemoya::Error;
use atemoya::format::Contigs;
use atemoya::ingest::bed::{BedFile, BedRecord};
use atemoya::loci::{IndexOptions, IndexTable, LedgerContext, LocusTable, Role, read_parquet, write_parquet};
use parquet::arrow::ArrowWriter;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

type Counts = Vec<(String, Vec<f64>)>;

fn contigs() -> Contigs {
    Contigs::new([("chrI", 1000), ("chrII", 437), ("contig with space", 5)]).unwrap()
}

fn path() -> &'static Path {
    Path::new("loci/x/index.parquet")
}

fn to_bytes(table: &LocusTable, counts: &Counts) -> Vec<u8> {
    let mut bytes = Vec::new();
    let table = IndexTable { loci: table.clone(), counts: counts.clone(), verdicts: None };
    write_parquet(&table, &LedgerContext::default(), &contigs(), &mut bytes, path()).unwrap();
    bytes
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

fn read(bytes: &[u8]) -> atemoya::Result<(LocusTable, Counts)> {
    let table = read_parquet(file_of(bytes), path(), &contigs(), None)?;
    assert_eq!(table.verdicts, None);
    Ok((table.loci, table.counts))
}

fn table(peaks: &BedFile, negatives: &BedFile, summits: bool) -> LocusTable {
    let options = IndexOptions { summits, chroms: None };
    let file = |bed: &BedFile| [("x.bed".into(), bed.clone())];
    LocusTable::from_beds(&file(peaks), &file(negatives), &contigs(), &options).unwrap()
}

fn small() -> (LocusTable, Counts) {
    let peaks = common::bed(&[("chrI", 10, 21), ("chrII", 400, 900), ("contig with space", 0, 0)]);
    let table = table(&peaks, &common::bed(&[("chrI", 5, 6), ("chrII", 7, 9)]), false);
    let counts = vec![("atac".to_owned(), vec![1.0, 2.5, 0.0, 1e300, -7.0]), (String::new(), vec![0.0; 5])];
    (table, counts)
}

#[test]
fn reads_what_was_written() {
    let (table, counts) = small();
    assert_eq!(read(&to_bytes(&table, &counts)).unwrap(), (table, counts));
    let empty = LocusTable::default();
    assert_eq!(read(&to_bytes(&empty, &vec![])).unwrap(), (empty.clone(), vec![]));
    let named: Counts = vec![("a".into(), vec![])];
    assert_eq!(read(&to_bytes(&empty, &named)).unwrap(), (empty, named));
}

#[test]
fn the_file_is_as_the_format_says() {
    let (table, counts) = small();
    let bytes = to_bytes(&table, &counts);
    assert_eq!(bytes, to_bytes(&table, &counts));
    let reader = SerializedFileReader::new(file_of(&bytes)).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.created_by(), Some(concat!("atemoya ", env!("CARGO_PKG_VERSION"))));
    assert!(metadata.key_value_metadata().is_none_or(Vec::is_empty));
    let columns = metadata.schema_descr().columns().iter();
    let described: Vec<_> =
        columns.map(|c| format!("{} {:?} {}", c.name(), c.physical_type(), c.self_type().is_optional())).collect();
    let expected = [
        "role BYTE_ARRAY false",
        "file INT32 false",
        "line INT64 false",
        "contig BYTE_ARRAY false",
        "start INT64 false",
        "end INT64 false",
        "summit INT64 true",
        "centre INT64 false",
        "counts_atac DOUBLE false",
        "counts_ DOUBLE false",
    ];
    assert_eq!(described, expected);
}

#[test]
fn more_rows_than_a_batch_and_a_row_group_hold() {
    let record = |line: u64| {
        let start = (line * 7919 % 5000) as i64;
        BedRecord {
            contig: (line % 2) as u32,
            start,
            end: start + 100,
            summit: line.is_multiple_of(3).then_some(50),
            line,
        }
    };
    let bed = BedFile {
        contigs: vec!["chrI".into(), "chrII".into()],
        records: (1..=1_000_100).map(record).collect(),
        ..BedFile::default()
    };
    let table = table(&bed, &common::bed(&[("chrI", 1, 2)]), false);
    let counts = vec![("a".to_owned(), (0..table.len()).map(|i| i as f64 / 3.0).collect())];
    let bytes = to_bytes(&table, &counts);
    let reader = SerializedFileReader::new(file_of(&bytes)).unwrap();
    let rows: Vec<i64> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [1_000_000, 101]);
    assert!(read(&bytes).unwrap() == (table, counts));
}

#[test]
fn counts_that_do_not_fit_the_table_are_refused() {
    let (table, _) = small();
    let refused = |counts: Counts| {
        let table = IndexTable { loci: table.clone(), counts, verdicts: None };
        let error = write_parquet(&table, &LedgerContext::default(), &contigs(), Vec::new(), path()).unwrap_err();
        assert!(matches!(error, Error::Argument { name: "counts", .. }), "{error}");
    };
    refused(vec![("a".into(), vec![0.0; 4])]);
    refused(vec![("a".into(), vec![0.0; 5]), ("a".into(), vec![0.0; 5])]);
    refused(vec![("a".into(), vec![0.0, 0.0, f64::NAN, 0.0, 0.0])]);
}

/// A full disk.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failing_disk_is_an_io_error_of_its_kind() {
    let (table, counts) = small();
    let table = IndexTable { loci: table, counts, verdicts: None };
    let error = write_parquet(&table, &LedgerContext::default(), &contigs(), Full, path()).unwrap_err();
    let Error::Io { source, path: named, .. } = error else { panic!("{error}") };
    assert_eq!((source.kind(), named.as_path()), (std::io::ErrorKind::StorageFull, path()));
}

/// The columns of a good file of two peaks and a negative, as another program might write it.
fn good() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("note", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("centre", Arc::new(Int64Array::from(vec![12, 30, 3]))),
        ("role", Arc::new(StringArray::from(vec!["peak", "peak", "negative"]))),
        ("file", Arc::new(Int32Array::from(vec![0, 0, 1]))),
        ("line", Arc::new(Int64Array::from(vec![1, 2, 1]))),
        ("contig", Arc::new(StringArray::from(vec!["chrI", "chrII", "chrI"]))),
        ("start", Arc::new(Int64Array::from(vec![10, 20, 2]))),
        ("end", Arc::new(Int64Array::from(vec![15, 40, 4]))),
        ("summit", Arc::new(Int64Array::from(vec![Some(1), None, None]))),
        ("counts_a", Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]))),
    ]
}

fn foreign(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    // Every column is declared nullable, as other writers do.
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn reads_what_another_program_wrote_and_ignores_what_it_added() {
    let (table, counts) = read(&foreign(good())).unwrap();
    assert_eq!((table.peaks(), table.negatives()), (2, 1));
    let row = table.row(1);
    assert_eq!((row.role, row.contig, row.centre, row.summit), (Role::Peak, 1, 30, None));
    assert_eq!(counts, [("a".to_owned(), vec![1.0, 2.0, 3.0])]);
}

#[test]
fn whatever_the_format_forbids_is_refused() {
    let ints = |values: [i64; 3]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let strings = |values: [&str; 3]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let cases: Vec<(&str, ArrayRef, &str)> = vec![
        ("role", strings(["peak", "Peak", "negative"]), "role: expected peak or negative, got \"Peak\" in row 1"),
        ("role", strings(["peak", "negative", "peak"]), "role: expected all peaks before all negatives"),
        ("role", ints([0, 0, 1]), "expected role of Utf8, got role of Int64"),
        (
            "contig",
            Arc::new(StringArray::from(vec![Some("chrI"), None, Some("chrI")])),
            "expected none in contig, got 1",
        ),
        ("file", Arc::new(Int32Array::from(vec![0, -1, 1])), "file: expected 0 or more, got -1 in row 1"),
        ("file", ints([0, 0, 1]), "expected file of Int32"),
        ("line", ints([1, 2, -1]), "line: expected 1 or more, got -1 in row 2"),
        ("line", ints([1, 0, 1]), "line: expected 1 or more, got 0 in row 1"),
        ("start", ints([11, 20, 2]), "centre"),
        ("start", ints([i64::MIN, 20, 2]), "centre"),
        ("end", ints([15, i64::MAX, 4]), "centre"),
        ("centre", ints([12, 30, 4]), "got 4 in row 2"),
        ("centre", ints([12, 30, i64::MAX]), "centre"),
        // Each peak is centred on one or the other, but not all on the same.
        ("centre", ints([11, 30, 3]), "centre"),
        ("summit", Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0])), "expected summit of Int64"),
        ("counts_a", Arc::new(Float64Array::from(vec![1.0, f64::NAN, 3.0])), "counts"),
        ("counts_a", Arc::new(Float64Array::from(vec![Some(1.0), None, None])), "expected none in counts_a, got 2"),
        ("counts_a", Arc::new(Float32Array::from(vec![1.0; 3])), "expected counts_a of Float64"),
    ];
    for (name, array, said) in cases {
        let mut columns = good();
        columns.iter_mut().find(|(column, _)| *column == name).unwrap().1 = array;
        let error = read(&foreign(columns)).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }) && error.to_string().contains(said), "{name}: {error}");
        assert!(error.to_string().starts_with("loci/x/index.parquet: "), "{error}");
    }
    for missing in ["role", "file", "line", "contig", "start", "end", "summit", "centre"] {
        let mut columns = good();
        columns.retain(|(name, _)| *name != missing);
        let error = read(&foreign(columns)).unwrap_err().to_string();
        assert!(error.contains(&format!("columns: expected {missing}, got no such column")), "{error}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let (table, counts) = small();
    let good = to_bytes(&table, &counts);
    let check = |bytes: &[u8]| match read(bytes) {
        Ok(_) | Err(Error::Corrupt { .. }) => {}
        Err(error) => panic!("{error}"),
    };
    for length in 0..good.len() {
        assert!(matches!(read(&good[..length]), Err(Error::Corrupt { .. })), "the first {length} bytes");
    }
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        check(&bad);
    }
    check(b"");
    check(b"PAR1PAR1");
}

proptest! {
    #[test]
    fn any_table_comes_back(
        peaks in rows(),
        negatives in rows(),
        summits: bool,
        seed in proptest::array::uniform4(-1e9..1e9f64),
        groups in 0usize..3,
    ) {
        let table = table(&peaks, &negatives, summits);
        let sums = |g: usize| (0..table.len()).map(|i| seed[(i + g) % 4] * i as f64).collect();
        let counts: Counts = (0..groups).map(|g| (format!("group {g}"), sums(g))).collect();
        let (back, back_counts) = read(&to_bytes(&table, &counts)).unwrap();
        prop_assert_eq!(back.rows().collect::<Vec<_>>(), table.rows().collect::<Vec<_>>());
        prop_assert_eq!(back.peaks(), peaks.records.len());
        prop_assert_eq!(back_counts, counts);
    }
}

fn rows() -> impl Strategy<Value = BedFile> {
    let coordinate = prop_oneof![0i64..2000, 0i64..1 << 40, Just((1i64 << 62) - 1)];
    let row = (0u32..3, coordinate, 0i64..3000, any::<u32>());
    proptest::collection::vec(row, 0..40).prop_map(|rows| BedFile {
        contigs: vec!["chrII".into(), "contig with space".into(), "chrI".into()],
        records: rows
            .into_iter()
            .map(|(contig, start, width, line)| {
                let summit = Some(width / 3);
                BedRecord { contig, start, end: start + width, summit, line: line.into() }
            })
            .collect(),
        ..BedFile::default()
    })
}
