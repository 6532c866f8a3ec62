//! Feeds genomics models: a reference genome, base-resolution tracks and loci in one memory-mapped store, gathered
//! into training batches.

mod error;

pub mod format;
pub mod ingest;
pub mod loci;
pub mod sample;

pub use error::{Error, Result};

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("atemoya maps little-endian files of any size: it needs a 64-bit little-endian target");
