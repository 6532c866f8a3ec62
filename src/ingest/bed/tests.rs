//! Forms of BED that are read, and what is refused.

use super::*;
use crate::Error;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;

fn read(content: impl AsRef<[u8]>) -> Result<BedFile> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("loci.bed");
    std::fs::write(&path, content).unwrap();
    read_bed(&path)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn columns_and_skipped_lines() {
    let text =
        b"browser position x\r\ntrack\n#c\n\n \t \nchr 1\t1\t2\t\xff\r\nb   3  4 x\nchr 1\t5\t5\ta\tb\tc\td\te\tf\t-1";
    let bed = read(text).unwrap();
    assert_eq!(bed.contigs, ["chr 1", "b"]);
    let record = |contig, start, end, summit, line| BedRecord { contig, start, end, summit, line };
    assert_eq!(bed.records, [record(0, 1, 2, None, 6), record(1, 3, 4, None, 7), record(0, 5, 5, Some(-1), 8)]);
    assert_eq!(read("").unwrap(), BedFile::default());
    // A name that only begins with a skipped word is a contig.
    assert_eq!(read("tracks\t1\t2\n").unwrap().contigs, ["tracks"]);
}

#[test]
fn malformed_rows_are_named() {
    let long = "x".repeat(256);
    for bad in [
        "chr1",
        "chr1\t1",
        "chr1 1",
        "chr1\tx\t2",
        "chr1\t1\t",
        "chr1\t1.0\t2",
        "chr1\t1e3\t2000",
        "chr1\t-1\t2",
        "chr1\t-3\t-2",
        "chr1\t3\t2",
        "chr1\t0\t1099511627776",
        "chr1\t99999999999999999999\t99999999999999999999",
        "\t1\t2",
        "chr\u{7}\t1\t2",
        &format!("{long}\t1\t2"),
        "chr1 \t1\t2",
        " chr1\t1\t2",
        "\"chr1 \"\t1\t2",
        "\u{feff}chr1\t1\t2",
        "chr1\u{a0}\t1\t2",
    ] {
        let error = read(format!("a\t0\t9\n#\n{bad}\na\t1\t2\n")).unwrap_err();
        assert!(matches!(error, Error::Input { line: Some(3), .. }), "{bad:?}: {error}");
    }
    assert!(matches!(read(b"a\xff\t1\t2\n"), Err(Error::Input { line: Some(1), .. })));
    let error = read("chr1 \t1\t2\n").unwrap_err().to_string();
    assert!(error.contains(r#"line 1: the contig name "chr1 " begins or ends with a space"#), "{error}");
}

#[test]
fn summits_are_required_strictly_and_read_leniently() {
    let row = |summit: &str| format!("a\t100\t200\tn\t0\t.\t1\t1\t1{summit}\n");
    let check = |summit: &str| {
        let bed = read(row("\t50") + &row(summit) + &row("\tx")).unwrap();
        require_summits(&bed, Path::new("x.narrowPeak"))
    };
    for good in ["\t0", "\t100", "\t 7 "] {
        let Err(Error::Input { line, message, .. }) = check(good) else { panic!("row 3 has no summit") };
        assert!(line == Some(3) && message.contains("not an integer"), "{good:?}: {message}");
    }
    let bad = [("", "no column 10"), ("\t", "integer"), ("\t1.5", "integer"), ("\t-1", "no summit"), ("\t101", "past")];
    for (summit, why) in bad {
        let Err(Error::Input { line, message, .. }) = check(summit) else { panic!("{summit:?} was accepted") };
        assert!(line == Some(2) && message.contains(why), "{summit:?}: {message}");
    }
    assert!(require_summits(&read(row("\t100")).unwrap(), Path::new("x")).is_ok());
    assert!(require_summits(&BedFile::default(), Path::new("x")).is_ok());
}

#[test]
fn gzip_is_told_by_content_and_a_cut_is_an_error() {
    let text = b"a\t1\t2\nb\t3\t4\n";
    let packed = gzip(text);
    assert_eq!(read(&packed).unwrap(), read(text).unwrap());
    let members = [gzip(&text[..9]), gzip(&text[9..])].concat();
    assert_eq!(read(&members).unwrap(), read(text).unwrap());
    for length in 2..packed.len() {
        assert!(read(&packed[..length]).is_err(), "cut at {length}");
    }
    for bit in 0..packed.len() * 8 {
        let mut flipped = packed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let _ = read(&flipped);
    }
}

#[test]
fn a_line_without_end_is_refused() {
    let error = read(gzip(&vec![b'a'; (1 << 24) + 9])).unwrap_err();
    assert!(matches!(error, Error::Input { line: Some(1), .. }), "{error}");
}

/// What R, old editors and spreadsheets write, as the plain file.
#[test]
fn unusual_text_is_read_as_the_plain_file() {
    let plain = read("chr1\t3000\t3200\nchr2\t4000\t4100\n").unwrap();
    for text in [
        "\u{feff}chr1\t3000\t3200\r\nchr2\t4000\t4100\r\n",
        "chr1\t3000\t3200\rchr2\t4000\t4100\r",
        "chr1\t3000\t3200\rchr2\t4000\t4100",
        "\"chr1\"\t3000\t3200\n\"chr2\"\t\"4000\"\t4100\n",
        "\"chr1\" 3000 3200 \"a b\"\n\"chr2\" 4000 4100 \"c\"\n",
        "chr1\t+3000\t+3200\nchr2\t+4000\t4100\n",
    ] {
        assert_eq!(without_reasons(read(text).unwrap()), without_reasons(plain.clone()), "{text:?}");
    }
    // Spaces in a quoted name do not shift the columns behind it.
    let summit = |name: &str| read(format!("\"chr1\" 10 90 {name} 0 \".\" 1 2 3 40\n")).unwrap().records[0].summit;
    assert_eq!((summit("\"peak\""), summit("\"a peak\"")), (Some(40), Some(40)));
}

/// The loci alone.
fn without_reasons(bed: BedFile) -> BedFile {
    BedFile { without_summit: None, ..bed }
}

#[test]
fn what_is_no_locus_is_explained() {
    for (text, line, part) in [
        ("\"chr\"\t\"start\"\t\"end\"\nchr1\t1\t2\n", 1, "names of the columns"),
        ("chrom start end\n", 1, "names of the columns"),
        ("chr1\t1\t2\n\"2\"\t\"chr1\"\t10\t20\n", 2, "row.names=FALSE"),
        ("# xls\nchr\tstart\tend\tlength\tabs_summit\n", 2, "counted from 1"),
        ("chr1,1,2\n", 1, "not by commas"),
        (">chr1 AC description\nACGT\n", 1, "FASTA"),
        ("chr1\t1\t2\n\0\0\0\0\0", 2, "NUL bytes"),
        ("c\0h\0r\0\t\x001\0\t\x002\0\n\0", 1, "NUL bytes"),
        ("chr1 \tx\t3200\n", 1, "the start \"x\""),
        ("chr1\t \t3200\n", 1, "the start \" \" is not an integer"),
    ] {
        let error = read(text).unwrap_err();
        assert!(matches!(error, Error::Input { line: Some(n), .. } if n == line), "{text:?}: {error}");
        assert!(error.to_string().contains(part), "{text:?}: {error}");
    }
}

/// Column 10 is a summit in narrowPeak alone.
#[test]
fn a_number_of_blocks_is_no_summit() {
    let summit = |row: &str| {
        let bed = read(format!("chr1\t3000\t5000\tn\t0\t.\t{row}\n")).unwrap();
        let error = require_summits(&bed, Path::new("x.bed")).err().map(|error| error.to_string());
        assert_eq!(bed.records[0].summit.is_none(), error.is_some(), "{row}");
        error.unwrap_or_default()
    };
    for (row, parts) in [
        ("3000\t5000\t0\t3\t100,200,300\t0,500,1700", &["BED12", "blockCount", "midpoints"][..]),
        ("3100\t4900\t255,0,0\t3\t100,200,300,\t0,500,1700,", &["BED12", "blockCount"]),
        ("3100\t3100\t0\t1\t2000\t0", &["BED12"]),
        ("3100\t4900\t0\t2\t100,200\t0,1800\t4.5\t3.1\t2.0", &["gappedPeak"]),
        ("3000\t5000\t0\t17", &["thickStart"]),
        ("3100\t4900\t0,128,255\t17\t80", &["itemRgb"]),
        ("5.2\t1.5\t2.0", &["broadPeak"]),
        ("5.2\t1.5", &["8 columns", "narrowPeak"]),
    ] {
        let said = summit(row);
        assert!(parts.iter().all(|part| said.contains(part)), "{row}: {said}");
    }
    for row in
        ["5\t-1\t-1\t30", "3000\t20\t0\t30", "5.5\t1\t2\t30\tgene\t7", "1\t2\t3\t30\t1,2\t3,4", "1,5\t2,5\t3,5\t30"]
    {
        assert_eq!(summit(row), "", "{row}");
    }
}

#[test]
fn a_record_is_small() {
    assert_eq!(std::mem::size_of::<BedRecord>(), 48);
}

proptest! {
    #[test]
    fn round_trip(
        rows in proptest::collection::vec(
            ("[a-c]{1,2}", 0i64..1 << 39, 0i64..1 << 39, proptest::option::of(-5i64..100)), 0..50,
        ),
        tabs: bool,
    ) {
        let mut text = String::new();
        for (name, start, width, summit) in &rows {
            let summit = summit.map_or(String::new(), |s| format!("\tn\t0\t.\t0\t0\t0\t{s}"));
            text += &format!("{name}\t{start}\t{}{summit}\n", start + width);
        }
        if !tabs {
            text = text.replace('\t', "  ");
        }
        let bed = read(&text).unwrap();
        prop_assert_eq!(bed.records.len(), rows.len());
        for (record, (name, start, width, summit)) in bed.records.iter().zip(&rows) {
            prop_assert_eq!(&bed.contigs[record.contig as usize], name);
            prop_assert_eq!((record.start, record.end, record.summit), (*start, start + width, *summit));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[ab0-9\t \n#-]{0,80}") {
        let _ = read(bytes);
        let _ = read(text);
    }
}
