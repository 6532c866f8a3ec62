//! The order of cherimoya 0.3.1's `PeakNegativeSampler`, which draws an epoch as whole arrays from
//! one stream of numpy's legacy generator. A training run that began there continues here with the
//! same examples.

use super::mt19937::RandomState;
use super::native::{Draw, PlanOptions};
use crate::Result;

/// The version of the order, for saved states.
#[doc(hidden)]
pub const VERSION: u32 = 1;

/// The modulus of seeds, 2^31 - 1.
const MODULUS: u64 = (1 << 31) - 1;
/// What each epoch adds to the seed, before the modulus.
const EPOCH_STRIDE: u128 = 2_654_435_761;

/// Returns the seed of epoch 0 for a `random_state`, which may be negative: its remainder, not
/// negative, of division by 2^31 - 1.
///
/// [`PeakGenerator::random_state`](crate::PeakGenerator::random_state) takes no negative numbers:
/// give it this value.
///
/// ```
/// use atemoya::sample::cherimoya::base_seed;
///
/// assert_eq!(base_seed(1234567), 1234567);
/// assert_eq!(base_seed(-1), 2147483646);
/// ```
#[must_use]
pub fn base_seed(random_state: i128) -> u64 {
    random_state.rem_euclid(i128::from(MODULUS)) as u64
}

/// Returns the seed of an epoch's generator.
fn epoch_seed(seed: u64, epoch: u64) -> u32 {
    let base = u128::from(seed % MODULUS);
    ((base + u128::from(epoch) * EPOCH_STRIDE) % u128::from(MODULUS)) as u32
}

/// Bits of a flag.
const IS_PEAK: u8 = 1;
const REVERSE_COMPLEMENT: u8 = 2;

/// The plan of one epoch in cherimoya's order: `n_peaks + trunc(n_peaks * negative_ratio)`
/// examples, nine bytes each (five without jitter).
///
/// As in cherimoya, all draws come from one stream, one array after the other. So `shuffle` changes
/// not only the order of the peaks, but also the positions of the negatives, which negatives are
/// drawn, offsets and orientations.
///
/// # Examples
/// ```
/// use atemoya::sample::{CherimoyaPlan, PlanOptions};
///
/// let options = PlanOptions {
///     n_peaks: 8,
///     n_negatives: 5,
///     negative_ratio: 0.5,
///     max_jitter: 3,
///     reverse_complement: true,
///     shuffle: true,
///     seed: 0,
/// };
/// let plan = CherimoyaPlan::new(&options, 0)?;
/// let sources: Vec<u32> = (0..plan.len()).map(|i| plan.draw(i).source).collect();
/// assert_eq!(sources, [6, 0, 2, 1, 1, 0, 1, 7, 3, 0, 5, 4]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CherimoyaPlan {
    sources: Vec<u32>,
    /// Empty when all offsets are 0.
    offsets: Vec<u32>,
    flags: Vec<u8>,
}

impl CherimoyaPlan {
    /// Plans an epoch, in time proportional to its length.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`super::EpochPlan::new`].
    pub fn new(options: &PlanOptions, epoch: u64) -> Result<CherimoyaPlan> {
        Ok(CherimoyaPlan::drawn(options, options.examples()?, &mut RandomState::new(epoch_seed(options.seed, epoch))))
    }

    /// Draws the plan of `n` examples from a generator.
    fn drawn(options: &PlanOptions, n: u32, generator: &mut RandomState) -> CherimoyaPlan {
        let mut peaks: Vec<u32> = (0..options.n_peaks as u32).collect();
        if options.shuffle {
            generator.shuffle(&mut peaks);
        }
        let mut flags: Vec<u8> = (0..n).map(|i| if (i as usize) < peaks.len() { IS_PEAK } else { 0 }).collect();
        generator.shuffle(&mut flags);

        let last_negative = options.n_negatives.saturating_sub(1) as u32;
        let mut peaks = peaks.into_iter();
        let source = |flag: &u8| match flag {
            // There are as many peak flags as peaks.
            &IS_PEAK => peaks.next().unwrap_or_default(),
            _ => generator.bounded(last_negative),
        };
        let sources = flags.iter().map(source).collect();

        let mut offsets = Vec::new();
        if options.max_jitter > 0 {
            // An offset is drawn for a negative too, but not used.
            let offset = |flag: &u8| generator.bounded(2 * options.max_jitter) * u32::from(flag & IS_PEAK);
            offsets = flags.iter().map(offset).collect();
        }
        if options.reverse_complement {
            flags.iter_mut().for_each(|flag| *flag |= generator.bounded(1) as u8 * REVERSE_COMPLEMENT);
        }
        CherimoyaPlan { sources, offsets, flags }
    }

