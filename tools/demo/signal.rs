//! The simulated tracks: read ends of the two strands around the peaks' summits, and a broad
//! control.
//!
//! Counts are made by blocks of the genome. Whatever lies across a block's border (a peak, an
//! artefact) has a random stream of its own and is made again for each block it touches, so blocks
//! do not depend on one another.

use super::genome::{BLOCK, Genome, within};
use super::peaks::{Loci, Peak};
use super::random::{Random, Stream};
use std::ops::Range;

/// How far the reads of a strand lie from the summit on average: plus before it, minus after it.
const OFFSET: i64 = 40;

/// No read of a peak lies further from its summit than this, in bases.
const REACH: u64 = 2_000;

/// A track of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Track {
    /// Read ends on the plus strand.
    Plus,
    /// Read ends on the minus strand.
    Minus,
    /// Depth of the control's fragments.
    Control,
}

/// Returns the counts of a block, one for each base.
pub(crate) fn counts(genome: &Genome, loci: &[Loci], track: Track, contig: usize, block: u64) -> Vec<u32> {
    let range = genome.block(contig, block);
    let mut counts = vec![0; (range.end - range.start) as usize];
    let loci = &loci[contig];
    let key = |stream, index| Random::new(genome.seed, stream, contig, index);
    match track {
        Track::Plus => {
            read_ends(&mut counts, &mut key(Stream::PlusBackground, block));
            around_peaks(&mut counts, &range, &loci.peaks, |k| key(Stream::PlusReads, k), |r| read_end(r, -OFFSET));
            in_artefacts(&mut counts, &range, &loci.artefacts, |k| key(Stream::PlusArtefact, k));
        }
        Track::Minus => {
            read_ends(&mut counts, &mut key(Stream::MinusBackground, block));
            around_peaks(&mut counts, &range, &loci.peaks, |k| key(Stream::MinusReads, k), |r| read_end(r, OFFSET));
            in_artefacts(&mut counts, &range, &loci.artefacts, |k| key(Stream::MinusArtefact, k));
        }
        Track::Control => {
            fragments(&mut counts, &mut key(Stream::ControlBackground, block));
            around_peaks(&mut counts, &range, &loci.peaks, |k| key(Stream::ControlReads, k), fragment);
            in_artefacts(&mut counts, &range, &loci.artefacts, |k| key(Stream::ControlArtefact, k));
        }
    }
    for gap in within(&genome.contigs[contig].gaps, &range) {
        counts[gap].fill(0);
    }
    counts
}

/// Returns the intervals of equal, non-zero counts of a whole track, contig after contig: (contig,
/// range, count).
pub(crate) fn intervals(
    genome: &Genome,
    loci: &[Loci],
    track: Track,
) -> impl Iterator<Item = (usize, Range<u64>, u32)> {
    (0..genome.contigs.len()).flat_map(move |contig| {
        (0..genome.blocks(contig)).flat_map(move |block| {
            let counts = counts(genome, loci, track, contig, block);
            let mut at = block * BLOCK;
            let runs: Vec<_> = counts
                .chunk_by(|a, b| a == b)
                .map(|run| {
                    let start = at;
                    at += run.len() as u64;
                    (contig, start..at, run[0])
                })
                .filter(|(_, _, count)| *count > 0)
                .collect();
            runs
        })
    })
}

/// Adds the background of a strand: one base in fifty has a read end, some have more.
fn read_ends(counts: &mut [u32], random: &mut Random) {
    for count in counts {
        if random.one_in(50) {
            *count += 1;
            while random.one_in(12) {
                *count += 1;
            }
        }
    }
}

/// Adds the background of the control: fragments of 100 to 200 bases, one begun in 500 bases, cut
/// at the block's end.
fn fragments(counts: &mut [u32], random: &mut Random) {
    for start in 0..counts.len() {
        if random.one_in(500) {
            let end = (start + 100 + random.below(101) as usize).min(counts.len());
            counts[start..end].iter_mut().for_each(|count| *count += 1);
        }
    }
}

/// Adds what `place` puts around the summits, relative to them: one draw for each read of the peak.
fn around_peaks(
    counts: &mut [u32],
    range: &Range<u64>,
    peaks: &[Peak],
    stream: impl Fn(u64) -> Random,
    place: impl Fn(&mut Random) -> Range<i64>,
) {
    let length = counts.len() as i64;
    let first = peaks.partition_point(|peak| peak.summit + REACH <= range.start);
    for (index, peak) in (0_u64..).zip(peaks).skip(first).take_while(|(_, peak)| peak.summit < range.end + REACH) {
        let mut random = stream(index);
        let summit = peak.summit as i64 - range.start as i64;
        for _ in 0..peak.reads {
            let read = place(&mut random);
            let clamp = |at: i64| (summit + at).clamp(0, length) as usize;
            counts[clamp(read.start)..clamp(read.end)].iter_mut().for_each(|count| *count += 1);
        }
    }
}

