//! Text by every compression, with padding, damage and other bytes after it, and files of other
//! formats.

use super::*;
use std::io::Write;

const TEXT: &[u8] = b"chr1\t3000\t3200\nchr2\t4000\t4100\n";

/// [`TEXT`] by `xz`, which no crate here can write.
const XZ: &[u8] =
    b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\xe0\x00\x1d\x00\x1a]\x001\x9a\
    \x0a\xa7D*x\xd1<\x91\x05\xf6i\xd5d\x11\xbd\xd4 8P\xdf\xab\x15\xfe\x00\x00\x00\x00\xe3\xed\x80\xe8\xd4J:\x1f\
    \x00\x016\x1e=\x19\x95S\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Each compression's name, and [`TEXT`] by it.
fn compressed() -> Vec<(&'static str, Vec<u8>)> {
    vec![("gzip", gzip(TEXT)), ("bzip2", bzip2(TEXT)), ("xz", XZ.to_vec()), ("zstd", zstd(TEXT))]
}

/// The bytes that a file with this content gives.
fn read_as(content: &[u8], expected: Expected) -> Result<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, content).unwrap();
    let mut text = TextReader::open(&path, expected)?;
    let mut bytes = Vec::new();
    loop {
        let piece = text.fill()?;
        if piece.is_empty() {
            return Ok(bytes);
        }
        bytes.extend_from_slice(piece);
        let taken = piece.len();
        text.consume(taken);
    }
}

fn read(content: &[u8]) -> Result<Vec<u8>> {
    read_as(content, Expected::Loci)
}

fn refused(content: &[u8], parts: &[&str]) {
    let error = read(content).unwrap_err().to_string();
    assert!(parts.iter().all(|part| error.contains(part)), "{error}: {parts:?}");
}

#[test]
fn every_compression_gives_the_same_bytes() {
    assert_eq!(read(TEXT).unwrap(), TEXT);
    for (name, packed) in compressed() {
        assert_eq!(read(&packed).unwrap(), TEXT, "{name}");
        let twice = [TEXT, TEXT].concat();
        assert_eq!(read(&[&packed[..], &packed].concat()).unwrap(), twice, "{name}: two members");
        assert_eq!(read(&[&packed[..], &[0; 8], &packed].concat()).unwrap(), twice, "{name}: padding between members");
        assert_eq!(read(&[&packed[..], &[0; 512]].concat()).unwrap(), TEXT, "{name}: padding");
        assert_eq!(read(&[&packed[..], &vec![0; 3 * BUFFER]].concat()).unwrap(), TEXT, "{name}: long padding");
    }
    // A frame that is skipped, as parallel compressors of zstd write it in front.
    assert_eq!(read(&[b"\x50\x2a\x4d\x18\x04\0\0\0abcd", &zstd(TEXT)[..]].concat()).unwrap(), TEXT);
    for (name, empty) in [("gzip", gzip(b"")), ("bzip2", bzip2(b"")), ("zstd", zstd(b""))] {
        assert_eq!(read(&empty).unwrap(), b"", "{name}");
    }
}

#[test]
fn what_is_cut_damaged_or_added_to_is_refused_by_name() {
    for (name, packed) in compressed() {
        for length in 12..packed.len() {
            let error = read(&packed[..length]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("truncated"), "{name} cut at {length}: {error}");
        }
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = read(&flipped);
        }
        let mut damaged = packed.clone();
        let middle = packed.len() / 2;
        damaged[middle] ^= 0x55;
        assert!(read(&damaged).is_err(), "{name}");
        for padding in [0, 9] {
            let added = [&packed[..], &vec![0; padding], b"garbage!"].concat();
            refused(&added, &[&format!("the {name} data is followed by other bytes"), "\"garbage!\"", "unpack it"]);
        }
        refused(&gzip(&packed), &[&format!("{name} file"), "twice"]);
    }
}

