//! A small deterministic generator, so that every run measures the same bytes.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(SplitMix64);

impl Random {
    /// Starts a stream; what differs in any of `seeds` gives another one.
    #[must_use]
    pub fn new(seeds: &[u64]) -> Random {
        let start = SplitMix64::seed_from_u64(0);
        let next =
            |mut before: SplitMix64, &seed: &u64| SplitMix64::seed_from_u64(before.next_u64().wrapping_add(seed));
        Random(seeds.iter().fold(start, next))
    }

    /// Returns the next 64 bits.
    #[expect(clippy::should_implement_trait, reason = "the stream has no end")]
    pub fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Returns a number in `(0, 1]`.
    pub fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Returns how many failures come before a success of probability `p`.
    pub fn geometric(&mut self, p: f64) -> usize {
        (self.unit().ln() / (1.0 - p).ln()) as usize
    }
}
