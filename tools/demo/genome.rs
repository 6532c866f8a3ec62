//! The simulated genome: a handful of contigs of unequal length with runs of N and lower-case
//! repeats.
//!
//! Bases are made by blocks, on demand, so no contig is ever held whole.

use super::random::{Random, Stream};
use std::ops::Range;

/// Bases made at a time: a multiple of the FASTA line's 60.
pub(crate) const BLOCK: u64 = 960_000;

/// The contigs and the share of the genome that each takes, in thousandths; the first takes what is
/// left.
const CONTIGS: [(&str, u64); 5] = [("chr1", 0), ("chr2", 250), ("chr3", 190), ("chr4", 130), ("chrX", 100)];

/// The small contig, and its length in bases where the genome is large enough.
const SMALL: (&str, u64) = ("chrM", 16_569);

/// What each of 256 byte values becomes: 30% A, 20% C, 20% G, 30% T.
const LETTERS: [u8; 256] = {
    let mut letters = [b'A'; 256];
    let mut i = 77;
    while i < 256 {
        letters[i] = match i {
            0..128 => b'C',
            128..179 => b'G',
            _ => b'T',
        };
        i += 1;
    }
    letters
};

/// One contig and what is peculiar about its places. All ranges are 0-based, half-open, ascending
/// and disjoint.
pub(crate) struct Contig {
    /// Its name in every file.
    pub(crate) name: &'static str,
    /// Its length in bases.
    pub(crate) length: u64,
    /// Runs of N. No read maps there.
    pub(crate) gaps: Vec<Range<u64>>,
    /// Runs in lower case.
    repeats: Vec<Range<u64>>,
}

/// The contigs, in FASTA order, and the seed they are made from.
pub(crate) struct Genome {
    /// Seed of every stream.
    pub(crate) seed: u64,
    /// In FASTA order.
    pub(crate) contigs: Vec<Contig>,
}

impl Genome {
    /// Lays out a genome of `bases` in all, at least 100,000.
    pub(crate) fn new(seed: u64, bases: u64) -> Genome {
        let small = SMALL.1.min(bases / 100);
        let mut lengths: Vec<(&str, u64)> =
            CONTIGS.iter().map(|&(name, share)| (name, bases / 1_000 * share)).chain([(SMALL.0, small)]).collect();
        lengths[0].1 = bases - lengths.iter().map(|c| c.1).sum::<u64>();
        let contigs = lengths
            .into_iter()
            .enumerate()
            .map(|(index, (name, length))| {
                let mut random = Random::new(seed, Stream::Layout, index, 0);
                // Every other contig ends in N, as assemblies do that lack the telomeres; the small
                // one has none at all.
                let gaps = if name == SMALL.0 { Vec::new() } else { gaps(&mut random, length, index % 2 == 0) };
                Contig { name, length, gaps, repeats: repeats(&mut random, length) }
            })
            .collect();
        Genome { seed, contigs }
    }

    /// Returns the number of blocks of a contig.
    pub(crate) fn blocks(&self, contig: usize) -> u64 {
        self.contigs[contig].length.div_ceil(BLOCK)
    }

    /// Returns the bases that block `block` of a contig covers.
    pub(crate) fn block(&self, contig: usize, block: u64) -> Range<u64> {
        block * BLOCK..((block + 1) * BLOCK).min(self.contigs[contig].length)
    }

    /// Returns the letters of a block, as they stand in the FASTA file.
    pub(crate) fn letters(&self, contig: usize, block: u64) -> Vec<u8> {
        let range = self.block(contig, block);
        let mut random = Random::new(self.seed, Stream::Sequence, contig, block);
        let length = (range.end - range.start) as usize;
        let mut letters = Vec::with_capacity(length + 8);
        while letters.len() < length {
            letters.extend(random.bits().to_le_bytes().map(|byte| LETTERS[usize::from(byte)]));
        }
        letters.truncate(length);
        for part in within(&self.contigs[contig].repeats, &range) {
            letters[part].make_ascii_lowercase();
        }
        for part in within(&self.contigs[contig].gaps, &range) {
            letters[part].fill(b'N');
        }
        letters
    }
}

