//! Plans all epochs of peaks and negatives.

use super::cherimoya::CherimoyaPlan;
use super::native::{EpochPlan, PlanOptions};
use super::order::Order;
use super::plan::Plan;
use crate::Result;

/// Plans epochs in one of the [orders](Order). Each peak comes once an epoch, mixed with negatives
/// that are drawn at a ratio; peaks are jittered, and about half of all examples are
/// reverse-complemented. It touches no data: a plan has the locus, the shift and the orientation of
/// each example.
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
    /// Creates the planner of the native order, and checks the options.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`EpochPlan::new`].
    pub fn new(options: PlanOptions) -> Result<EpochPlanner> {
        EpochPlanner::with_order(options, Order::Native)
    }

    /// Creates the planner of any order, and checks the options.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`EpochPlan::new`].
    pub fn with_order(options: PlanOptions, order: Order) -> Result<EpochPlanner> {
        let examples = options.examples()? as usize;
        Ok(EpochPlanner { options, order, examples })
    }

    /// Returns the order of the plans.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// Returns the number of examples of an epoch: `n_peaks + trunc(n_peaks * negative_ratio)`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Returns false: an epoch has at least one example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// Returns the options of the plans.
    #[must_use]
    pub fn options(&self) -> &PlanOptions {
        &self.options
    }

    /// Plans an epoch, in time proportional to its length.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] when there is not enough memory for the plan. The options were
    /// checked before.
    pub fn epoch(&self, epoch: u64) -> Result<Plan> {
        match self.order {
            Order::Native => EpochPlan::new(&self.options, epoch).map(Plan::from),
            Order::Cherimoya => CherimoyaPlan::new(&self.options, epoch).map(Plan::from),
        }
    }
}
