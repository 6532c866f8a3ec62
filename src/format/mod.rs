//! The bytes of a store: header pages, one-hot blocks, tiles, checksums and the manifest, as
//! `format-spec/FORMAT.md` defines them. They are pure functions over slices: nothing here opens a
//! file or allocates per window.

pub mod checks;
pub mod contigs;
pub mod header;
pub mod manifest;
pub mod onehot;
pub mod provenance;
pub mod sealed_json;
pub mod tile;

pub use contigs::{Contigs, is_contig_name};
pub use provenance::{OtherLength, Provenance, Renamed};

use crate::Error;
use std::path::Path;

/// The version of data files, and of documents without members of later versions: (major, minor).
pub const VERSION: (u16, u16) = (1, 0);

/// The directory of a store's locus indices.
pub(crate) const LOCI: &str = "loci";
/// The document of a locus index, its `format`, and the latest version that this library writes.
pub(crate) const INDEX_DOCUMENT: &str = "index.json";
pub(crate) const INDEX_FORMAT: &str = "atemoya-loci";
pub(crate) const INDEX_VERSION: (u16, u16) = (1, 2);
/// The table of a locus index.
pub(crate) const INDEX_TABLE: &str = "index.parquet";
/// The excluded regions of a locus index.
pub(crate) const INDEX_EXCLUDED: &str = "excluded.bed";

/// Contigs of at least this many bases are aligned to a page of their file's DATA section, shorter
/// ones to a cache line.
pub const PAGE_ALIGNED_CONTIG: u64 = 65_536;

/// Returns the alignment, in bytes of DATA, of a contig of `length` bases.
#[must_use]
pub fn contig_alignment(length: u64) -> u64 {
    if length >= PAGE_ALIGNED_CONTIG { header::PAGE as u64 } else { 64 }
}

/// A violation of the format. The store adds the path and turns it into [`Error::Corrupt`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The offset in bytes from the start of what was read.
    pub offset: u64,
    /// Which field or rule.
    pub what: &'static str,
    /// What the format requires.
    pub expected: String,
    /// What is there.
    pub got: String,
}

impl Damage {
    /// Creates the description of a violation.
    pub fn new(offset: u64, what: &'static str, expected: impl ToString, got: impl ToString) -> Self {
        Damage { offset, what, expected: expected.to_string(), got: got.to_string() }
    }

    /// Returns the error with the path of the file. `base` is added to the offset.
    pub fn at(self, path: &Path, base: u64) -> Error {
        Error::corrupt(path, base + self.offset, self.what, self.expected, self.got)
    }
}
