//! Plans epochs: which example is at which index, as a pure function of seed, epoch and index,
//! without data.
//!
//! [`Order`], which stands at the root of the crate, names the rule. A [`Plan`] is one epoch of it;
//! [`Dataset::plan`](crate::Dataset::plan) returns it, and
//! [`Loader::follow`](crate::Loader::follow) takes [`Draw`]s of the caller's own.

pub mod cherimoya;
mod mt19937;
#[doc(hidden)]
pub mod native;
mod order;
mod plan;
mod planner;

pub use native::Draw;
pub use plan::Plan;

// It is documented at the root.
#[doc(hidden)]
pub use order::Order;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use cherimoya::CherimoyaPlan;
#[doc(hidden)]
pub use native::{EpochPlan, PlanOptions};
#[doc(hidden)]
pub use planner::EpochPlanner;
