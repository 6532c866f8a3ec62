//! The native order, version 1, as `format-spec/SAMPLER.md` defines it.
//!
//! The order is part of the format: it never changes within a version, and
//! `format-spec/vectors/sampler.json` tests it.

use crate::{Error, Result};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The version of the order, for saved states.
pub const VERSION: u32 = 1;

/// The increment of SplitMix64.
const G: u64 = 0x9E37_79B9_7F4A_7C15;
/// The stream that shuffles an epoch; the streams of its examples are their indices.
const SHUFFLE_STREAM: u64 = u64::MAX;

/// Returns the finaliser of SplitMix64, a bijection.
pub fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Returns the key of a stream of random numbers.
pub fn key(seed: u64, epoch: u64, stream: u64) -> u64 {
    stream_key(epoch_key(seed, epoch), stream)
}

/// Returns the part of [`key`] that all streams of an epoch share.
fn epoch_key(seed: u64, epoch: u64) -> u64 {
    mix((mix(seed.wrapping_add(G)) ^ epoch).wrapping_add(G))
}

fn stream_key(epoch_key: u64, stream: u64) -> u64 {
    mix((epoch_key ^ stream).wrapping_add(G))
}

/// A stream of random numbers: xoshiro256++, of which only the 64-bit outputs are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator(Xoshiro256PlusPlus);

impl Generator {
    /// Starts the stream of this seed, epoch and stream number.
    pub fn new(seed: u64, epoch: u64, stream: u64) -> Generator {
        Generator::from_key(key(seed, epoch, stream))
    }

    fn from_key(key: u64) -> Generator {
        let mut seed = [0; 32];
        for (i, word) in seed.chunks_exact_mut(8).enumerate() {
            word.copy_from_slice(&mix(key.wrapping_add(G.wrapping_mul(i as u64 + 1))).to_le_bytes());
        }
        Generator(Xoshiro256PlusPlus::from_seed(seed))
    }

    /// Returns the next 64-bit output.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns an integer that is uniform in `0 .. bound` (Lemire 2019), by one output or, rarely,
    /// more.
    ///
    /// Returns 0 for a bound of 0, which the specification does not define.
    pub fn bounded(&mut self, bound: u64) -> u64 {
        let (mut high, mut low) = self.product(bound);
        if low < bound {
            let threshold = bound.wrapping_neg() % bound;
            while low < threshold {
                (high, low) = self.product(bound);
            }
        }
        high
    }

    /// Returns the high and low half of the next output times `bound`.
    fn product(&mut self, bound: u64) -> (u64, u64) {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        ((product >> 64) as u64, product as u64)
    }
}

/// The options of an epoch's plan, in any order.
///
/// ```
/// use atemoya::EpochPlanner;
/// use atemoya::sample::PlanOptions;
///
/// let options = PlanOptions {
///     n_peaks: 100,
///     n_negatives: 40,
///     negative_ratio: 0.1,
///     max_jitter: 500,
///     reverse_complement: true,
///     shuffle: true,
///     seed: 7,
/// };
/// assert_eq!(EpochPlanner::new(options)?.len(), 110);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOptions {
    /// The number of peaks, at least 1. Each occurs exactly once in an epoch.
    pub n_peaks: usize,
    /// The number of negatives, which are drawn with replacement.
    pub n_negatives: usize,
    /// The number of negatives that are drawn for each peak: finite and not negative. The product
    /// with `n_peaks` is truncated.
    pub negative_ratio: f64,
    /// The greatest shift of a peak's window, in bases, below 2^31.
    pub max_jitter: u32,
    /// Whether each example is reverse complemented with probability 1/2.
    pub reverse_complement: bool,
    /// Whether the peaks come in random order. If not, they keep their order, but the positions of
    /// the negatives are still random.
    pub shuffle: bool,
    /// The seed of all epochs. Cherimoya's order uses it modulo 2^31 - 1.
    /// [`base_seed`](super::cherimoya::base_seed) returns the seed for a negative `random_state`.
    pub seed: u64,
}

/// The example at one index of an epoch.
///
/// ```
/// use atemoya::sample::Draw;
///
/// // The third peak, unshifted where the jitter is 50, and not reverse-complemented.
/// let draw = Draw { is_peak: true, source: 2, offset: 50, reverse_complement: false };
/// assert!(draw.is_peak);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Whether the example is a peak or a negative.
    pub is_peak: bool,
    /// The index of the locus among the kept peaks, or among the kept negatives.
    pub source: u32,
    /// `0 ..= 2 * max_jitter`: a peak's window is shifted by `offset - max_jitter` bases. Always 0
    /// for a negative, whose window is not shifted.
    pub offset: u32,
    /// Whether the example is reverse complemented.
    pub reverse_complement: bool,
}

/// The plan of one epoch in the native order: `n_peaks + trunc(n_peaks * negative_ratio)` examples,
/// four bytes each.
///
/// # Examples
/// ```
/// use atemoya::sample::{EpochPlan, PlanOptions};
///
/// let options = PlanOptions {
///     n_peaks: 100,
///     n_negatives: 40,
///     negative_ratio: 0.1,
///     max_jitter: 500,
///     reverse_complement: true,
///     shuffle: true,
///     seed: 7,
/// };
/// let plan = EpochPlan::new(&options, 3)?;
/// assert_eq!(plan.len(), 110);
/// assert_eq!((0..110).filter(|&i| plan.draw(i).is_peak).count(), 100);
/// assert_eq!(plan.draw(5), EpochPlan::new(&options, 3)?.draw(5));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochPlan {
    /// The peak at each index, or for a negative any value not below `n_peaks`.
    permutation: Vec<u32>,
    n_peaks: u32,
    n_negatives: u32,
    max_jitter: u32,
    reverse_complement: bool,
    epoch_key: u64,
}

