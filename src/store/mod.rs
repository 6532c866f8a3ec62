//! The store on disk: opening and checking it, typed views of its files, and the writers that
//! publish it in one step. It knows nothing of loci, sampling or batches.

mod census;
mod contents;
mod file;
mod hash;
mod map;
mod missing_values;
mod open;
mod panel;
mod publish;
mod rows;
mod sequence;
mod unfinished;
mod verify;
mod verify_once;
pub mod writer;

pub use census::Tally;
pub(crate) use contents::Kind;
pub(crate) use file::DataFile;
pub(crate) use hash::sha256;
#[cfg(feature = "ingest")]
pub(crate) use missing_values::warnings as input_warnings;
pub use open::Store;
pub(crate) use open::read_document;
pub use panel::{PanelFile, PanelView, RowTiles};
pub(crate) use publish::check_target;
#[cfg(feature = "ingest")]
pub(crate) use publish::remove_store;
pub use publish::{Publication, remove_damaged};
pub(crate) use rows::{Part, Rows};
pub use sequence::{SequenceFile, SequenceView};
#[cfg(feature = "ingest")]
pub(crate) use unfinished::remove_abandoned_stores;
pub use verify::Verified;
#[cfg(feature = "ingest")]
pub(crate) use verify_once::user_cache;
