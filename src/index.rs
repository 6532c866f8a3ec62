//! Makes a locus index of BED and narrowPeak files, inside a store, and verifies indices.
//!
//! [`IndexBuilder`], which stands at the root of the crate, makes one.

mod builder;
mod counts;
mod verify;

pub use verify::verify;

// It is documented at the root.
#[doc(hidden)]
pub use builder::IndexBuilder;

use crate::format::Provenance;
use crate::loci::{LocusTable, Selection};
use std::path::PathBuf;

/// What [`IndexBuilder::publish`] has published.
///
/// ```
#[doc = include_str!("example_store.txt")]
/// use atemoya::{IndexBuilder, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let builder = IndexBuilder::new("default").peaks(["peaks.narrowPeak"]).summits(true);
/// let indexed = builder.replace(true).publish(&store, &())?;
/// assert_eq!(indexed.table.len(), 41);
/// assert_eq!(indexed.selection.peaks.len(), 40); // one is too near the contig's end
/// assert!(indexed.warnings.is_empty());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Indexed {
    /// The index's directory.
    pub path: PathBuf,
    /// Every locus.
    pub table: LocusTable,
    /// What became of each under the index's filter.
    pub selection: Selection,
    /// The files, as the table counts them.
    pub inputs: Vec<Provenance>,
    /// What looks like a mistake and is no error, for users to read. Names of parameters are in
    /// backquotes.
    pub warnings: Vec<String>,
}
