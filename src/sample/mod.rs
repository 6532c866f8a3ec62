//! Which example stands at which place of an epoch: pure functions of seed, epoch and index, without data.

pub mod native;
mod sampler;

pub use native::{Draw, EpochPlan, PlanOptions};
pub use sampler::PeakNegativeSampler;
