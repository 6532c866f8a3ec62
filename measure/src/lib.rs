//! Measuring a store side by side with yardsticks: what the benchmarks and `atemoya bench` share,
//! so that both measure the same thing in the same way. `BENCHMARKS.md` says what is measured, and
//! why.
//!
//! It is a crate of its own so that the command depends on neither criterion nor the benchmarks'
//! made-up stores.

mod baseline;
#[cfg(feature = "cuda")]
mod device;
mod examples;
mod memory;
mod random;
mod random_windows;
mod report;
mod start;
mod stream;
mod timer;
mod turns;
mod windows;

pub use atemoya::dtype::Element;
pub use baseline::{OutputBuffers, Sources};
#[cfg(feature = "cuda")]
pub use device::{Waited, consumer_waited, copies_of, plain_copies, through_device};
pub use examples::Examples;
pub use memory::{Private, private_bytes, private_memory};
pub use random::Random;
pub use random_windows::random_windows;
pub use report::{Goal, Outcome, Report};
pub use start::first_batch;
pub use stream::through;
pub use turns::{Contestant, Pace, Quartiles, Row, take_turns};
pub use windows::{Windows, gathered, group_gatherer};

/// Windows that one call of a kernel gathers, and examples of a batch.
pub const BATCH: usize = 64;