impl EpochPlan {
    /// Plans an epoch, in time proportional to its length.
    ///
    /// # Errors
    /// [`Error::Argument`] when an option is out of its range, when `negative_ratio` is not 0 and
    /// there are no negatives (even if none would be drawn), or when the epoch would have 2^32
    /// examples or more.
    pub fn new(options: &PlanOptions, epoch: u64) -> Result<EpochPlan> {
        let n = options.examples()?;
        let n_peaks = options.n_peaks as u32;
        let mut permutation = Vec::new();
        let reserved = permutation.try_reserve_exact(n as usize);
        reserved.map_err(|e| Error::argument("negative_ratio", format!("no memory for {n} examples: {e}")))?;
        permutation.extend(0..n);
        let mut generator = Generator::new(options.seed, epoch, SHUFFLE_STREAM);
        for i in (1..n as usize).rev() {
            permutation.swap(i, generator.bounded(i as u64 + 1) as usize);
        }
        if !options.shuffle {
            let peaks = permutation.iter_mut().filter(|p| **p < n_peaks);
            peaks.zip(0..).for_each(|(p, k)| *p = k);
        }
        Ok(EpochPlan {
            permutation,
            n_peaks,
            n_negatives: options.n_negatives as u32,
            max_jitter: options.max_jitter,
            reverse_complement: options.reverse_complement,
            epoch_key: epoch_key(options.seed, epoch),
        })
    }

    /// Returns the number of examples of the epoch.
    pub fn len(&self) -> usize {
        self.permutation.len()
    }

    /// Returns false: an epoch has at least one example.
    pub fn is_empty(&self) -> bool {
        self.permutation.is_empty()
    }

    /// Returns the example at `index`, in constant time.
    ///
    /// # Panics
    /// When `index` is not below [`EpochPlan::len`], as indexing a slice does.
    pub fn draw(&self, index: usize) -> Draw {
        let place = self.permutation[index];
        let mut generator = Generator::from_key(stream_key(self.epoch_key, index as u64));
        let is_peak = place < self.n_peaks;
        let (source, offset) = if is_peak {
            (place, generator.bounded(2 * u64::from(self.max_jitter) + 1) as u32)
        } else {
            (generator.bounded(u64::from(self.n_negatives)) as u32, 0)
        };
        let reverse_complement = self.reverse_complement && generator.next_u64() >> 63 == 1;
        Draw { is_peak, source, offset, reverse_complement }
    }
}

impl PlanOptions {
    /// Checks every option and returns the length of an epoch.
    pub(super) fn examples(&self) -> Result<u32> {
        let too_many = |name, n| Error::argument(name, format!("{n} is more than an epoch's order allows (2^32 - 1)"));
        if self.n_peaks == 0 {
            return Err(Error::argument("n_peaks", "there is no peak"));
        }
        if !self.negative_ratio.is_finite() || self.negative_ratio < 0.0 {
            let message = format!("{} is not a finite number of at least 0", self.negative_ratio);
            return Err(Error::argument("negative_ratio", message));
        }
        if self.max_jitter >= 1 << 31 {
            return Err(Error::argument("max_jitter", format!("{} is not below 2^31", self.max_jitter)));
        }
        let n_peaks = u32::try_from(self.n_peaks).map_err(|_| too_many("n_peaks", self.n_peaks))?;
        u32::try_from(self.n_negatives).map_err(|_| too_many("n_negatives", self.n_negatives))?;
        let drawn = (f64::from(n_peaks) * self.negative_ratio).trunc();
        if self.negative_ratio > 0.0 && self.n_negatives == 0 {
            let message = format!("it is {}, and there are no negatives to draw; set it to 0", self.negative_ratio);
            return Err(Error::argument("negative_ratio", message));
        }
        if drawn > f64::from(u32::MAX - n_peaks) {
            let message =
                format!("{n_peaks} peaks and {drawn:.3e} negatives are more than an epoch's order allows (2^32 - 1)");
            return Err(Error::argument("negative_ratio", message));
        }
        Ok(n_peaks + drawn as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        assert_eq!([rng.next_u64(), rng.next_u64()], [0x5317_5d61_490b_23df, 0x61da_6f3d_c380_d507]);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        rng.jump();
        assert_eq!(rng.next_u64(), 0x2107_d23f_5380_538b);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        rng.long_jump();
        assert_eq!(rng.next_u64(), 0x7089_19b1_47f7_8af3);
    }

    #[test]
    fn our_words_are_those_of_seed_from_u64() {
        for key in [0, 1, 2, G, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(Generator::from_key(key).0, Xoshiro256PlusPlus::seed_from_u64(key));
        }
    }

    #[test]
    fn a_key_depends_on_each_of_its_parts() {
        let keys = [key(1, 2, 3), key(1, 3, 2), key(2, 1, 3), key(0, 2, 3), key(1, 2, 4)];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[..i].iter().all(|b| a != b));
        }
    }
}
