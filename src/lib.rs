//! Feeds genomics models: a genome, base-resolution tracks and loci in one memory-mapped store,
//! gathered into training batches.
//!
//! ```
//! use atemoya::{PeakGenerator, Store};
//!
//! fn main() -> atemoya::Result<()> {
#![doc = include_str!("example_store.txt")]
//!     let store = Store::open("yeast.atemoya")?; // `atemoya pack` and `atemoya index` made it
//!     let loader = PeakGenerator::new(&store)
//!         .max_jitter(50) // bases, either way
//!         .negative_ratio(0.1) // negatives for each peak
//!         .batch_size(64)
//!         .num_workers(2)
//!         .random_state(7)
//!         .build()?;
//!     eprintln!("{}", loader.ledger()); // how many loci are kept, and why the others are not
//!     loader.warnings().iter().for_each(|warning| eprintln!("{warning}"));
//!
//!     for epoch in 0..10 {
//!         for batch in loader.epoch(epoch) {
//!             let batch = batch?; // once it is dropped, its memory is filled again
//!             let x = batch.sequence().expect("the store has a sequence"); // (n, 4, 2114)
//!             let y = batch.signal().expect("the store has signals"); // (n, channels, 1000)
//!             train(&x, &y, batch.labels()); // label 1 is a peak, 0 a negative
//!         }
//!     }
//!     Ok(())
//! }
//!
//! fn train(_sequence: &[i8], _signal: &[f32], _labels: &[i64]) { /* yours */ }
//! ```
//!
//! The batches of a seed are the same on any machine, with any number of threads, and after a
//! restart. Coordinates are 0-based and half-open.
//!
//! # What is where
//!
//! | to | use |
//! |---|---|
//! | pack FASTA and bigWig into a store | [`PackBuilder`] (feature `ingest`), or the command `atemoya pack` |
//! | put peaks and negatives into a store | [`IndexBuilder`], or the command `atemoya index` |
//! | open, list and verify a store | [`Store`] |
//! | stream batches from a store | [`PeakGenerator`]: it builds a [`Loader`], which gives one [`Batch`] after the other |
//! | stream from arrays of whole contigs | [`Genome`], for [`PeakGenerator::over`] |
//! | stream from arrays of windows | [`ArrayGenerator`], with an [`Array`] for each column |
//! | save a checkpoint and go on from it | [`Loader::state`], [`Loader::resume`] |
//! | read examples in any order | [`Dataset`] |
//! | choose loci, and see why one is left out | [`LocusFilter`], [`Ledger`], the module [`loci`] |
//! | gather windows of your own choice | [`Gatherer`] |
//! | get batches on a GPU | the module [`cuda`] (feature `cuda`) |
//! | pack a store when it is first asked for | the module [`cache`] (feature `ingest`) |
//!
//! What is needed daily stands at the root of the crate. The modules have the rest: [`feed`] the
//! parts of loaders and batches, [`gather`] windows, [`index`] and [`pack`] the two jobs that write
//! a store, [`sample`] the order of examples, [`store`] what a store says of itself. Whole programs
//! are in `examples/rust`: `train_feed`, `gather_windows` and `train_gpu`.
//!
//! # Features
//!
//! All are off by default. Without any, the crate opens stores, indexes loci and streams batches.
//!
//! | feature | brings |
//! |---|---|
//! | `ingest` | [`PackBuilder`], [`pack`] and [`cache`]: reading FASTA and bigWig. BED and narrowPeak need no feature |
//! | `cuda` | [`cuda`]: batches on a GPU. Building needs nothing of CUDA; running needs the NVIDIA driver. No GPU has run it yet: the module's page says what was checked |
//! | `ffi` | the functions that C calls; it turns on `cuda` |
//!
//! ```toml
//! [dependencies]
//! atemoya = { version = "0.1", features = ["ingest"] }
//! ```
//!
//! Until the first release, write `path = "../atemoya"` in place of the version.
#![cfg_attr(not(feature = "ingest"), doc = "[`PackBuilder`]: #features\n[`cache`]: #features\n[`pack`]: #features")]
#![cfg_attr(not(feature = "cuda"), doc = "[`cuda`]: #features")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "ingest")]
#[cfg_attr(docsrs, doc(cfg(feature = "ingest")))]
pub mod cache;
#[cfg(feature = "cuda")]
#[cfg_attr(docsrs, doc(cfg(feature = "cuda")))]
pub mod cuda;
#[doc(hidden)]
pub mod dlpack;
#[doc(hidden)]
pub mod dtype;
mod error;
pub mod feed;
#[cfg(feature = "ffi")]
#[cfg_attr(docsrs, doc(cfg(feature = "ffi")))]
pub mod ffi;
#[doc(hidden)]
pub mod format;
pub mod gather;
pub mod index;
#[doc(hidden)]
pub mod ingest;
pub mod loci;
#[cfg(feature = "ingest")]
#[cfg_attr(docsrs, doc(cfg(feature = "ingest")))]
pub mod pack;
mod parallel;
mod progress;
pub mod sample;
mod sizes;
pub mod store;
mod url;

// What users need daily. Modules re-export it hidden, so that it is documented here.
pub use dtype::{DType, Element};
pub use error::{Error, Result};
pub use feed::{Array, ArrayGenerator, Batch, Batches, Dataset, Genome, Loader, PeakGenerator, State, Tensor};
pub use gather::{Gatherer, Span};
pub use index::IndexBuilder;
pub use ingest::alias::Aliases;
pub use loci::{Ledger, LocusFilter};
#[cfg(feature = "ingest")]
#[cfg_attr(docsrs, doc(cfg(feature = "ingest")))]
pub use pack::PackBuilder;
pub use progress::{Progress, Unit};
pub use sample::Order;
pub use store::Store;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use error::{Advised, listed, panic_message, with_parameters};
#[doc(hidden)]
pub use sample::EpochPlanner;

/// Test helpers are shared with the tests across modules, which know the crate by its name.
#[cfg(test)]
extern crate self as atemoya;

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("atemoya maps little-endian files of any size: it needs a 64-bit little-endian target");
