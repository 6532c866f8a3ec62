//! The bigWig reader against generated files: sections of every type, and damage of every kind.

#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;
#[path = "hostile_bigwig/other_files.rs"]
mod other_files;
#[path = "hostile_bigwig/values.rs"]
mod values;

use atemoya::ingest::bigwig::BigWig;
use atemoya::{Error, Result};
use common::bigwigs::{Block, Layout, bed_graph, big_wig, fixed_step, var_step};
use proptest::prelude::*;
use std::path::Path;

const CONTIGS: [(&str, u32); 3] = [("a", 1000), ("bb", 50), ("ccc", 7)];

const LAYOUTS: [Layout; 3] = [
    Layout { compressed: true, fan_out: 256 },
    Layout { compressed: false, fan_out: 2 },
    Layout { compressed: true, fan_out: 1000 },
];

/// A directory for one file after another.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        // In memory where the system offers it: the tests write tens of thousands of files.
        Place(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
    }

    /// Writes the bytes to a file and opens it.
    fn open(&self, bytes: &[u8]) -> Result<BigWig> {
        let path = self.0.path().join("track.bw");
        std::fs::write(&path, bytes).unwrap();
        BigWig::open(&path)
    }

    /// Reads the first and the last 4,096 bases of each contig, and returns whether that succeeds.
    /// A panic, a value that is not finite and a value of -0.0 fail the test.
    fn survives(&self, bytes: &[u8]) -> bool {
        let Ok(track) = self.open(bytes) else { return false };
        let mut good = true;
        for (contig, length) in track.contigs() {
            for (start, end) in [(0, 4096.min(*length)), (length.saturating_sub(4096), *length)] {
                let mut out = vec![f32::NAN; (end - start) as usize];
                match track.read(contig, start, end, &mut out) {
                    Ok(()) => assert!(out.iter().all(|x| x.is_finite() && x.to_bits() != (-0.0_f32).to_bits())),
                    Err(Error::Input { .. }) => good = false,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        good
    }
}

/// Writes the bytes to a file and opens it.
fn open(bytes: &[u8]) -> Result<BigWig> {
    Place::new().open(bytes)
}

/// The values of a whole contig.
fn values(track: &BigWig, contig: &str, length: u64) -> Result<Vec<f32>> {
    let mut out = vec![f32::NAN; length as usize];
    track.read(contig, 0, length, &mut out).map(|()| out)
}

fn message<T>(result: Result<T>) -> String {
    match result {
        Err(error @ Error::Input { .. }) => error.to_string(),
        Err(error) => panic!("not an input error: {error}"),
        Ok(_) => panic!("accepted"),
    }
}

#[test]
fn intervals_that_readers_disagree_on_are_refused() {
    let cases: [(&str, Vec<Block>); 8] = [
        ("overlaps", vec![bed_graph(0, &[(0, 5, 1.0), (4, 6, 2.0)])]),
        ("out of order", vec![Block { start: 0, ..bed_graph(0, &[(10, 15, 1.0), (0, 5, 2.0)]) }]),
        ("ends before it starts", vec![Block { end: 9, ..bed_graph(0, &[(5, 3, 1.0)]) }]),
        ("overlaps", vec![fixed_step(0, 0, 2, 3, &[1.0, 2.0])]),
        ("overlaps", vec![fixed_step(0, 0, 0, 1, &[1.0, 2.0])]),
        ("overlaps", vec![var_step(0, 5, &[(0, 1.0), (4, 2.0)])]),
        ("outside", vec![Block { end: 4, ..bed_graph(0, &[(0, 5, 1.0)]) }]),
        // Two blocks, each good.
        ("overlaps", vec![bed_graph(0, &[(0, 6, 1.0)]), bed_graph(0, &[(5, 7, 2.0)])]),
    ];
    for (what, blocks) in cases {
        for layout in &LAYOUTS {
            let track = open(&big_wig(&CONTIGS, &blocks, layout)).unwrap();
            let said = message(values(&track, "a", 1000));
            assert!(said.contains(what) && said.contains("\"a\""), "{what}: {said}");
            assert_eq!(values(&track, "bb", 50).unwrap(), vec![0.0; 50]);
        }
    }
}

#[test]
fn damaged_indexes_and_sections_are_refused() {
    let good = bed_graph(0, &[(0, 5, 1.0)]);
    let at_open: [(&str, Vec<Block>); 3] = [
        ("out of order", vec![bed_graph(0, &[(9, 10, 1.0)]), good.clone()]),
        ("out of order", vec![Block { start: 6, ..good.clone() }]),
        ("not listed", vec![Block { contig: 3, ..good.clone() }]),
    ];
    for (what, blocks) in at_open {
        let said = message(open(&big_wig(&CONTIGS, &blocks, &LAYOUTS[0])));
        assert!(said.contains(what), "{what}: {said}");
    }
    let edit = |at: usize, byte: u8| {
        let mut block = good.clone();
        block.bytes[at] = byte;
        block
    };
    let cut = |length| Block { bytes: good.bytes[..length].to_vec(), ..good.clone() };
    let huge = Block { bytes: vec![0; (1 << 24) + 1], ..good.clone() };
    let at_read = [
        ("contig with id 1", edit(0, 1)),
        ("unknown kind 4", edit(20, 4)),
        ("cut short", edit(22, 2)),
        ("cut short", cut(35)),
        ("cut short", cut(23)),
        ("empty", cut(0)),
        ("more than", huge),
    ];
    for (what, block) in at_read {
        let track = open(&big_wig(&CONTIGS, &[block], &LAYOUTS[0])).unwrap();
        let said = message(values(&track, "a", 1000));
        assert!(said.contains(what), "{what}: {said}");
    }
}

#[test]
fn damaged_trees_are_refused() {
    let blocks: Vec<_> = (0..9).map(|i| bed_graph(0, &[(i, i + 1, 1.0)])).collect();
    let bytes = big_wig(&CONTIGS, &blocks, &Layout { compressed: false, fan_out: 2 });
    let offset = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (contig_root, index_root) = (offset(8) + 32, offset(24) + 48);
    let edited = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        message(open(&bytes))
    };
    let here = |at: usize| (at as u64).to_le_bytes();
    assert!(edited(offset(8), &[0]).contains("contig tree"));
    assert!(edited(offset(24), &[0]).contains("data index"));
    // The first child of each root is the root: after the node's 4 bytes, a key, or 16 bytes of
    // range.
    assert!(edited(contig_root + 4 + 3, &here(contig_root)).contains("loop"));
    assert!(edited(index_root + 4 + 16, &here(index_root)).contains("loop"));
    assert!(edited(index_root + 4 + 16, &here(usize::MAX - 20)).contains("past the end"));
    assert!(edited(index_root + 2, &[255, 255]).contains("past the end"));
    assert!(edited(contig_root + 2, &[255, 255]).contains("past the end"));
    assert!(edited(offset(8) + 8, &[255; 4]).contains("past the end"));
    assert!(edited(index_root, &[2]).contains("kind"));
    assert!(edited(contig_root, &[2]).contains("kind"));
    assert!(message(open(&big_wig(&[("a", 5), ("a", 6)], &[], &LAYOUTS[0]))).contains("twice"));
    assert!(message(open(&big_wig(&[("", 5), ("a", 6)], &[], &LAYOUTS[0]))).contains("empty"));
    assert_eq!(open(&big_wig(&[], &[], &LAYOUTS[0])).unwrap().contigs(), []);
}

/// Every cut and every flipped bit of small files, real and made.
#[test]
fn every_cut_and_every_flipped_bit_is_survived() {
    let blocks: Vec<_> =
        (0..5).map(|i| fixed_step(0, i * 100, 3, 2, &[i as f32; 9])).chain([bed_graph(1, &[(0, 5, 1.0)])]).collect();
    let mut files: Vec<_> = LAYOUTS.iter().map(|layout| big_wig(&CONTIGS, &blocks, layout)).collect();
    if let Some(shared) = common::shared() {
        for name in ["gvl_sample_0.bw", "js_nozooms.bw", "edge_last_base_and_empty_chrom.bw"] {
            files.push(std::fs::read(shared.join("data/bigwig").join(name)).unwrap());
        }
    }
    let place = Place::new();
    for bytes in files {
        assert!(place.survives(&bytes));
        for length in 0..bytes.len() {
            place.survives(&bytes[..length]);
        }
        let mut refused = 0;
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            refused += usize::from(!place.survives(&flipped));
        }
        assert!(refused > bytes.len(), "only {refused} of {} flips were refused", bytes.len() * 8);
    }
}

