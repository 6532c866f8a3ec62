//! Windows to bytes: one-hot sequence and tracks of a store, forward or reverse-complemented,
//! written straight into a caller's buffer.
//!
//! [`Gatherer`], which stands at the root of the crate, gathers any windows. A `StoreReader` is the
//! loop below it and below the feed: it prefetches, and reads through the maps or by `pread`. The
//! kernels take one window at a time; they allocate nothing, lock nothing and do no I/O. Each is
//! compiled for several instruction sets, which all give the same bytes. Positions outside a contig
//! read as zero.

mod access;
mod channels;
mod compatible;
mod gatherer;
mod kernels;
mod mapped;
mod names;
mod onehot;
mod page_requests;
mod pool;
mod pread;
mod prefetch;
mod read;
mod reader;
mod reverse_complement;
mod signal;
mod simd;
mod source;
mod sums;
#[cfg(test)]
mod tests;
pub(crate) mod types;
mod values;
mod window;

pub use access::Access;
pub(crate) use compatible::{FirstTrack, RowSums};
pub(crate) use names::{find_groups, named_tracks};
pub(crate) use page_requests::Requested;
pub(crate) use pool::Pool;
pub(crate) use reader::StoreReader;
pub(crate) use reverse_complement::ChannelGroups;
pub(crate) use sums::TrackSums;
pub(crate) use values::Values;

// They are documented at the root.
#[doc(hidden)]
pub use gatherer::{Gatherer, Span};

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use read::{read_sequence, read_track};
#[doc(hidden)]
pub use simd::Isa;
#[doc(hidden)]
pub use window::Window;
