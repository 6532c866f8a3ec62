//! The store on disk: opening and checking it, typed views of its files, and the writers that
//! publish it in one step. Loci, sampling and batches are on floors above.
//!
//! [`Store`], which stands at the root of the crate, opens one. Here is what it says of itself.

mod census;
mod contents;
mod file;
mod file_stamp;
mod hash;
mod lock;
mod map;
mod missing_values;
mod open;
mod panel;
mod publish;
mod row_buffer;
mod sequence;
mod unfinished;
mod user_cache;
mod verify;
mod verify_once;
#[doc(hidden)]
pub mod writer;

pub use crate::format::Contigs;
pub use crate::format::manifest::{GroupEntry, Manifest, PanelEntry, Role, TrackEntry};
pub(crate) use contents::TargetKind;
pub(crate) use file::DataFile;
#[cfg(feature = "ingest")]
pub(crate) use file_stamp::FileStamp;
pub(crate) use hash::sha256;
#[cfg(feature = "ingest")]
pub(crate) use lock::lock;
#[cfg(feature = "ingest")]
pub(crate) use missing_values::warnings as input_warnings;
pub(crate) use open::read_document;
pub(crate) use publish::check_target;
#[cfg(feature = "ingest")]
#[doc(hidden)]
pub use publish::remove_store;
pub(crate) use row_buffer::{RowBuffer, RowPart};
#[cfg(feature = "ingest")]
pub(crate) use unfinished::remove_abandoned_stores;
#[cfg(feature = "ingest")]
pub(crate) use user_cache::user_cache;
pub use verify::Verified;

// It is documented at the root.
#[doc(hidden)]
pub use open::Store;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use census::Tally;
#[doc(hidden)]
pub use panel::{PanelFile, PanelView, RowTiles};
#[doc(hidden)]
pub use publish::{Publication, remove_damaged};
#[doc(hidden)]
pub use sequence::{SequenceFile, SequenceView};
