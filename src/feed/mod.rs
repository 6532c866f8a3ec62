//! The feed: a ring of batch slots, worker threads that gather into them, and batches delivered in
//! order as leases.
//!
//! [`PeakGenerator`] and [`ArrayGenerator`] build a [`Loader`] or a [`Dataset`], whose [`Batch`]es
//! have [`Tensor`]s. These stand at the root of the crate. Here are their parts: the columns of a
//! batch, arrays and their strides, counters.
#![cfg_attr(not(feature = "ffi"), expect(dead_code, reason = "some of it only devices and the C interface use"))]

mod array;
mod array_generator;
mod batch;
mod batches;
mod column;
mod dataset;
mod generator;
mod genome;
mod genome_columns;
mod layout;
mod loader;
mod loader_options;
mod locus_source;
mod readahead;
mod ring;
pub(crate) mod slot;
mod stats;
mod stream;
mod tensor;
mod worker;

pub use array::Strided;
pub use genome::ContigArrays;
pub use layout::{Column, Layout};
pub use stats::Stats;
pub use tensor::AnyTensor;

// They are documented elsewhere: at the root, `Access` in `gather`.
#[doc(hidden)]
pub use crate::gather::Access;
#[doc(hidden)]
pub use crate::loci::LocusFilter;
#[doc(hidden)]
pub use array::Array;
#[doc(hidden)]
pub use array_generator::ArrayGenerator;
#[doc(hidden)]
pub use batch::Batch;
#[doc(hidden)]
pub use batches::Batches;
#[doc(hidden)]
pub use dataset::Dataset;
#[doc(hidden)]
pub use generator::PeakGenerator;
#[doc(hidden)]
pub use genome::Genome;
#[doc(hidden)]
pub use loader::Loader;
#[doc(hidden)]
pub use stream::State;
#[doc(hidden)]
pub use tensor::Tensor;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use loader_options::{LoaderOptions, Shard};

#[cfg(feature = "cuda")]
pub(crate) use {generator::setters, ring::Wait, stream::Cursor, stream::Reported};