/// A flipped bit inside a zlib stream is found, by its checksum at the latest, or changes no value.
#[test]
fn a_damaged_zlib_stream_is_refused() {
    let block = bed_graph(0, &(0..300).map(|i| (3 * i, 3 * i + 2, (i * i % 17) as f32)).collect::<Vec<_>>());
    let bytes = big_wig(&CONTIGS, &[block], &LAYOUTS[0]);
    let data = u64::from_le_bytes(bytes[16..24].try_into().unwrap()) as usize + 8;
    let index = u64::from_le_bytes(bytes[24..32].try_into().unwrap()) as usize;
    let expected = values(&open(&bytes).unwrap(), "a", 1000).unwrap();
    let (place, mut refused) = (Place::new(), 0);
    for bit in data * 8..index * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match values(&place.open(&flipped).unwrap(), "a", 1000) {
            Ok(read) => assert_eq!(read, expected, "bit {bit}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > (index - data) * 8 * 9 / 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Random bytes over a compressed file of some hundred blocks.
    #[test]
    fn random_damage_is_survived(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let blocks: Vec<_> = (0..100).map(|i| var_step(0, 2, &[(i * 10, 1.0), (i * 10 + 5, 2.5)])).collect();
        let mut bytes = big_wig(&CONTIGS, &blocks, &Layout { compressed: true, fan_out: 10 });
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Place::new().survives(&bytes);
    }

    /// Values survive the writing in any encoding, block length and fan-out.
    #[test]
    fn round_trip(
        items in proptest::collection::vec((0u32..3, 1u32..4, any::<f32>()), 1..200),
        per_block in 1usize..20,
        fan_out in 2usize..9,
        compressed: bool,
    ) {
        let mut expected = vec![0.0_f32; 2000];
        let (mut placed, mut at) = (Vec::new(), 0);
        for (gap, width, value) in items {
            let (start, end) = (at + gap, at + gap + width);
            at = end;
            placed.push((start, end, value));
            let clean = if value.is_nan() { 0.0 } else { value.clamp(f32::MIN, f32::MAX) + 0.0 };
            expected[start as usize..end as usize].fill(clean);
        }
        let blocks: Vec<_> = placed.chunks(per_block).map(|chunk| bed_graph(1, chunk)).collect();
        let bytes = big_wig(&[("x", 10), ("y", 2000)], &blocks, &Layout { compressed, fan_out });
        let read = values(&open(&bytes).unwrap(), "y", 2000).unwrap();
        prop_assert!(read.iter().zip(&expected).all(|(x, y)| x.to_bits() == y.to_bits()));
        // bigtools reads the file that the test wrote in the same way, so that it is a bigWig at
        // all.
        let mut other = bigtools::BigWigRead::open(std::io::Cursor::new(bytes)).unwrap();
        let same = other.get_interval("y", 0, 2000).unwrap().map(|item| item.unwrap());
        let same: Vec<_> = same.map(|item| (item.start, item.end, item.value.to_bits())).collect();
        let wrote: Vec<_> = placed.iter().map(|(start, end, value)| (*start, *end, value.to_bits())).collect();
        prop_assert_eq!(same, wrote);
    }
}
