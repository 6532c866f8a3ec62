//! Keyed random streams: each part of the simulation draws from a generator of its own, so that
//! parts can be made in any order, by blocks and on several threads, and still come out the same.
//!
//! Only 64-bit outputs of xoshiro256++ and integer or exactly rounded arithmetic are used, so a
//! seed means the same data on every machine.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// What a generator is for. No two parts of the simulation share a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    /// Where a contig has runs of N and lower-case repeats.
    Layout = 1,
    /// The bases of a block.
    Sequence,
    /// Where the artefact regions of a contig lie.
    Artefacts,
    /// Where the peaks of a contig lie, and how strong they are.
    Peaks,
    /// Which places become negatives.
    Negatives,
    /// Background counts of a block of the plus strand.
    PlusBackground,
    /// Background counts of a block of the minus strand.
    MinusBackground,
    /// Reads of a peak on the plus strand.
    PlusReads,
    /// Reads of a peak on the minus strand.
    MinusReads,
    /// Counts of an artefact region on the plus strand.
    PlusArtefact,
    /// Counts of an artefact region on the minus strand.
    MinusArtefact,
    /// Background fragments of a block of the control.
    ControlBackground,
    /// Fragments of the control around a peak.
    ControlReads,
    /// Counts of an artefact region in the control.
    ControlArtefact,
}

/// A generator of one stream.
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// Returns the generator of `stream` for the `index`-th thing (block, peak, region) of a
    /// contig.
    pub(crate) fn new(seed: u64, stream: Stream, contig: usize, index: u64) -> Random {
        let mixed = |word| SplitMix64::seed_from_u64(word).next_u64();
        let words = [stream as u64, contig as u64, index];
        let key = words.into_iter().fold(mixed(seed), |key, word| mixed(key ^ word));
        Random(Xoshiro256PlusPlus::seed_from_u64(key))
    }

    /// Returns the next 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number in `0 .. bound`. Its bias, below `bound / 2^64`, does not matter for
    /// made-up data.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// Returns true once in `n` times.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.bits() < u64::MAX / n
    }

    /// Returns a bell-shaped deviation around 0, in `-4 * reach ..= 4 * reach`, with a standard
    /// deviation of about `1.2 * reach`.
    pub(crate) fn deviation(&mut self, reach: u64) -> i64 {
        (0..4).map(|_| self.below(2 * reach + 1) as i64 - reach as i64).sum()
    }

    /// Returns a number from `scale` up to `limit` with a heavy tail: twice as large is half as
    /// frequent.
    pub(crate) fn heavy_tailed(&mut self, scale: u64, limit: u64) -> u64 {
        // 53 bits and one division: both are exactly rounded everywhere.
        let uniform = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        ((scale as f64 / (1.0 - uniform)) as u64).clamp(scale, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_those_of_xoshiro256plusplus_under_the_stated_key() {
        // From a separate implementation in Python.
        let mut random = Random::new(42, Stream::Peaks, 2, 7);
        assert_eq!(
            [(); 3].map(|()| random.bits()),
            [0xEF01_1CCF_E897_1209, 0xC99C_F245_B4C9_30E0, 0x8EBD_2EB3_17D3_0AC3]
        );
    }

    #[test]
    fn every_part_of_the_key_matters() {
        let first = |seed, stream, contig, index| Random::new(seed, stream, contig, index).bits();
        let base = first(1, Stream::Peaks, 2, 3);
        assert_eq!(base, first(1, Stream::Peaks, 2, 3));
        assert_ne!(base, first(0, Stream::Peaks, 2, 3));
        assert_ne!(base, first(1, Stream::Layout, 2, 3));
        assert_ne!(base, first(1, Stream::Peaks, 3, 2));
        assert_ne!(base, first(1, Stream::Peaks, 2, 4));
    }

    #[test]
    fn draws_keep_to_their_ranges_and_means() {
        let mut random = Random::new(7, Stream::Peaks, 0, 0);
        let n = 20_000;
        let below: Vec<u64> = (0..n).map(|_| random.below(10)).collect();
        assert_eq!((below.iter().min(), below.iter().max()), (Some(&0), Some(&9)));
        let mean = below.iter().sum::<u64>() as f64 / n as f64;
        assert!((mean - 4.5).abs() < 0.1, "{mean}");

        let deviations: Vec<i64> = (0..n).map(|_| random.deviation(25)).collect();
        assert!(deviations.iter().all(|d| d.abs() <= 100));
        let mean = deviations.iter().sum::<i64>() as f64 / n as f64;
        assert!(mean.abs() < 1.0, "{mean}");

        let tail: Vec<u64> = (0..n).map(|_| random.heavy_tailed(60, 6_000)).collect();
        assert!(tail.iter().all(|t| (60..=6_000).contains(t)));
        let above = tail.iter().filter(|&&t| t >= 120).count() as f64 / n as f64;
        assert!((above - 0.5).abs() < 0.02, "{above}");

        let hits = (0..n).filter(|_| random.one_in(50)).count() as f64 / n as f64;
        assert!((hits - 0.02).abs() < 0.005, "{hits}");
    }
}
