//! Plans epochs: which example is at which index, as a pure function of seed, epoch and index,
//! without data.

pub mod cherimoya;
mod mt19937;
pub mod native;
mod order;
mod plan;
mod planner;

pub use cherimoya::CherimoyaPlan;
pub use native::{Draw, EpochPlan, PlanOptions};
pub use order::Order;
pub use plan::Plan;
pub use planner::EpochPlanner;
