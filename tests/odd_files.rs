//! Unusual files that users have: valid ones are read as the plain file, and the error for others
//! has a remedy.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::ingest::bed::{read_bed, require_summits};
use atemoya::ingest::fasta::Fasta;
use atemoya::ingest::{bigwig::BigWig, chrom_sizes::read_chrom_sizes};
use atemoya::pack::PackBuilder;
use atemoya::{Error, Result, Store};
use common::inputs::{self, write};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Returns the directory of unusual files, if there is one.
fn odd() -> Option<PathBuf> {
    common::shared().map(|shared| shared.join("data/odd"))
}

fn loci(path: &Path) -> Result<Vec<(String, i64, i64)>> {
    let bed = read_bed(path)?;
    Ok(bed.records.iter().map(|r| (bed.contigs[r.contig as usize].clone(), r.start, r.end)).collect())
}

fn says<T>(result: Result<T>, parts: &[&str]) {
    let Err(error) = result else { panic!("accepted: {parts:?}") };
    assert!(matches!(error, Error::Input { .. }), "{error:?}");
    let text = error.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
}

#[test]
fn odd_beds_give_the_same_loci() {
    let Some(odd) = odd() else { return };
    let both = [("chr1".to_string(), 3000, 3200), ("chr2".to_string(), 4000, 4100)];
    for (name, count) in [
        ("bom.bed", 2),
        ("quoted.bed", 1),
        ("plus_sign.bed", 1),
        ("old_mac.bed", 2),
        ("peaks.bed.bz2", 2),
        ("peaks.bed.xz", 2),
        ("peaks.bed.zst", 2),
    ] {
        assert_eq!(loci(&odd.join(name)).unwrap(), both[..count], "{name}");
    }
    // The rows come from a seeded generator. Zeros after them change nothing.
    let padded = loci(&odd.join("gz_zeropad.bed.gz")).unwrap();
    let bytes = fs::read(odd.join("gz_zeropad.bed.gz")).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let directory = tempfile::tempdir().unwrap();
    // A gzip member may end in zeros itself: its length's upper bytes.
    let without = (used..used + 4).find_map(|end| loci(&write(directory.path(), "x.bed.gz", &bytes[..end])).ok());
    assert!(!padded.is_empty() && without == Some(padded));
}

#[test]
fn odd_beds_are_refused_by_name() {
    let Some(odd) = odd() else { return };
    let read = |name: &str| loci(&odd.join(name));
    says(read("gz_garbage.bed.gz"), &["the gzip data is followed by other bytes", "garbage!"]);
    says(read("peaks.bed.zip"), &["zip archive", "unzip"]);
    says(read("fa.2bit"), &["2bit", "BED"]);
    says(read("empty.bw"), &["bigWig", "BED"]);
    says(
        read("trailing_space_name.bed"),
        &["trailing_space_name.bed, line 1", "\"chr1 \" begins or ends with a space"],
    );
    let path = odd.join("bed12.bed");
    let bed = read_bed(&path).unwrap();
    assert_eq!((bed.records.len(), bed.records[0].summit), (1, None));
    says(require_summits(&bed, &path), &["line 1", "column 10", "blockCount", "BED12"]);
}

#[test]
fn odd_genomes_sizes_and_tracks() {
    let Some(odd) = odd() else { return };
    let first = |name: &str| Fasta::open(&odd.join(name)).and_then(|mut fasta| fasta.next_contig());
    assert_eq!(first("fa.bz2").unwrap().as_deref(), Some("chr1"));
    says(first("fa.2bit"), &["2bit", "twoBitToFa"]);
    says(first("peaks.bed.zip"), &["zip archive", "FASTA"]);
    says(first("base/peaks.narrowPeak"), &["line 1", "not FASTA"]);
    says(read_chrom_sizes(&odd.join("fa.2bit")), &["2bit", "contigs and lengths"]);
    let track = |name: &str| BigWig::open(&odd.join(name));
    says(track("fa.2bit"), &["2bit", "bigWig"]);
    says(track("peaks.bed.xz"), &["xz", "unpack it"]);
    says(track("base/neg.bed"), &["looks like BED", "as loci", "bedGraphToBigWig"]);
}

/// A plain genome and one of each compression pack to the same store, except for its provenance.
#[test]
fn a_store_is_the_same_whatever_the_compression() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[70_000, 1300], 7);
    inputs::pack(directory.path(), &contigs, 9);
    let plain = fs::read(directory.path().join("genome.fa")).unwrap();
    let text = String::from_utf8(plain.clone()).unwrap();
    let bzip2 = {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        std::io::Write::write_all(&mut encoder, &plain).unwrap();
        encoder.finish().unwrap()
    };
    let of = |name: &str, bytes: &[u8]| {
        let out = directory.path().join(format!("{name}.atemoya"));
        PackBuilder::new().fasta(write(directory.path(), name, bytes)).publish(&out, &()).unwrap();
        fs::read(out.join("sequence.atm")).unwrap()
    };
    let expected = of("a.fa", &plain);
    for (name, bytes) in [
        ("b.fa", bzip2),
        ("c.fa", zstd::encode_all(&plain[..], 3).unwrap()),
        ("d.fa", [b"\xef\xbb\xbf", &plain[..]].concat()),
        ("e.fa", text.replace('\n', "\r").into_bytes()),
        ("f.fa", text.replace('\n', "\r\n").into_bytes()),
    ] {
        assert!(of(name, &bytes) == expected, "{name}");
    }
}

#[test]
fn urls_are_named_in_every_reader() {
    let url = Path::new("https://example.org/data/x");
    let out = tempfile::tempdir().unwrap();
    says(loci(url), &["URL", "download"]);
    says(Fasta::open(url), &["URL", "download"]);
    says(read_chrom_sizes(url), &["URL", "download"]);
    says(BigWig::open(url), &["URL", "download"]);
    says(Store::open("s3://bucket/x.atemoya"), &["URL", "download"]);
    says(PackBuilder::new().fasta(url).publish(&out.path().join("s"), &()), &["URL", "download"]);
    says(PackBuilder::new().signal("s", [url]).publish(&out.path().join("s"), &()), &["URL", "download"]);
}

/// A path that is not UTF-8 is read, and is distinct in the manifest.
#[test]
fn paths_need_not_be_utf_8() {
    let directory = tempfile::tempdir().unwrap();
    let name = |bytes: &[u8]| directory.path().join(OsStr::from_bytes(bytes));
    fs::write(name(b"g\xff.fa"), ">a\nACGT\n").unwrap();
    fs::create_dir(name(b"d\xe9")).unwrap();
    let out = name(b"d\xe9").join("s.atemoya");
    PackBuilder::new().fasta(name(b"g\xff.fa")).publish(&out, &()).unwrap();
    let store = Store::open(&out).unwrap();
    assert!(store.manifest().inputs[0].path.ends_with("/g\\xff.fa"), "{:?}", store.manifest().inputs);
}
