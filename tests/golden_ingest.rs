//! The readers against values that other programs computed from the same files.

#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::Error;
use atemoya::ingest::bed::{read_bed, require_summits};
use atemoya::ingest::bigwig::BigWig;
use atemoya::ingest::fasta::Fasta;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

const CHUNK: u64 = 1 << 20;

/// The golden values, and every data file by name.
fn golden() -> Option<(serde_json::Map<String, Value>, Vec<PathBuf>)> {
    let shared = common::shared()?;
    let text = std::fs::read_to_string(shared.join("golden/signal.json")).unwrap();
    let Value::Object(golden) = serde_json::from_str(&text).unwrap() else { panic!("not an object") };
    let files = ["yeast", "bigwig", "seq", "tangermeme"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(shared.join("data").join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    Some((golden, files))
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a contig's values, and how many are not 0.
fn hash(track: &BigWig, contig: &str, length: u64) -> (String, u64) {
    let (mut hasher, mut nonzero) = (Sha256::new(), 0);
    let mut values = vec![f32::NAN; CHUNK.min(length) as usize];
    let mut bytes = Vec::new();
    for start in (0..length).step_by(CHUNK as usize) {
        let end = length.min(start + CHUNK);
        let values = &mut values[..(end - start) as usize];
        track.read(contig, start, end, values).unwrap();
        nonzero += values.iter().filter(|value| **value != 0.0).count() as u64;
        bytes.clear();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        hasher.update(&bytes);
    }
    (hex(hasher.finalize()), nonzero)
}

fn check_big_wig(path: &Path, golden: &Value) {
    let name = path.display();
    if !golden["refused"].is_null() {
        assert!(matches!(BigWig::open(path), Err(Error::Input { .. })), "{name} was not refused");
        return;
    }
    let track = BigWig::open(path).unwrap();
    if let Some(count) = golden["chroms"]["n"].as_u64() {
        assert_eq!(track.contigs().len() as u64, count, "{name}");
        let lines: String = track
            .contigs()
            .iter()
            .map(|(contig, length)| format!("{contig}:{}\n", hash(&track, contig, *length).0))
            .collect();
        let combined = hex(Sha256::digest(lines));
        assert!(golden["chroms"].as_object().unwrap().values().any(|value| *value == combined.as_str()), "{name}");
        return;
    }
    let expected = golden["chroms"].as_object().unwrap();
    assert_eq!(track.contigs().len(), expected.len(), "{name}");
    for (contig, length) in track.contigs() {
        let expected = &expected[contig];
        assert_eq!(Some(*length), expected["length"].as_u64(), "{name} {contig}");
        let (digest, nonzero) = hash(&track, contig, *length);
        assert_eq!(Some(nonzero), expected["nonzero"].as_u64(), "{name} {contig}");
        assert_eq!(Some(digest.as_str()), expected["sha256"].as_str(), "{name} {contig}");
    }
}

fn check_fasta(path: &Path, golden: &Value) {
    let name = path.display();
    let expected = golden.as_object().unwrap();
    let expected = expected["contigs"].as_object().unwrap();
    let mut fasta = Fasta::open(path).unwrap();
    let (mut count, mut buffer) = (0, vec![0; 10_007]);
    while let Some(contig) = fasta.next_contig().unwrap() {
        let mut letters = Vec::new();
        while let n @ 1.. = fasta.read_bases(&mut buffer).unwrap() {
            letters.extend_from_slice(&buffer[..n]);
        }
        let expected = &expected[&contig];
        assert_eq!(Some(letters.len() as u64), expected["length"].as_u64(), "{name} {contig}");
        let mut hasher = Sha256::new();
        for row in b"ACGT" {
            let row: Vec<u8> = letters.iter().map(|letter| u8::from(letter.to_ascii_uppercase() == *row)).collect();
            hasher.update(row);
        }
        assert_eq!(Some(hex(hasher.finalize()).as_str()), expected["onehot_sha256"].as_str(), "{name} {contig}");
        count += 1;
    }
    assert_eq!(count, expected.len(), "{name}");
}

#[test]
fn every_file_gives_the_golden_values() {
    let Some((golden, files)) = golden() else { return };
    let (mut tracks, mut genomes) = (0, 0);
    for (name, expected) in &golden {
        let path = files.iter().find(|path| path.ends_with(name)).unwrap_or_else(|| panic!("{name} is not there"));
        if name.contains(".fa") {
            check_fasta(path, expected);
            genomes += 1;
        } else {
            check_big_wig(path, expected);
            tracks += 1;
        }
    }
    let _ = writeln!(std::io::stderr(), "{tracks} bigWig files and {genomes} FASTA files agree with the golden values");
    assert_eq!((tracks, genomes), (28, 11));
}

/// The values of another reader, bigtools, over whole contigs and odd ranges.
#[test]
fn bigtools_agrees() {
    let Some((golden, files)) = golden() else { return };
    let refused: HashSet<&String> =
        golden.iter().filter(|(_, v)| !v["refused"].is_null()).map(|(name, _)| name).collect();
    let mut compared = 0;
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        if !golden.contains_key(&name) || name.contains(".fa") || refused.contains(&name) {
            continue;
        }
        let track = BigWig::open(&path).unwrap();
        let mut other = bigtools::BigWigRead::open_file(&path).unwrap();
        let names: Vec<_> = other.chroms().iter().map(|chrom| (chrom.name.clone(), u64::from(chrom.length))).collect();
        assert_eq!(track.contigs(), names);
        for (contig, length) in track.contigs().iter().step_by(track.contigs().len().div_ceil(20)) {
            for k in 0..20 {
                let start = length * k / 20 + k * k % 7;
                let end = (start + 3001 + 997 * k).min(*length);
                let Some(width) = end.checked_sub(start) else { continue };
                let mut values = vec![f32::NAN; width as usize];
                track.read(contig, start, end, &mut values).unwrap();
                let mut expected = vec![0.0; width as usize];
                for value in other.get_interval(contig, start as u32, end as u32).unwrap() {
                    let value = value.unwrap();
                    let clean = if value.value.is_nan() { 0.0 } else { value.value + 0.0 };
                    // Intervals of no length come out of bigtools clipped to the range, so that
                    // some are reversed.
                    let (from, to) = (u64::from(value.start), u64::from(value.end));
                    if from < to {
                        expected[(from - start) as usize..(to - start) as usize].fill(clean);
                    }
                }
                let same = values.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "{name} {contig}:{start}..{end}");
                compared += 1;
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{compared} ranges agree with bigtools");
    assert!(compared > 1000);
}

#[test]
fn every_bed_is_read_or_refused_with_its_line() {
    let Some(shared) = common::shared() else { return };
    // Records and contigs, or the line that is refused.
    let expected = [
        ("seq/4_columns.bed", Ok((5, 1))),
        ("seq/5_columns.bed", Ok((5, 1))),
        ("seq/basic_feature_3_columns_empty_lines.bed", Ok((6, 1))),
        ("seq/empty.narrowPeak", Ok((0, 0))),
        ("seq/malformed.bed", Err(31)),
        ("seq/missing_linefeed.bed", Ok((4, 1))),
        ("seq/names_with_spaces.bed", Ok((25, 1))),
        ("seq/sample.bed", Ok((66, 22))),
        ("seq/track_url.bed", Ok((6, 1))),
        ("seq/unknown_track_type.bed", Ok((3, 1))),
        ("tangermeme/test.bed", Ok((5, 2))),
        ("tangermeme/test2.bed", Ok((9, 5))),
        ("yeast/exclusion.bed", Ok((34, 16))),
        ("yeast/macs3_callpeak.narrowPeak", Ok((1889, 17))),
        ("yeast/macs_hmmratac_yeast500k.narrowPeak", Ok((1605, 17))),
        ("yeast/negatives.bed", Ok((4000, 16))),
    ];
    for (name, expected) in expected {
        let path = shared.join("data").join(name);
        let found = match read_bed(&path) {
            Ok(bed) => {
                let strict = require_summits(&bed, &path);
                assert_eq!(strict.is_ok(), name.ends_with(".narrowPeak"), "{name}: {strict:?}");
                Ok((bed.records.len(), bed.contigs.len()))
            }
            Err(Error::Input { line, .. }) => Err(line.unwrap()),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(found, expected, "{name}");
    }
}
