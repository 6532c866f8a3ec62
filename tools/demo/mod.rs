//! The simulated data set of `atemoya demo`: a genome, its tracks and its loci, the same on every machine for a seed.

mod files;
mod genome;
mod peaks;
mod random;
mod signal;
mod simulate;

pub(crate) use simulate::simulate;
