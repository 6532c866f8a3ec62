//! Forms of FASTA that are read, and what is refused.

use super::*;
use proptest::prelude::*;
use std::io::Write;

fn open(content: impl AsRef<[u8]>) -> Result<Fasta> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("genome.fa");
    std::fs::write(&path, content).unwrap();
    Fasta::open(&path)
}

/// All contigs, read with a buffer of `size`.
fn read(content: impl AsRef<[u8]>, size: usize) -> Result<Vec<(String, String)>> {
    let mut fasta = open(content)?;
    let mut contigs = Vec::new();
    while let Some(name) = fasta.next_contig()? {
        let (mut letters, mut buffer) = (Vec::new(), vec![0; size]);
        loop {
            match fasta.read_bases(&mut buffer)? {
                0 => break,
                n => letters.extend_from_slice(&buffer[..n]),
            }
        }
        contigs.push((name, String::from_utf8(letters).unwrap()));
    }
    Ok(contigs)
}

fn bgzf(content: &[u8]) -> Vec<u8> {
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn pairs(contigs: &[(&str, &str)]) -> Vec<(String, String)> {
    contigs.iter().map(|(name, letters)| (name.to_string(), letters.to_string())).collect()
}

#[test]
fn line_ends_blank_lines_case_and_empty_contigs() {
    let expected = pairs(&[("a", "ACGTnRy*-"), ("b", ""), ("c", "T"), ("d", "")]);
    for text in [
        ">a x y\nACGT\nnRy*-\n>b\n>c\nT\n>d\n",
        "\r\n\r\n>a\r\nACGT\r\n\r\nnRy*-\r\n>b\r\n\r\n> c\tz\r\nT\r\n>d",
        "\n>a\nACGTnRy*-\n\n\n>b \n\n>c é\nT\n\n>d\n\n",
    ] {
        for size in [1, 2, 3, 100] {
            assert_eq!(read(text, size).unwrap(), expected, "{text:?}");
        }
    }
    assert_eq!(read(">a\nAC", 9).unwrap(), pairs(&[("a", "AC")]));
    // Of an old Mac, with a byte order mark.
    for size in [1, 2, 3, 100] {
        let text = "\u{feff}\r>a x y\rACGT\r\rnRy*-\r>b\r>c\rT\r>d";
        assert_eq!(read(text, size).unwrap(), expected, "{size}");
    }
}

#[test]
fn the_position_ends_at_the_length() {
    let text: Vec<u8> = [b">a\n".to_vec(), b"ACGTN\n".repeat(60_000)].concat();
    for content in [text.clone(), gzip(&text), bgzf(&text)] {
        let mut fasta = open(&content).unwrap();
        assert_eq!(fasta.length(), content.len() as u64);
        assert!(fasta.position() > 0);
        while fasta.next_contig().unwrap().is_some() {
            assert!(fasta.position() <= fasta.length());
        }
        assert_eq!(fasta.position(), fasta.length());
    }
}

#[test]
fn what_is_not_read_is_skipped_but_checked() {
    let mut fasta = open(">a\nACGT\nAC\n>b\nT\n").unwrap();
    assert_eq!(fasta.read_bases(&mut [0; 4]).unwrap(), 0);
    assert_eq!(fasta.next_contig().unwrap().as_deref(), Some("a"));
    assert_eq!(fasta.read_bases(&mut [0; 3]).unwrap(), 3);
    assert_eq!(fasta.next_contig().unwrap().as_deref(), Some("b"));
    assert_eq!(fasta.next_contig().unwrap(), None);
    assert_eq!(fasta.next_contig().unwrap(), None);
    let mut fasta = open(">a\nAC1T\n>b\nT\n").unwrap();
    fasta.next_contig().unwrap();
    assert!(fasta.next_contig().is_err());
}

#[test]
fn malformed_files_are_named_with_their_line() {
    for (text, at) in [
        ("ACGT\n", 1),
        ("\n\nACGT\n>a\n", 3),
        (";comment\n>a\n", 1),
        (">a\nAC\n>b\nA\n>a\nT\n", 5),
        (">\nAC\n", 1),
        (">a\nA\n> \t\nAC\n", 3),
        (">a\u{1}\nAC\n", 1),
        (">a\nAC\nA C\n", 3),
        (">a\nAC \n", 2),
        (">a\nA\n\nA1\n", 4),
        (">a\nA\tC\n", 2),
        (">a\nAC>b\nT\n", 2),
        (">a\nAC\0\n", 2),
        (">a\nAé\n", 2),
        (">a\nAC\rGT\n", 2),
        (">a\rAC\rG\nT\r", 3),
        (">a\rAC\r>b\nT\n", 3),
        (">a x\ry\nACGT\n", 2),
        (">a\nAC\n>b\rT\r", 3),
        (">a\nAC\r", 2),
        (">a\n\r\rAC\n", 2),
        (&format!(">{}\nAC\n", "x".repeat(256)), 1),
        (&format!(">a {}\nAC\n", "x".repeat(MAX_HEADER)), 1),
    ] {
        for size in [1, 64] {
            let error = read(text, size).unwrap_err();
            assert!(matches!(error, Error::Input { line: Some(line), .. } if line == at), "{text:?}: {error}");
        }
    }
    for text in ["", "\n", "\r\n\n"] {
        assert!(read(text, 8).unwrap_err().to_string().contains("no sequences"), "{text:?}");
    }
}

#[test]
fn compression_is_told_by_content_and_a_cut_is_an_error() {
    let text: Vec<u8> = [b">a\n".to_vec(), b"ACGTN\n".repeat(30_000), b">b\nT\n".to_vec()].concat();
    let plain = read(&text, 1000).unwrap();
    let bzip2 = {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(&text).unwrap();
        encoder.finish().unwrap()
    };
    for packed in [bzip2, zstd::encode_all(&text[..], 1).unwrap()] {
        assert_eq!(read(&packed, 1000).unwrap(), plain);
    }
    for packed in [gzip(&text), bgzf(&text)] {
        assert_eq!(read(&packed, 1000).unwrap(), plain);
        for length in (2..packed.len()).filter(|length| length % 7 == 0 || packed.len() - length < 40) {
            assert!(matches!(read(&packed[..length], 1000), Err(Error::Input { .. })), "cut at {length}");
        }
        for bit in (0..packed.len() * 8).step_by(97) {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = read(&flipped, 1000);
        }
    }
}

#[test]
fn after_a_failure_there_is_no_false_end() {
    let mut packed = bgzf(&[b">a\n".to_vec(), b"ACGTN\n".repeat(30_000)].concat());
    let middle = packed.len() / 2;
    packed[middle] ^= 0xff;
    let mut fasta = open(&packed).unwrap();
    let mut buffer = [0; 1 << 10];
    let failed = fasta.next_contig().and_then(|_| {
        loop {
            match fasta.read_bases(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
    });
    assert!(failed.is_err());
    assert!(fasta.read_bases(&mut buffer).is_err());
    assert!(fasta.next_contig().is_err());
}

proptest! {
    #[test]
    fn round_trip(
        contigs in proptest::collection::vec("[ACGTNacgtnRYKM*-]{0,200}", 1..6), width in 1usize..70, crlf: bool,
        size in 1usize..90,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = String::new();
        for (i, letters) in contigs.iter().enumerate() {
            text += &format!(">c{i} text{end}");
            for line in letters.as_bytes().chunks(width) {
                text += std::str::from_utf8(line).unwrap();
                text += end;
            }
        }
        let expected: Vec<_> =
            contigs.iter().enumerate().map(|(i, letters)| (format!("c{i}"), letters.clone())).collect();
        prop_assert_eq!(&read(&text, size).unwrap(), &expected);
        // noodles' own reader as a second opinion, where there are no empty contigs.
        let mut noodles = noodles_fasta::io::Reader::new(text.as_bytes());
        let records: Vec<_> = noodles.records().map(|record| record.unwrap())
            .map(|record| (record.name().to_vec(), record.sequence().as_ref().to_vec()))
            .map(|(name, letters)| (String::from_utf8(name).unwrap(), String::from_utf8(letters).unwrap()))
            .collect();
        prop_assert_eq!(&records, &expected);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[>AC\n\r 1]{0,60}") {
        let _ = read(bytes, 7);
        let _ = read(text, 7);
    }
}
