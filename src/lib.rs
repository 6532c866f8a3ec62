//! Feeds genomics models: a reference genome, base-resolution tracks and loci in one memory-mapped
//! store, gathered into training batches.
//!
//! - [`Store`] opens what `atemoya pack` made (or the module `pack`, with feature `ingest`).
//! - [`index::IndexBuilder`] puts peaks and negatives into it.
//! - [`PeakGenerator`] streams batches of one-hot sequence, controls and signal: jittered,
//!   reverse-complemented, peaks mixed with negatives by an [`EpochPlanner`], the same for a
//!   seed on any machine and any number of threads. A [`feed::Genome`] has arrays of whole contigs
//!   in place of some or all of the store's columns.
//! - [`ArrayGenerator`] streams the same from arrays of windows, read where they lie.
//! - [`gather::Gatherer`] gathers windows of the caller's own choice into memory of the caller's.
//!
//! Coordinates are 0-based and half-open. The format is specified in `format-spec/` of the
//! repository; `ARCHITECTURE.md` says which module does what.
//!
//! # Features
//! `ingest` (off by default): reading FASTA and bigWig, and packing them (BED is always read); the
//! module `cache`, stores that are packed on the fly.
//!
//! `cuda` (off by default): the module `cuda`, feeding a GPU. It needs nothing of CUDA to build.
//!
//! `ffi` (off by default): the module `ffi`, the functions that C calls. It turns on `cuda`.

#[cfg(feature = "ingest")]
pub mod cache;
#[cfg(feature = "cuda")]
pub mod cuda;
#[doc(hidden)]
pub mod dlpack;
pub mod dtype;
mod error;
pub mod feed;
#[cfg(feature = "ffi")]
pub mod ffi;
#[doc(hidden)]
pub mod format;
pub mod gather;
pub mod index;
#[doc(hidden)]
pub mod ingest;
pub mod loci;
#[cfg(feature = "ingest")]
pub mod pack;
mod parallel;
mod progress;
pub mod sample;
mod sizes;
pub mod store;
mod url;

pub use dtype::DType;
pub use error::{Error, Result};
#[doc(hidden)]
pub use error::{listed, panic_message, with_parameters};
pub use feed::{ArrayGenerator, PeakGenerator};
pub use progress::{Progress, Unit};
pub use sample::EpochPlanner;
pub use store::Store;

/// Test helpers are shared with the tests across modules, which know the crate by its name.
#[cfg(test)]
extern crate self as atemoya;

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("atemoya maps little-endian files of any size: it needs a 64-bit little-endian target");

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
