//! A small data set with known values, written as files of the users' formats, and packed.

use super::bigwigs::{self, Block, Item, Layout};
use super::stores::Contig;
use atemoya::Store;
use atemoya::index::{IndexBuilder, Indexed};
use atemoya::pack::PackBuilder;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng};
use std::fs;
use std::path::{Path, PathBuf};

/// Random numbers that are the same on every run.
#[derive(Debug, Clone)]
pub struct Rng(SplitMix64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(SplitMix64::seed_from_u64(seed))
    }

    pub fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Contigs of these lengths, with sequence and three tracks: sparse counts, large and dense counts,
/// and runs.
pub fn contigs(lengths: &[usize], seed: u64) -> Vec<Contig> {
    let mut rng = Rng::new(seed);
    let contig = |(i, &length): (usize, &usize)| {
        let letters = (0..length).map(|_| b"ACGTacgtACGTACGTN"[rng.below(17) as usize]).collect();
        let sparse = (0..length).map(|_| if rng.below(20) == 0 { (1 + rng.below(3)) as f32 } else { 0.0 }).collect();
        let dense = (0..length).map(|_| rng.below(700) as f32 / if i == 0 { 1.0 } else { 8.0 }).collect();
        let mut runs = Vec::with_capacity(length);
        while runs.len() < length {
            let value = rng.below(5) as f32 * 0.3;
            runs.extend(std::iter::repeat_n(value, (1 + rng.below(90) as usize).min(length - runs.len())));
        }
        Contig { name: format!("chr{}", char::from(b'A' + i as u8)), letters, tracks: vec![sparse, dense, runs] }
    };
    lengths.iter().enumerate().map(contig).collect()
}

/// FASTA with lines of 60 letters.
pub fn fasta(contigs: &[Contig]) -> Vec<u8> {
    let mut text = Vec::new();
    for contig in contigs {
        text.extend(format!(">{} of a test\n", contig.name).bytes());
        for line in contig.letters.chunks(60) {
            text.extend(line);
            text.push(b'\n');
        }
    }
    text
}

/// Intervals of equal values that are not 0.
pub fn intervals(values: &[f32]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (i, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
        match items.last_mut() {
            Some((_, end, last)) if *end as usize == i && *last == value => *end += 1,
            _ => items.push((i as u32, i as u32 + 1, value)),
        }
    }
    items
}

/// A bigWig of one track of the contigs.
pub fn big_wig(contigs: &[Contig], track: usize) -> Vec<u8> {
    let listed: Vec<(&str, u32)> = contigs.iter().map(|c| (c.name.as_str(), c.letters.len() as u32)).collect();
    let blocks: Vec<Block> = (0..)
        .zip(contigs)
        .flat_map(|(id, contig)| {
            let items = intervals(&contig.tracks[track]);
            items.chunks(200).map(|items| bigwigs::bed_graph(id, items)).collect::<Vec<_>>()
        })
        .collect();
    bigwigs::big_wig(&listed, &blocks, &Layout::default())
}

/// Writes a file and returns its path.
pub fn write(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Rows of narrowPeak at random places, some of them near the ends of contigs.
pub fn peaks(contigs: &[Contig], rows: usize, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    let row = |_| {
        let contig = &contigs[rng.below(contigs.len() as u64) as usize];
        let start = rng.below(contig.letters.len() as u64 - 150);
        let width = 20 + rng.below(100);
        let summit = rng.below(width + 1);
        format!("{}\t{start}\t{}\t.\t0\t.\t1\t1\t1\t{summit}\n", contig.name, start + width)
    };
    (0..rows).map(row).collect()
}

/// Packs contigs with all their tracks as `directory/store`: signal `stranded` of tracks 0 and 1,
/// signal `runs` of track 2, control `input` of tracks 1 and 2.
pub fn pack(directory: &Path, contigs: &[Contig], tile_log2: u32) -> Store {
    let genome = write(directory, "genome.fa", fasta(contigs));
    let tracks: Vec<PathBuf> =
        (0..3).map(|track| write(directory, &format!("{track}.bw"), big_wig(contigs, track))).collect();
    let out = directory.join("store");
    let builder = PackBuilder::new()
        .fasta(genome)
        .signal("stranded", [&tracks[0], &tracks[1]])
        .control("input", [&tracks[1], &tracks[2]])
        .signal("runs", [&tracks[2]])
        .tile_log2(tile_log2);
    let mut warnings = builder.publish(&out, &()).unwrap().warnings;
    // A track may be all zeros.
    warnings.retain(|warning| !warning.ends_with("since no value is there"));
    assert_eq!(warnings, Vec::<String>::new());
    Store::open(out).unwrap()
}

/// Indexes random peaks, centred on their summits, and negatives.
pub fn index(store: &Store, directory: &Path, contigs: &[Contig], rows: usize) -> Indexed {
    let peaks_file = write(directory, "peaks.narrowPeak", peaks(contigs, rows, 1));
    let negatives = write(directory, "negatives.bed", peaks(contigs, rows, 2));
    let builder = IndexBuilder::new("default").peaks([peaks_file]).negatives([negatives]);
    builder.summits(true).counts_window(80).publish(store, &()).unwrap()
}

/// Where a section of a data file lies: DATA, CONTIGS, then INDEX (panels), and CHECKS last.
pub fn section(file: &[u8], number: usize) -> std::ops::Range<usize> {
    let field = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize;
    let entry = 128 + 32 * number;
    field(entry + 8)..field(entry + 8) + field(entry + 16)
}
