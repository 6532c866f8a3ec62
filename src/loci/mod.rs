//! Peaks and negatives: the table of all input loci, its parquet index, and the selection of loci
//! that a loader uses.
//!
//! [`LocusFilter`] selects, and [`Ledger`] counts what each rule left out; both stand at the root
//! of the crate. [`published`] reads the locus indices of a store.
//!
//! Coordinates are 0-based and half-open. Nothing here reads a sequence or a signal.

mod contig_ids;
mod counts;
mod excluded_bed;
mod exclusion;
mod filter;
#[doc(hidden)]
pub mod float_sum;
#[doc(hidden)]
pub mod index;
mod ledger;
mod manifest;
pub(crate) mod matching;
mod names;
#[doc(hidden)]
pub mod outliers;
pub mod published;
mod rules;
mod select;
mod select_options;
mod selection;
mod table;
mod verdict;
pub(crate) mod warnings;

pub use ledger::RoleLedger;
pub(crate) use manifest::{EXCLUSION, MAX_COUNTS_WINDOW};
pub use names::Names;
pub use selection::{Locus, Selection};
pub use table::LocusTable;
pub use verdict::{Reason, Verdict, Verdicts};

// They are documented at the root.
#[doc(hidden)]
pub use filter::LocusFilter;
#[doc(hidden)]
pub use ledger::Ledger;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use exclusion::ExclusionMap;
#[doc(hidden)]
pub use index::{IndexTable, LedgerContext, read_parquet, write_parquet};
#[doc(hidden)]
pub use ledger::Breakdown;
#[doc(hidden)]
pub use manifest::{IndexFile, IndexManifest, IndexedOptions};
#[doc(hidden)]
pub use select::{explain, select};
#[doc(hidden)]
pub use select_options::{GroupSums, SelectOptions, WindowSums};
#[doc(hidden)]
pub use table::{IndexOptions, Role, Row};
#[doc(hidden)]
pub use verdict::Region;
