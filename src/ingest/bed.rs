//! The rows of a BED or narrowPeak file.

use std::path::Path;

use crate::{Error, Result};

/// The rows of one file, in file order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BedFile {
    /// The contig names, in the order of their first row.
    pub contigs: Vec<String>,
    /// The rows.
    pub records: Vec<BedRecord>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BedRecord {
    /// Which of [`BedFile::contigs`].
    pub contig: u32,
    /// First base, 0-based.
    pub start: i64,
    /// One past the last base.
    pub end: i64,
    /// The summit, in bases from `start` (narrowPeak column 10).
    pub summit: Option<i64>,
    /// The 1-based line.
    pub line: u64,
}

/// Checks that every row has a summit inside it.
///
/// # Errors
/// [`Error::Input`] with the file and the line of the first row that has none.
pub fn require_summits(bed: &BedFile, path: &Path) -> Result<()> {
    for r in &bed.records {
        if !r.summit.is_some_and(|s| s >= 0 && s <= r.end.saturating_sub(r.start)) {
            return Err(Error::input(path, r.line, "no summit inside the interval"));
        }
    }
    Ok(())
}
