//! The table of all input loci: peaks, then negatives, each interleaved over its files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::format::Contigs;
use crate::ingest::bed::{BedFile, BedRecord, require_summits};
use crate::{Error, Result};

/// What a locus is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A peak, label 1.
    Peak,
    /// A negative, label 0.
    Negative,
}

impl Role {
    /// Returns the role's name in a locus index: `peak` or `negative`.
    pub fn name(self) -> &'static str {
        match self {
            Role::Peak => "peak",
            Role::Negative => "negative",
        }
    }
}

/// How the rows of BED files become loci.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexOptions {
    /// Whether a peak's centre is its summit rather than its midpoint. Every row of every peak file must then have one.
    pub summits: bool,
    /// The contigs whose loci are kept, `None` for all. Names that the store lacks are allowed.
    pub chroms: Option<Vec<String>>,
}

/// One row of a [`LocusTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Peak or negative.
    pub role: Role,
    /// Which input file: the peak files are numbered first, then the negative files.
    pub file: u32,
    /// The 1-based line in that file.
    pub line: u64,
    /// The store's id of the contig.
    pub contig: u32,
    /// First base as in the file. Neither end need lie inside the contig.
    pub start: i64,
    /// One past the last base as in the file.
    pub end: i64,
    /// The summit, in bases from `start`, as in the file.
    pub summit: Option<i64>,
    /// The base that windows are centred on.
    pub centre: i64,
}

impl Row {
    /// Returns `start + (end - start) / 2`, rounded down.
    pub fn midpoint(&self) -> i64 {
        // The sum of two i64 always fits an i128, and its half lies between them.
        (i128::from(self.start) + i128::from(self.end)).div_euclid(2) as i64
    }

    /// Returns `start + summit` when there is a summit and it lies in `start ..= end`.
    pub fn summit_position(&self) -> Option<i64> {
        let position = self.start.checked_add(self.summit.filter(|&s| s >= 0)?)?;
        (position <= self.end).then_some(position)
    }
}

/// All input loci, 48 bytes each: every peak, then every negative, both in interleaved order (row k of file i of F has
/// key `k F + i`, where k counts the rows on selected contigs).
///
/// # Examples
/// ```
/// use atemoya::format::Contigs;
/// use atemoya::ingest::bed::{BedFile, BedRecord};
/// use atemoya::loci::{IndexOptions, LocusTable};
///
/// let contigs = Contigs::new([("chrI", 230_218)])?;
/// let record = BedRecord { contig: 0, start: 100, end: 201, summit: None, line: 1 };
/// let peaks = BedFile { contigs: vec!["chrI".into()], records: vec![record], ..BedFile::default() };
/// let table = LocusTable::from_beds(&[("peaks.bed".into(), peaks)], &[], &contigs, &IndexOptions::default())?;
/// assert_eq!((table.peaks(), table.row(0).centre), (1, 150));
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
}

const NO_SUMMIT: i64 = i64::MIN;

impl LocusTable {
    /// Makes the table of peak and negative files. The contigs are selected in each file before the files are interleaved.
    ///
    /// A locus that reaches past its contig's end is kept: whether a window fits is decided by the selection.
    ///
    /// # Errors
    /// [`Error::Input`] when summits are asked for and a row of a peak file, on whatever contig, has none inside it, and
    /// when a selected locus is on a contig that the store lacks; the message names all such contigs.
    /// [`Error::Argument`] when there are 2^32 loci or more.
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
        let peak_sources = sources(peaks, contigs, selected)?;
        let negative_sources = sources(negatives, contigs, selected)?;
        refuse_missing(peak_sources.iter().chain(&negative_sources))?;

        let rows = peak_sources.iter().chain(&negative_sources).map(|source| source.kept).sum();
        if u32::try_from(rows).is_err() {
            return Err(Error::argument("loci", format!("there are {rows}; a table has fewer than 2^32")));
        }
        let mut table = LocusTable::with_capacity(rows);
        table.interleave(Role::Peak, 0, &peak_sources, options.summits);
        table.interleave(Role::Negative, peaks.len() as u32, &negative_sources, false);
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