/// Returns where one read end of a strand lies: half of them in a sharp border, half spread around
/// it.
fn read_end(random: &mut Random, offset: i64) -> Range<i64> {
    let spread = if random.one_in(2) { 2 } else { 40 };
    let at = offset + random.deviation(spread);
    at..at + 1
}

/// Returns where one fragment of the control lies; seven of eight reads of a peak leave none.
fn fragment(random: &mut Random) -> Range<i64> {
    if !random.one_in(8) {
        return 0..0;
    }
    let start = random.deviation(400) - 75;
    start..start + 100 + random.below(101) as i64
}

/// Adds absurd counts at every base of the artefacts.
fn in_artefacts(counts: &mut [u32], range: &Range<u64>, artefacts: &[Range<u64>], stream: impl Fn(u64) -> Random) {
    for (index, region) in (0_u64..).zip(artefacts) {
        if region.start < range.end && range.start < region.end {
            let mut random = stream(index);
            for at in region.clone() {
                let count = 200 + random.below(800) as u32;
                if range.contains(&at) {
                    counts[(at - range.start) as usize] += count;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::peaks::lay;

    #[test]
    fn density_offset_and_gaps_are_as_described() {
        let genome = Genome::new(3, 8_000_000);
        let loci = lay(&genome);
        let mut centres = Vec::new();
        for track in [Track::Plus, Track::Minus] {
            let (mut nonzero, mut before, mut after) = (0, 0_u64, 0_u64);
            for contig in 0..genome.contigs.len() {
                let whole: Vec<u32> =
                    (0..genome.blocks(contig)).flat_map(|block| counts(&genome, &loci, track, contig, block)).collect();
                assert_eq!(whole.len() as u64, genome.contigs[contig].length);
                nonzero += whole.iter().filter(|&&count| count > 0).count();
                for gap in &genome.contigs[contig].gaps {
                    assert!(whole[gap.start as usize..gap.end as usize].iter().all(|&count| count == 0));
                }
                for region in &loci[contig].artefacts {
                    assert!(whole[region.start as usize..region.end as usize].iter().all(|&count| count >= 200));
                }
                for peak in
                    loci[contig].peaks.iter().filter(|p| !loci[contig].excluded.iter().any(|r| r.contains(&p.summit)))
                {
                    let at = peak.summit as usize;
                    before += whole[at.saturating_sub(200)..at].iter().map(|&c| u64::from(c)).sum::<u64>();
                    after += whole[at + 1..(at + 201).min(whole.len())].iter().map(|&c| u64::from(c)).sum::<u64>();
                }
            }
            let density = nonzero as f64 / 8e6;
            assert!((0.025..0.045).contains(&density), "{density}");
            centres.push(before > after);
        }
        assert_eq!(centres, [true, false], "plus lies before the summits, minus after them");
    }

    #[test]
    fn a_peak_across_a_border_loses_no_read() {
        let genome = Genome::new(3, 8_000_000);
        let mut loci = lay(&genome);
        let peak = Peak { start: BLOCK - 50, end: BLOCK + 50, summit: BLOCK, reads: 1_000 };
        for with in [true, false] {
            loci[0].peaks = if with { vec![peak.clone()] } else { Vec::new() };
            loci[0].artefacts = Vec::new();
            let near: u32 = counts(&genome, &loci, Track::Minus, 0, 0)[(BLOCK - 300) as usize..].iter().sum::<u32>()
                + counts(&genome, &loci, Track::Minus, 0, 1)[..300].iter().sum::<u32>();
            assert_eq!(near >= 1_000, with, "{near}");
        }
    }

    #[test]
    fn intervals_say_what_the_counts_say() {
        let genome = Genome::new(9, 3_000_000);
        let loci = lay(&genome);
        for track in [Track::Plus, Track::Control] {
            let mut rebuilt: Vec<Vec<u32>> = genome.contigs.iter().map(|c| vec![0; c.length as usize]).collect();
            let mut last = (0, 0);
            for (contig, range, count) in intervals(&genome, &loci, track) {
                assert!((contig, range.start) >= last && range.start < range.end && count > 0);
                last = (contig, range.end);
                rebuilt[contig][range.start as usize..range.end as usize].fill(count);
            }
            for (contig, rebuilt) in rebuilt.iter().enumerate() {
                let whole: Vec<u32> =
                    (0..genome.blocks(contig)).flat_map(|block| counts(&genome, &loci, track, contig, block)).collect();
                assert!(*rebuilt == whole);
            }
        }
    }
}
