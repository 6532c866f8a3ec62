//! The plan of one epoch, in any order, which the feed follows.

use super::cherimoya::CherimoyaPlan;
use super::native::{Draw, EpochPlan};
use crate::{Error, Result};

/// The examples of one epoch: planned in one of the orders, or given by the caller.
///
/// # Examples
/// ```
/// use atemoya::sample::{Draw, Plan};
///
/// // Peak 1 as it is, then negative 0 reverse complemented.
/// let draws = vec![
///     Draw { is_peak: true, source: 1, offset: 50, reverse_complement: false },
///     Draw { is_peak: false, source: 0, offset: 0, reverse_complement: true },
/// ];
/// let plan = Plan::from_draws(draws, 2, 1, 50)?;
/// assert_eq!(plan.len(), 2);
/// assert!(plan.draw(1).reverse_complement);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(Inner);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Inner {
    Native(EpochPlan),
    Cherimoya(CherimoyaPlan),
    Draws(Vec<Draw>),
}

impl Plan {
    /// Creates a plan of the caller's draws: any examples in any order, each any number of times.
    ///
    /// `n_peaks` and `n_negatives` are the numbers of kept loci of each kind; `max_jitter` is that
    /// of the windows, in bases.
    ///
    /// # Errors
    /// [`Error::Argument`] with the index of the draw, when a source is not below the number of
    /// loci of its kind, a peak's offset is above `2 * max_jitter`, or a negative's offset is not
    /// 0. [`Error::Argument`] when there is no draw.
    pub fn from_draws(draws: Vec<Draw>, n_peaks: usize, n_negatives: usize, max_jitter: u32) -> Result<Plan> {
        if draws.is_empty() {
            return Err(Error::argument("draws", "there is none"));
        }
        for (index, draw) in draws.iter().enumerate() {
            let (kind, loci, widest) = match draw.is_peak {
                true => ("peak", n_peaks, 2 * u64::from(max_jitter)),
                false => ("negative", n_negatives, 0),
            };
            if draw.source as usize >= loci {
                let message = format!("draw {index} is {kind} {}, of {loci} counted from 0", draw.source);
                return Err(Error::argument("draws", message));
            }
            if u64::from(draw.offset) > widest {
                let message = format!("draw {index} has offset {}, above {widest}, the most for a {kind}", draw.offset);
                return Err(Error::argument("draws", message));
            }
        }
        Ok(Plan(Inner::Draws(draws)))
    }

    /// Returns the number of examples of the epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Inner::Native(plan) => plan.len(),
            Inner::Cherimoya(plan) => plan.len(),
            Inner::Draws(draws) => draws.len(),
        }
    }

    /// Returns false: an epoch has at least one example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the example at `index`, in constant time.
    ///
    /// # Panics
    /// When `index` is not below [`Plan::len`], as indexing a slice does.
    #[must_use]
    pub fn draw(&self, index: usize) -> Draw {
        match &self.0 {
            Inner::Native(plan) => plan.draw(index),
            Inner::Cherimoya(plan) => plan.draw(index),
            Inner::Draws(draws) => draws[index],
        }
    }
}

impl From<EpochPlan> for Plan {
    fn from(plan: EpochPlan) -> Plan {
        Plan(Inner::Native(plan))
    }
}

impl From<CherimoyaPlan> for Plan {
    fn from(plan: CherimoyaPlan) -> Plan {
        Plan(Inner::Cherimoya(plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(is_peak: bool, source: u32, offset: u32) -> Draw {
        Draw { is_peak, source, offset, reverse_complement: false }
    }

    #[test]
    fn the_callers_draws_are_given_back() {
        let draws = vec![draw(true, 4, 0), draw(true, 4, 6), draw(false, 1, 0), draw(true, 0, 3)];
        let plan = Plan::from_draws(draws.clone(), 5, 2, 3).unwrap();
        assert_eq!((0..plan.len()).map(|i| plan.draw(i)).collect::<Vec<_>>(), draws);
        let farthest = vec![draw(true, u32::MAX - 1, u32::MAX)];
        Plan::from_draws(farthest, u32::MAX as usize, 0, u32::MAX).unwrap();
    }

    #[test]
    fn draws_out_of_range_are_refused_with_their_index() {
        let cases = [
            (draw(true, 5, 0), "draws: draw 2 is peak 5, of 5 counted from 0"),
            (draw(false, 2, 0), "draws: draw 2 is negative 2, of 2 counted from 0"),
            (draw(true, 0, 7), "draws: draw 2 has offset 7, above 6, the most for a peak"),
            (draw(false, 0, 1), "draws: draw 2 has offset 1, above 0, the most for a negative"),
        ];
        for (bad, message) in cases {
            let draws = vec![draw(true, 0, 0), draw(false, 0, 0), bad, bad];
            assert_eq!(Plan::from_draws(draws, 5, 2, 3).unwrap_err().to_string(), message);
        }
        assert_eq!(Plan::from_draws(vec![], 5, 2, 3).unwrap_err().to_string(), "draws: there is none");
    }
}
