//! The table of all input loci: peaks, then negatives, each interleaved by file.

mod row;

pub use row::{Role, Row};

use super::contig_ids::ContigIds;
use crate::error::leave_them_out;
use crate::format::Contigs;
use crate::ingest::bed::{BedFile, BedRecord, require_summits};
use crate::{Error, Result, listed};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How the rows of BED files become loci.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexOptions {
    /// Whether a peak's centre is its summit rather than its midpoint. Every row of every peak file
    /// must then have one.
    pub summits: bool,
    /// The contigs whose loci may be used, `None` for all. Names that the store lacks are allowed.
    /// Loci on other contigs stay in the table, as what no selection keeps.
    pub chroms: Option<Vec<String>>,
}

/// All input loci, 48 bytes each: every peak, then every negative, both in interleaved order (row k
/// of file i of F has key `k F + i`). Those on contigs that are not selected are among them.
///
/// [`IndexBuilder::table`](crate::IndexBuilder::table) makes one of BED files, and
/// [`published::read`](super::published::read) reads that of an index.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{IndexBuilder, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let builder = IndexBuilder::new("unwritten").peaks(["peaks.narrowPeak"]).summits(true);
/// let table = builder.table(store.contigs())?;
/// assert_eq!((table.peaks(), table.negatives()), (41, 0));
/// assert_eq!((table.row(0).line, table.row(0).centre), (1, 2100));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocusTable {
    peaks: usize,
    files: Vec<u32>,
    lines: Vec<u64>,
    contigs: Vec<u32>,
    starts: Vec<i64>,
    ends: Vec<i64>,
    /// `NO_SUMMIT` where there is none.
    summits: Vec<i64>,
    centres: Vec<i64>,
    /// The contigs whose loci may be used, `None` for all.
    chroms: Option<Vec<String>>,
    /// Contigs that the store lacks, by their ids less the number of the store's.
    foreign: Vec<String>,
}

const NO_SUMMIT: i64 = i64::MIN;

impl LocusTable {
    /// Makes the table of peak and negative files.
    ///
    /// A locus that reaches past its contig's end is taken: whether a window fits is decided by the
    /// selection.
    ///
    /// # Errors
    /// [`Error::Input`] when summits are asked for and a row of a peak file, on whatever contig,
    /// has none inside it, and when a locus on a selected contig is on one that the store lacks;
    /// the message lists these. [`Error::Argument`] when there are 2^32 loci or more.
    #[doc(hidden)]
    pub fn from_beds(
        peaks: &[(PathBuf, BedFile)],
        negatives: &[(PathBuf, BedFile)],
        contigs: &Contigs,
        options: &IndexOptions,
    ) -> Result<LocusTable> {
        if options.summits {
            for (path, bed) in peaks {
                require_summits(bed, path)?;
            }
        }
        let chroms: Option<BTreeSet<&str>> =
            options.chroms.as_ref().map(|names| names.iter().map(String::as_str).collect());
        let selected = |name: &str| chroms.as_ref().is_none_or(|set| set.contains(name));
        refuse_missing(peaks.iter().chain(negatives), contigs, selected)?;

        let rows = peaks.iter().chain(negatives).map(|(_, bed)| bed.records.len()).sum();
        if u32::try_from(rows).is_err() {
            return Err(Error::argument("loci", format!("there are {rows}; a table has fewer than 2^32")));
        }
        let mut table = LocusTable::with_capacity(rows);
        table.chroms.clone_from(&options.chroms);
        let mut ids = ContigIds::new(contigs);
        table.interleave(Role::Peak, 0, peaks, &mut ids, options.summits);
        table.interleave(Role::Negative, peaks.len() as u32, negatives, &mut ids, false);
        table.foreign = ids.foreign;
        Ok(table)
    }

    /// Returns how many loci there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns whether there is no locus.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns how many peaks there are. They are the first rows.
    pub fn peaks(&self) -> usize {
        self.peaks
    }

    /// Returns how many negatives there are. They are the last rows.
    pub fn negatives(&self) -> usize {
        self.len() - self.peaks
    }

    /// Returns one row.
    ///
    /// # Panics
    /// When `index` is not below [`LocusTable::len`], as indexing a slice does.
    pub fn row(&self, index: usize) -> Row {
        Row {
            role: if index < self.peaks { Role::Peak } else { Role::Negative },
            file: self.files[index],
            line: self.lines[index],
            contig: self.contigs[index],
            start: self.starts[index],
            end: self.ends[index],
            summit: Some(self.summits[index]).filter(|&summit| summit != NO_SUMMIT),
            centre: self.centres[index],
        }
    }

    /// Iterates over all rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Returns the contigs whose loci may be used, `None` for all.
    pub fn chroms(&self) -> Option<&[String]> {
        self.chroms.as_deref()
    }