/// Returns the parts of ascending, disjoint `ranges` that lie in `window`, counted from the
/// window's start.
pub(crate) fn within<'a>(
    ranges: &'a [Range<u64>],
    window: &'a Range<u64>,
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let first = ranges.partition_point(|range| range.end <= window.start);
    ranges[first..].iter().take_while(|range| range.start < window.end).map(|range| {
        let start = range.start.max(window.start) - window.start;
        let end = range.end.min(window.end) - window.start;
        start as usize..end as usize
    })
}

/// Runs of N: at both ends if wanted, a long one in the middle, and short ones here and there.
fn gaps(random: &mut Random, length: u64, ends: bool) -> Vec<Range<u64>> {
    let end = if ends { (length / 50).min(10_000) } else { 0 };
    let middle = length * 2 / 5..length * 2 / 5 + length / 100;
    let mut gaps = vec![0..end, middle.clone(), length - end..length];
    let mut at = end;
    loop {
        at += length / 50 + random.below(length / 10);
        let short = at..at + 1 + random.below(1_000);
        if short.end + end >= length {
            break;
        }
        if short.end < middle.start || short.start > middle.end {
            at = short.end;
            gaps.push(short);
        }
    }
    gaps.retain(|gap| !gap.is_empty());
    gaps.sort_by_key(|gap| gap.start);
    gaps
}

/// Returns lower-case runs over about two fifths of the contig.
fn repeats(random: &mut Random, length: u64) -> Vec<Range<u64>> {
    let mut repeats = Vec::new();
    let mut at = random.below(1_500);
    while at < length {
        let end = (at + 100 + random.below(1_000)).min(length);
        repeats.push(at..end);
        at = end + 300 + random.below(1_200);
    }
    repeats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contigs_add_up_and_their_ranges_are_ascending_and_inside() {
        for bases in [100_000, 1_000_003, 24_000_000] {
            let genome = Genome::new(5, bases);
            assert_eq!(genome.contigs.iter().map(|c| c.length).sum::<u64>(), bases);
            for contig in &genome.contigs {
                for ranges in [&contig.gaps, &contig.repeats] {
                    assert!(ranges.iter().all(|r| r.start < r.end && r.end <= contig.length));
                    assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{}", contig.name);
                }
            }
        }
    }

    #[test]
    fn letters_show_the_layout() {
        let genome = Genome::new(5, 4_000_000);
        for (index, contig) in genome.contigs.iter().enumerate() {
            let letters: Vec<u8> = (0..genome.blocks(index)).flat_map(|block| genome.letters(index, block)).collect();
            assert_eq!(letters.len() as u64, contig.length);
            for (at, letter) in (0_u64..).zip(&letters) {
                let gap = contig.gaps.iter().any(|gap| gap.contains(&at));
                assert_eq!(*letter == b'N', gap, "{} {at}", contig.name);
                if at % 997 == 0 && !gap {
                    assert_eq!(letter.is_ascii_lowercase(), contig.repeats.iter().any(|r| r.contains(&at)));
                }
            }
            let count = |set: &[u8]| letters.iter().filter(|letter| set.contains(letter)).count() as f64;
            let gc = count(b"CGcg") / count(b"ACGTacgt");
            assert!((0.38..0.43).contains(&gc), "{gc}");
        }
    }

    #[test]
    fn within_cuts_ranges_to_the_window() {
        let ranges = [0..10, 20..30, 40..50];
        let cut = |window: Range<u64>| within(&ranges, &window).collect::<Vec<_>>();
        assert_eq!(cut(5..45), [0..5, 15..25, 35..40]);
        assert_eq!(cut(10..20), []);
        assert_eq!(cut(29..41), [0..1, 11..12]);
        assert_eq!(cut(50..90), []);
    }
}