    /// Returns the number of examples of the epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Returns false: an epoch has at least one example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Returns the example at `index`, in constant time.
    ///
    /// # Panics
    /// When `index` is not below [`CherimoyaPlan::len`], as indexing a slice does.
    #[must_use]
    pub fn draw(&self, index: usize) -> Draw {
        let flag = self.flags[index];
        Draw {
            is_peak: flag & IS_PEAK != 0,
            source: self.sources[index],
            offset: self.offsets.get(index).copied().unwrap_or(0),
            reverse_complement: flag & REVERSE_COMPLEMENT != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_those_of_cherimoya() {
        assert_eq!(base_seed(-1), 2_147_483_646);
        assert_eq!(base_seed(2_147_483_647), 0);
        assert_eq!(base_seed(i128::from(u64::MAX)), 3);
        assert_eq!(epoch_seed(0, 1), 506_952_114);
        assert_eq!(epoch_seed(2_147_483_647, 1), 506_952_114);
        assert_eq!(epoch_seed(u64::MAX, 0), 3);
        // 2^64 - 1 is 3 modulo 2^31 - 1.
        assert_eq!(epoch_seed(1, u64::MAX), 1 + 3 * 506_952_114);
    }

    type Columns = [[u32; 12]; 4];

    /// Labels, sources, offsets and orientations that cherimoya 0.3.1 drew, and numpy's next
    /// output: for an epoch, with peaks shuffled or not.
    const DRAWN: [(u64, bool, Columns, u32); 3] = [
        (
            0,
            true,
            [
                [1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1],
                [6, 0, 2, 1, 1, 0, 1, 7, 3, 0, 5, 4],
                [1, 0, 3, 0, 0, 0, 6, 0, 2, 3, 0, 1],
                [1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0],
            ],
            2_241_321_503,
        ),
        (
            1,
            true,
            [
                [1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1],
                [5, 1, 7, 0, 6, 4, 4, 4, 0, 1, 2, 3],
                [3, 0, 3, 0, 3, 0, 0, 1, 1, 6, 1, 1],
                [1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0],
            ],
            3_360_427_424,
        ),
        (
            0,
            false,
            [
                [1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1],
                [0, 0, 1, 4, 2, 2, 3, 4, 1, 5, 6, 7],
                [6, 0, 0, 0, 5, 0, 5, 0, 0, 4, 3, 0],
                [1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1],
            ],
            3_352_347_283,
        ),
    ];

    #[test]
    fn draws_are_those_of_cherimoya_and_so_is_what_follows() {
        for (epoch, shuffle, expected, next) in DRAWN {
            let options = PlanOptions {
                n_peaks: 8,
                n_negatives: 5,
                negative_ratio: 0.5,
                max_jitter: 3,
                reverse_complement: true,
                shuffle,
                seed: 0,
            };
            let mut generator = RandomState::new(epoch_seed(0, epoch));
            let plan = CherimoyaPlan::drawn(&options, 12, &mut generator);
            let columns = [
                |draw: Draw| u32::from(draw.is_peak),
                |draw: Draw| draw.source,
                |draw: Draw| draw.offset,
                |draw: Draw| u32::from(draw.reverse_complement),
            ];
            let got = columns.map(|column| std::array::from_fn(|i| column(plan.draw(i))));
            assert_eq!(got, expected, "epoch {epoch}, shuffle {shuffle}");
            assert_eq!(generator.next_u32(), next, "epoch {epoch}, shuffle {shuffle}");
            assert_eq!(plan, CherimoyaPlan::new(&options, epoch).unwrap());
        }
    }
}