#[test]
fn bgzf_may_be_padded_and_what_is_added_is_named() {
    let mut packed = gzip(TEXT);
    // A block of BGZF is a member with an extra field that gives its size.
    packed[3] = 4;
    let size = packed.len() as u16 + 8 - 1;
    packed.splice(10..10, [6, 0, b'B', b'C', 2, 0, size as u8, (size >> 8) as u8]);
    let end = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";
    let whole = [&packed[..], end].concat();
    assert_eq!(read(&whole).unwrap(), TEXT);
    for padding in [1, 512, 3 * BUFFER] {
        assert_eq!(read(&[&whole[..], &vec![0; padding]].concat()).unwrap(), TEXT, "{padding}");
    }
    refused(&[&whole[..], b"garbage!"].concat(), &["8 other bytes", "BGZF"]);
    for length in [packed.len(), whole.len() - 1, whole.len() - 12] {
        refused(&whole[..length], &["truncated"]);
    }
}

#[test]
fn a_byte_order_mark_is_taken_off_and_utf_16_is_named() {
    let marked = [b"\xef\xbb\xbf", TEXT].concat();
    assert_eq!(read(&marked).unwrap(), TEXT);
    assert_eq!(read(&gzip(&marked)).unwrap(), TEXT);
    assert_eq!(read(b"\xef\xbb\xbf").unwrap(), b"");
    let units =
        |order: fn(u16) -> [u8; 2]| -> Vec<u8> { "\u{feff}chr1\t1\t2\n".encode_utf16().flat_map(order).collect() };
    for utf16 in [units(u16::to_le_bytes), units(u16::to_be_bytes)] {
        refused(&utf16, &["UTF-16", "iconv"]);
        refused(&zstd(&utf16), &["UTF-16", "iconv"]);
    }
}

#[test]
fn files_of_other_kinds_are_named_compressed_or_not() {
    refused(b"PK\x03\x04....peaks.bed", &["zip archive", "BED", "unzip"]);
    refused(&gzip(b"BAM\x01\0\0\0\0"), &["BAM file", "call peaks"]);
    let mut tar = b"peaks.bed".to_vec();
    tar.resize(512, 0);
    tar[257..262].copy_from_slice(b"ustar");
    refused(&tar, &["tar archive"]);
    refused(&gzip(&tar), &["tar archive"]);
    let twobit = read_as(b"\x43\x27\x41\x1a\0\0\0\0", Expected::Sequence).unwrap_err().to_string();
    assert!(twobit.contains("2bit") && twobit.contains("twoBitToFa"), "{twobit}");
    let directory = tempfile::tempdir().unwrap();
    let error = TextReader::open(directory.path(), Expected::Loci).err().unwrap().to_string();
    assert!(error.contains("directory"), "{error}");
}

#[test]
fn a_url_is_named_unless_a_file_has_that_name() {
    for url in ["https://example.org/peaks.bed", "s3://bucket/peaks.bed"] {
        let error = TextReader::open(Path::new(url), Expected::Loci).err().unwrap();
        assert!(matches!(&error, Error::Input { message, .. } if message.contains("URL")), "{error}");
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s3:");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("peaks.bed"), TEXT).unwrap();
    assert!(TextReader::open(&directory.path().join("s3://peaks.bed"), Expected::Loci).is_ok());
    assert!(matches!(TextReader::open(Path::new("no/such.bed"), Expected::Loci), Err(Error::Io { .. })));
}

#[test]
fn lines_end_in_every_way() {
    let lines = |content: &[u8]| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, content).unwrap();
        let mut text = TextReader::open(&path, Expected::Loci).unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            let end = text.read_line(&mut line, 100_000).unwrap();
            if line.is_empty() && end == LineEnd::None {
                return lines;
            }
            lines.push((line.len(), end));
        }
    };
    use LineEnd::{Feed, None, Return, ReturnAndFeed};
    assert_eq!(lines(b"ab\nc\r\nd\r\re"), [(2, Feed), (1, ReturnAndFeed), (1, Return), (0, Return), (1, None)]);
    assert_eq!(lines(b"\n\r\n\r"), [(0, Feed), (0, ReturnAndFeed), (0, Return)]);
    // A CR is the last byte of what is read at once, and an LF the first of the next.
    for (behind, end) in [("\n", ReturnAndFeed), ("x", Return)] {
        let content = ["x".repeat(BUFFER - 1).as_bytes(), b"\r", behind.as_bytes()].concat();
        assert_eq!(lines(&content)[0], (BUFFER - 1, end));
    }
}