    pub(super) fn with_capacity(rows: usize) -> LocusTable {
        LocusTable {
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

    /// Appends a row. The caller sees to it that no peak follows a negative.
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

    /// Takes the first kept row of each file in turn, then the second of each, and so on.
    fn interleave(&mut self, role: Role, first_file: u32, sources: &[Source<'_>], summits: bool) {
        let mut rows: Vec<_> = (first_file..).zip(sources).map(|(file, source)| (file, source.rows())).collect();
        while !rows.is_empty() {
            rows.retain_mut(|(file, rows)| {
                let Some((contig, record)) = rows.next() else { return false };
                let BedRecord { start, end, summit, line, .. } = *record;
                let mut row = Row { role, file: *file, line, contig, start, end, summit, centre: 0 };
                row.centre = summits.then(|| row.summit_position()).flatten().unwrap_or_else(|| row.midpoint());
                self.push(row);
                true
            });
        }
    }
}

/// What becomes of the rows on a contig of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep(u32),
    LeaveOut,
    Missing,
}

/// One file, with the fate of each of its contigs.
struct Source<'a> {
    path: &'a PathBuf,
    bed: &'a BedFile,
    fates: Vec<Fate>,
    kept: usize,
}

impl<'a> Source<'a> {
    fn fate(&self, record: &BedRecord) -> Fate {
        self.fates[record.contig as usize]
    }

    /// The kept rows with their contigs' ids.
    fn rows(&self) -> impl Iterator<Item = (u32, &'a BedRecord)> {
        self.bed.records.iter().filter_map(|record| match self.fate(record) {
            Fate::Keep(id) => Some((id, record)),
            Fate::LeaveOut | Fate::Missing => None,
        })
    }
}

fn sources<'a>(
    files: &'a [(PathBuf, BedFile)],
    contigs: &Contigs,
    selected: impl Fn(&str) -> bool,
) -> Result<Vec<Source<'a>>> {
    let fate = |name: &String| match contigs.id(name) {
        _ if !selected(name) => Fate::LeaveOut,
        Some(id) => Fate::Keep(id as u32),
        None => Fate::Missing,
    };
    let source = |(path, bed): &'a (PathBuf, BedFile)| {
        if let Some(record) = bed.records.iter().find(|record| record.contig as usize >= bed.contigs.len()) {
            return Err(Error::input(path, record.line, "the row names no contig"));
        }
        let mut source = Source { path, bed, fates: bed.contigs.iter().map(fate).collect(), kept: 0 };
        source.kept = source.rows().count();
        Ok(source)
    };
    files.iter().map(source).collect()
}

/// Refuses loci on contigs that the store lacks, naming all of these and the first such line.
fn refuse_missing<'a>(sources: impl Iterator<Item = &'a Source<'a>>) -> Result<()> {
    let mut first = None;
    let mut missing = BTreeSet::new();
    for source in sources.filter(|source| source.fates.contains(&Fate::Missing)) {
        for record in source.bed.records.iter().filter(|record| source.fate(record) == Fate::Missing) {
            first.get_or_insert((source.path, record.line));
            missing.insert(source.bed.contigs[record.contig as usize].as_str());
        }
    }
    let Some((path, line)) = first else { return Ok(()) };
    let names = missing.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!(
        "there are loci on contigs that the store does not have: {names}; name the contigs to use (chroms) to leave them out"
    );
    Err(Error::input(path, line, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: i64, end: i64, summit: Option<i64>) -> Row {
        Row { role: Role::Peak, file: 0, line: 1, contig: 0, start, end, summit, centre: 0 }
    }

    #[test]
    fn midpoints_are_rounded_down_at_any_size() {
        for (start, end, midpoint) in
            [(10, 10, 10), (10, 11, 10), (10, 12, 11), (5, 2, 3), (-3, 0, -2), (i64::MAX, i64::MAX, i64::MAX)]
        {
            assert_eq!(row(start, end, None).midpoint(), midpoint);
        }
        assert_eq!(row(i64::MIN, i64::MAX, None).midpoint(), -1);
    }

    #[test]
    fn a_summit_lies_in_its_locus_or_at_its_end() {
        for (summit, position) in [(Some(0), Some(10)), (Some(5), Some(15)), (Some(6), None), (Some(-1), None)] {
            assert_eq!(row(10, 15, summit).summit_position(), position);
        }
        assert_eq!(row(10, 15, None).summit_position(), None);
        assert_eq!(row(i64::MAX, i64::MAX, Some(1)).summit_position(), None);
    }

    #[test]
    fn a_row_is_lean() {
        let table = LocusTable::with_capacity(1_000_000);
        let words = table.starts.capacity() + table.ends.capacity() + table.summits.capacity();
        let bytes = 8 * (words + table.centres.capacity() + table.lines.capacity())
            + 4 * (table.files.capacity() + table.contigs.capacity());
        assert!(bytes < 80_000_000);
    }
}
