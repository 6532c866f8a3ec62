//! The feed: a ring of batch slots, worker threads that gather into them, and batches delivered in
//! order as leases.
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
mod worker;

pub use crate::gather::Access;
pub use crate::loci::LocusFilter;
pub use array::{Array, Strided};
pub use array_generator::ArrayGenerator;
pub use batch::{AnyTensor, Batch, Tensor};
pub use batches::Batches;
pub use dataset::Dataset;
pub use generator::PeakGenerator;
pub use genome::{ContigArrays, Genome};
pub use layout::{Column, Layout};
pub use loader::Loader;
pub use loader_options::LoaderOptions;
#[doc(hidden)]
pub use loader_options::Shard;
pub use stats::Stats;
pub use stream::State;

#[cfg(feature = "cuda")]
pub(crate) use {generator::setters, ring::Wait, stream::Cursor, stream::Reported};