    /// Returns the name of the contig of a row, which the store may lack.
    ///
    /// # Panics
    /// When `contig` is the id of no row, or `contigs` are another store's.
    pub fn contig_name<'a>(&'a self, contig: u32, contigs: &'a Contigs) -> &'a str {
        match (contig as usize).checked_sub(contigs.len()) {
            None => contigs.name(contig as usize),
            Some(foreign) => &self.foreign[foreign],
        }
    }

    /// Returns the names of contigs that the store lacks and that some row is on.
    pub(super) fn foreign(&self) -> &[String] {
        &self.foreign
    }

    /// Sets the contigs whose loci may be used.
    pub(super) fn set_chroms(&mut self, chroms: Option<Vec<String>>) {
        self.chroms = chroms;
    }

    /// Sets the names of contigs that the store lacks, by their ids less the number of the store's.
    pub(super) fn set_foreign(&mut self, names: Vec<String>) {
        self.foreign = names;
    }

    pub(super) fn with_capacity(rows: usize) -> LocusTable {
        LocusTable {
            chroms: None,
            foreign: Vec::new(),
            peaks: 0,
            files: Vec::with_capacity(rows),
            lines: Vec::with_capacity(rows),
            contigs: Vec::with_capacity(rows),
            starts: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            summits: Vec::with_capacity(rows),
            centres: Vec::with_capacity(rows),
        }
    }

    /// Appends a row. No peak may follow a negative.
    pub(super) fn push(&mut self, row: Row) {
        self.peaks += usize::from(row.role == Role::Peak);
        self.files.push(row.file);
        self.lines.push(row.line);
        self.contigs.push(row.contig);
        self.starts.push(row.start);
        self.ends.push(row.end);
        self.summits.push(row.summit.unwrap_or(NO_SUMMIT));
        self.centres.push(row.centre);
    }

    /// Takes the first row of each file in turn, then the second of each, and so on.
    fn interleave(
        &mut self,
        role: Role,
        first_file: u32,
        files: &[(PathBuf, BedFile)],
        ids: &mut ContigIds<'_>,
        summits: bool,
    ) {
        // For each file its number, its rows, and the ids of its contigs that were looked up.
        let mut sources = Vec::with_capacity(files.len());
        for (file, (_, bed)) in (first_file..).zip(files) {
            sources.push((file, bed, bed.records.iter(), vec![None; bed.contigs.len()]));
        }
        while !sources.is_empty() {
            sources.retain_mut(|(file, bed, records, known)| {
                let Some(&BedRecord { contig, start, end, summit, line }) = records.next() else { return false };
                let contig = contig as usize;
                let contig = *known[contig].get_or_insert_with(|| ids.id(&bed.contigs[contig]));
                let mut row = Row { role, file: *file, line, contig, start, end, summit, centre: 0 };
                row.centre = summits.then(|| row.summit_position()).flatten().unwrap_or_else(|| row.midpoint());
                self.push(row);
                true
            });
        }
    }
}

/// Refuses loci on selected contigs that the genome lacks, naming these, the first such line, and
/// the contigs with loci that it has.
fn refuse_missing<'a>(
    files: impl Iterator<Item = &'a (PathBuf, BedFile)>,
    contigs: &Contigs,
    selected: impl Fn(&str) -> bool,
) -> Result<()> {
    let mut first = None;
    let (mut missing, mut named) = (BTreeSet::new(), BTreeSet::new());
    for (path, bed) in files {
        named.extend(bed.contigs.iter().map(String::as_str).filter(|name| selected(name)));
        let fates: Vec<bool> = bed.contigs.iter().map(|name| selected(name) && contigs.id(name).is_none()).collect();
        for record in &bed.records {
            match fates.get(record.contig as usize) {
                None => return Err(Error::input(path, record.line, "the row names no contig")),
                Some(false) => {}
                Some(true) => {
                    first.get_or_insert((path, record.line));
                    missing.insert(bed.contigs[record.contig as usize].as_str());
                }
            }
        }
    }
    let Some((path, line)) = first else { return Ok(()) };
    let (missing, known) = (listed(missing), listed(contigs.iter().map(|(name, _)| name)));
    let remedy = leave_them_out(contigs.iter().map(|(name, _)| name).filter(|name| named.contains(name)));
    let message = format!("there are loci on contigs that the genome lacks: {missing}; it has {known}; {remedy}");
    Err(Error::input(path, line, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_lean() {
        let table = LocusTable::with_capacity(1_000_000);
        let words = table.starts.capacity() + table.ends.capacity() + table.summits.capacity();
        let bytes = 8 * (words + table.centres.capacity() + table.lines.capacity())
            + 4 * (table.files.capacity() + table.contigs.capacity());
        assert!(bytes < 80_000_000);
    }
}
