//! Where the simulated loci lie: excluded regions, peaks with summits and strengths, and negatives
//! away from them.

use super::genome::{Contig, Genome, within};
use super::random::{Random, Stream};
use std::ops::Range;

/// Negatives keep at least this distance, in bases, from every summit.
const CLEARANCE: u64 = 1_500;

/// A peak, 0-based and half-open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peak {
    /// First base.
    pub(crate) start: u64,
    /// Past the last base.
    pub(crate) end: u64,
    /// The summit's base on the contig, inside `start .. end`.
    pub(crate) summit: u64,
    /// How many reads each strand has around the summit.
    pub(crate) reads: u64,
}

/// The loci of one contig, each list ascending by start.
pub(crate) struct Loci {
    /// Regions with absurd signal, all of which are excluded.
    pub(crate) artefacts: Vec<Range<u64>>,
    /// The exclusion list: the artefacts and the contig's ends.
    pub(crate) excluded: Vec<Range<u64>>,
    /// Peaks. A few lie in excluded regions or too near an end to be used, as in real lists.
    pub(crate) peaks: Vec<Peak>,
    /// Negatives, each away from every peak.
    pub(crate) negatives: Vec<Range<u64>>,
}

/// Lays the loci of every contig, in the genome's order, with about twice as many negatives as
/// peaks.
pub(crate) fn lay(genome: &Genome) -> Vec<Loci> {
    let mut loci: Vec<Loci> = (0..)
        .zip(&genome.contigs)
        .map(|(index, contig)| {
            let artefacts = artefacts(genome.seed, index, contig);
            let end = (contig.length / 50).min(5_000);
            let mut excluded = vec![0..end, contig.length - end..contig.length];
            excluded.extend(artefacts.iter().cloned());
            excluded.sort_by_key(|region| region.start);
            let peaks = peaks(genome.seed, index, contig, &artefacts);
            Loci { artefacts, excluded, peaks, negatives: Vec::new() }
        })
        .collect();
    draw_negatives(genome, &mut loci);
    loci
}

/// Returns one region of 1 to 10 kb in about 4 Mb, at least one in a large contig, none in a small
/// one.
fn artefacts(seed: u64, index: usize, contig: &Contig) -> Vec<Range<u64>> {
    let mut random = Random::new(seed, Stream::Artefacts, index, 0);
    if contig.length < 100_000 {
        return Vec::new();
    }
    let count = contig.length / 4_000_000 + 1;
    let stretch = contig.length / count;
    (0..count)
        .map(|k| {
            // Inside the middle half of its stretch, so that no two touch.
            let start = k * stretch + stretch / 4 + random.below(stretch / 4);
            start..start + 1_000 + random.below((stretch / 4).min(9_000))
        })
        .filter(|region| within(&contig.gaps, region).next().is_none())
        .collect()
}

/// Peaks in clusters with deserts between them, about one in 5 kb, and one in every artefact.
fn peaks(seed: u64, index: usize, contig: &Contig, artefacts: &[Range<u64>]) -> Vec<Peak> {
    let mut random = Random::new(seed, Stream::Peaks, index, 0);
    let mut summits = Vec::new();
    // The first one lies near the contig's end on purpose: the window around it does not fit.
    let mut at = 300 + random.below(700);
    while at + 300 < contig.length {
        summits.push(at);
        at += random.heavy_tailed(1_100, 60_000);
    }
    summits.extend(artefacts.iter().map(|region| (region.start + region.end) / 2));
    summits.sort_unstable();
    summits
        .into_iter()
        .map(|summit| {
            let (left, right) = (75 + random.below(200), 75 + random.below(200));
            Peak { start: summit - left, end: summit + right, summit, reads: random.heavy_tailed(45, 3_000) }
        })
        .filter(|peak| within(&contig.gaps, &(peak.start..peak.end)).next().is_none())
        .collect()
}

/// Draws, from all free places a kilobase apart, twice as many negatives as there are peaks, or all
/// places if fewer.
fn draw_negatives(genome: &Genome, loci: &mut [Loci]) {
    let mut places: Vec<(usize, u64)> = Vec::new();
    for (index, contig) in genome.contigs.iter().enumerate() {
        let summits: Vec<u64> = loci[index].peaks.iter().map(|peak| peak.summit).collect();
        let free = |centre: &u64| {
            let next = summits.partition_point(|summit| summit + CLEARANCE <= *centre);
            let clear = summits.get(next).is_none_or(|&summit| summit >= centre + CLEARANCE);
            clear && within(&contig.gaps, &(centre - 500..centre + 500)).next().is_none()
        };
        places
            .extend((500..contig.length.saturating_sub(500)).step_by(1_000).filter(free).map(|centre| (index, centre)));
    }
    let wanted = (2 * loci.iter().map(|l| l.peaks.len()).sum::<usize>()).min(places.len());
    let mut random = Random::new(genome.seed, Stream::Negatives, 0, 0);
    for k in 0..wanted {
        let other = k + random.below((places.len() - k) as u64) as usize;
        places.swap(k, other);
    }
    places.truncate(wanted);
    places.sort_unstable();
    for (index, centre) in places {
        let half = 100 + random.below(200);
        loci[index].negatives.push(centre - half..centre + half);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loci_are_as_many_as_promised_and_where_promised() {
        let genome = Genome::new(11, 20_000_000);
        let loci = lay(&genome);
        let peaks: usize = loci.iter().map(|l| l.peaks.len()).sum();
        let negatives: usize = loci.iter().map(|l| l.negatives.len()).sum();
        assert!((3_000..8_000).contains(&peaks), "{peaks}");
        assert_eq!(negatives, 2 * peaks);

        for (contig, loci) in genome.contigs.iter().zip(&loci) {
            let clear_of_gaps = |r: Range<u64>| !contig.gaps.iter().any(|g| g.start < r.end && r.start < g.end);
            assert!(loci.peaks.windows(2).all(|pair| pair[0].summit <= pair[1].summit));
            for peak in &loci.peaks {
                assert!(peak.start <= peak.summit && peak.summit < peak.end && peak.end <= contig.length);
                assert!(clear_of_gaps(peak.start..peak.end));
            }
            assert!(loci.negatives.windows(2).all(|pair| pair[0].start < pair[1].start));
            for negative in &loci.negatives {
                assert!(negative.start < negative.end && negative.end <= contig.length);
                assert!(clear_of_gaps(negative.clone()));
                let centre = (negative.start + negative.end) / 2;
                assert!(loci.peaks.iter().all(|peak| peak.summit.abs_diff(centre) >= CLEARANCE));
            }
            assert!(loci.excluded.windows(2).all(|pair| pair[0].end <= pair[1].start), "{}", contig.name);
            assert!(loci.excluded.iter().all(|r| r.start < r.end && r.end <= contig.length));
        }
        // Some peaks are meant to be dropped: at the ends and in artefacts.
        let dropped = |l: &Loci| l.peaks.iter().filter(|p| l.excluded.iter().any(|r| r.contains(&p.summit))).count();
        assert!(loci.iter().map(dropped).sum::<usize>() >= 5);
        assert!(loci.iter().any(|l| l.peaks.iter().any(|p| p.summit < 1_057)));
    }
}
