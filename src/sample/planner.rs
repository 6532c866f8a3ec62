//! The planner of peaks and negatives: the plans of all epochs.

use super::cherimoya::CherimoyaPlan;
use super::native::{EpochPlan, PlanOptions};
use super::order::Order;
use super::plan::Plan;
use crate::Result;

/// Mixes each peak once an epoch with negatives drawn at a ratio, jitters the peaks and
/// reverse-complements half of all examples, in one of the [orders](Order). It touches no data: a
/// plan says which locus, shift and orientation stand at each index.
///
/// ```
/// use atemoya::EpochPlanner;
/// use atemoya::sample::{Order, PlanOptions};
///
/// let options = PlanOptions {
///     n_peaks: 1000,
///     n_negatives: 5000,
///     negative_ratio: 0.1,
///     max_jitter: 50,
///     reverse_complement: true,
///     shuffle: true,
///     seed: 0,
/// };
/// let planner = EpochPlanner::new(options.clone())?;
/// assert_eq!(planner.len(), 1100);
/// let example = planner.epoch(3)?.draw(17);
/// assert!(example.offset <= 100);
///
/// let planner = EpochPlanner::with_order(options, Order::Cherimoya)?;
/// assert_eq!(planner.epoch(3)?.len(), 1100);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EpochPlanner {
    options: PlanOptions,
    order: Order,
    examples: usize,
}

impl EpochPlanner {
    /// The planner in the native order. Checks the options.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`EpochPlan::new`].
    pub fn new(options: PlanOptions) -> Result<EpochPlanner> {
        EpochPlanner::with_order(options, Order::Native)
    }

    /// The planner in any order. Checks the options.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`EpochPlan::new`].
    pub fn with_order(options: PlanOptions, order: Order) -> Result<EpochPlanner> {
        let examples = options.examples()? as usize;
        Ok(EpochPlanner { options, order, examples })
    }

    /// The order of the plans.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// Examples of an epoch: `n_peaks + trunc(n_peaks * negative_ratio)`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Whether an epoch has no example, which never is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// What the plans depend on.
    #[must_use]
    pub fn options(&self) -> &PlanOptions {
        &self.options
    }

    /// The plan of an epoch, made in time proportional to its length.
    ///
    /// # Errors
    /// None that making the planner has not found.
    pub fn epoch(&self, epoch: u64) -> Result<Plan> {
        match self.order {
            Order::Native => EpochPlan::new(&self.options, epoch).map(Plan::from),
            Order::Cherimoya => CherimoyaPlan::new(&self.options, epoch).map(Plan::from),
        }
    }
}
