//! Peaks and negatives: the table of all input loci, its parquet index, and the selection an example stream uses.
//!
//! Coordinates are 0-based and half-open. Nothing here reads a sequence or a signal.

mod exclusion;
pub mod float_sum;
pub mod index;
mod ledger;
mod manifest;
pub mod published;
pub mod quantile;
pub mod select;
mod table;

pub use exclusion::ExclusionMap;
pub use index::{read_parquet, write_parquet};
pub use ledger::{Ledger, Reason, RoleLedger};
pub(crate) use manifest::MAX_COUNTS_WINDOW;
pub use manifest::{IndexFile, IndexManifest, IndexedOptions};
pub use select::{GroupSums, Locus, SelectOptions, Selection, WindowSums, select};
pub use table::{IndexOptions, LocusTable, Role, Row};
