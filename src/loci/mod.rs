//! Peaks and negatives: the table of all input loci, its parquet index, and the selection of loci
//! that a loader uses.
//!
//! Coordinates are 0-based and half-open. Nothing here reads a sequence or a signal.

mod contig_ids;
mod counts;
mod excluded;
mod exclusion;
mod filter;
pub mod float_sum;
pub mod index;
mod ledger;
mod manifest;
pub(crate) mod matching;
pub mod published;
pub mod quantile;
mod rules;
mod select;
mod select_options;
mod selection;
mod table;
mod verdict;
pub(crate) mod warnings;

pub use exclusion::ExclusionMap;
pub use filter::LocusFilter;
pub use index::{IndexTable, LedgerContext, read_parquet, write_parquet};
pub use ledger::{Breakdown, Ledger, RoleLedger};
pub(crate) use manifest::{EXCLUSION, MAX_COUNTS_WINDOW};
pub use manifest::{IndexFile, IndexManifest, IndexedOptions};
pub use select::{explain, select};
pub use select_options::{GroupSums, SelectOptions, WindowSums};
pub use selection::{Locus, Selection};
pub use table::{IndexOptions, LocusTable, Role, Row};
pub use verdict::{Reason, Region, Verdict, Verdicts};
