//! Plans epochs: which example is at which index, as a pure function of seed, epoch and index,
//! without data.

#[doc(hidden)]
pub mod cherimoya;
mod mt19937;
#[doc(hidden)]
pub mod native;
mod order;
mod plan;
mod planner;

pub use native::{Draw, PlanOptions};
pub use order::Order;
pub use plan::Plan;
pub use planner::EpochPlanner;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use cherimoya::CherimoyaPlan;
#[doc(hidden)]
pub use native::EpochPlan;
