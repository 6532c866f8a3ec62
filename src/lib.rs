//! Feeds genomics models: a reference genome, base-resolution tracks and loci in one memory-mapped store, gathered
//! into training batches.

mod error;

pub mod feed;
pub mod format;
pub mod gather;
pub mod index;
pub mod ingest;
pub mod loci;
#[cfg(feature = "ingest")]
pub mod pack;
mod progress;
pub mod sample;
pub mod store;

pub use error::{Error, Result};
pub use feed::PeakGenerator;
pub use progress::Progress;
pub use sample::PeakNegativeSampler;
pub use store::Store;

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("atemoya maps little-endian files of any size: it needs a 64-bit little-endian target");
