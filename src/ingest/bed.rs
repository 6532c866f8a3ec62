//! Reads loci from BED and narrowPeak files.

mod summit;

pub use self::summit::require_summits;

use super::columns::columns;
use super::field::{contig_name, coordinate, integer, quote};
use super::lines::Lines;
use super::other_formats::Expected;
use crate::Result;
use std::collections::HashMap;
use std::path::Path;

/// The loci of one file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BedFile {
    /// The names of the records' contigs, in the order of first appearance.
    pub contigs: Vec<String>,
    /// One record per locus.
    pub records: Vec<BedRecord>,
    /// The first record without a summit: its line and why, for [`require_summits`].
    pub without_summit: Option<(u64, String)>,
}

/// One locus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BedRecord {
    /// Index into [`BedFile::contigs`].
    pub contig: u32,
    /// First base, 0-based; `0 ..= end`.
    pub start: i64,
    /// One past the last base; below 2^40. It may equal `start`.
    pub end: i64,
    /// Column 10, in narrowPeak the summit in bases from `start`. `None` where it is missing, is
    /// not an integer of magnitude below 2^40, or means something else, as the number of blocks of
    /// BED12. Other integers are kept unchecked: [`require_summits`] checks that they are summits.
    pub summit: Option<i64>,
    /// The 1-based line of the (decompressed) file.
    pub line: u64,
}

/// Reads the loci of a BED or narrowPeak file, plain or compressed by gzip, BGZF, bzip2, xz or
/// zstd, which is recognized by its first bytes.
///
/// Columns are separated by tabs, or by runs of spaces in a line without tabs, and may be in double
/// quotes. Only columns 1 to 3 and 10 are used. Lines are skipped that are blank, that begin with
/// `#`, or whose first word is `track` or `browser`. LF, CRLF and CR end lines. The file may begin
/// with a byte order mark of UTF-8. A file without loci is not an error.
///
/// # Errors
///
/// - [`Error::Io`](crate::Error::Io) when the file cannot be read.
/// - [`Error::Input`](crate::Error::Input) for a URL, for a file of another format (which is
///   named), for text in UTF-16, and for compressed data that is damaged, truncated or followed by
///   other bytes.
/// - [`Error::Input`](crate::Error::Input) with the line for fewer than three columns, for a contig
///   name that is empty, longer than 255 bytes, not UTF-8 or not printable, for a start or end that
///   is not an integer of `0 ..= 2^40 - 1` (as in a line of column names), and for an end before
///   its start.
///
/// # Examples
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("peaks.bed");
/// std::fs::write(&path, "track name=peaks\nchrI\t100\t200\nchrII\t5\t5\n")?;
/// let bed = atemoya::ingest::bed::read_bed(&path)?;
/// assert_eq!(bed.contigs, ["chrI", "chrII"]);
/// assert_eq!((bed.records[0].start, bed.records[0].end, bed.records[0].line), (100, 200, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_bed(path: &Path) -> Result<BedFile> {
    let mut lines = Lines::open(path, Expected::Loci)?;
    let mut bed = BedFile::default();
    let mut names: HashMap<String, u32> = HashMap::new();
    while let Some((number, line)) = lines.next_line()? {
        if is_skipped(line) {
            continue;
        }
        if let Err(message) = bed.push(&mut names, number, line) {
            return Err(lines.error(message));
        }
    }
    bed.contigs.shrink_to_fit();
    bed.records.shrink_to_fit();
    Ok(bed)
}

impl BedFile {
    /// Appends the record of a line. The error says what is wrong with the line.
    fn push(&mut self, names: &mut HashMap<String, u32>, number: u64, line: &[u8]) -> Result<(), String> {
        let mut columns = columns(line);
        let (Some(contig), Some(start), Some(end)) = (columns.next(), columns.next(), columns.next()) else {
            return Err(too_few_columns(line));
        };
        let place = coordinate(start, "start").and_then(|start| Ok((start, coordinate(end, "end")?)));
        let (start, end) = place.map_err(|message| message + explain(line, self.records.is_empty()))?;
        if end < start {
            return Err(format!("the end {end} is before the start {start}"));
        }
        let summit = match summit::of(start, end, columns) {
            Ok(summit) => Some(summit),
            Err(reason) => {
                self.without_summit.get_or_insert_with(|| (number, reason.to_string()));
                None
            }
        };
        let contig = self.intern(names, contig)?;
        self.records.push(BedRecord { contig, start, end, summit, line: number });
        Ok(())
    }

    /// Returns the index of a contig's name, and appends the name when it is new.
    fn intern(&mut self, names: &mut HashMap<String, u32>, name: &[u8]) -> Result<u32, String> {
        // Most files are sorted, so that the name is mostly that of the record before.
        if let Some(last) = self.records.last()
            && self.contigs[last.contig as usize].as_bytes() == name
        {
            return Ok(last.contig);
        }
        let name = contig_name(name)?;
        if let Some(index) = names.get(name) {
            return Ok(*index);
        }
        let index = u32::try_from(self.contigs.len()).map_err(|_| "too many contigs".to_string())?;
        self.contigs.push(name.to_string());
        names.insert(name.to_string(), index);
        Ok(index)
    }
}

/// Returns whether a line holds no locus: it is blank, a comment, or an instruction for a browser.
fn is_skipped(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.is_empty() || word.starts_with(b"#") || word == b"track" || word == b"browser"
}

/// Returns the message for a line of one or two columns.
fn too_few_columns(line: &[u8]) -> String {
    let commas = line.iter().filter(|byte| **byte == b',').count() >= 2;
    let hint = if commas { "; columns are separated by tabs or spaces, not by commas" } else { "" };
    format!("expected at least three columns (contig, start, end), got {}{hint}", quote(line))
}

/// Returns what a line without coordinates may be, as an addition to a message. `first` says that
/// no locus came before.
fn explain(line: &[u8], first: bool) -> &'static str {
    let mut columns = columns(line);
    let contig = columns.next().unwrap_or_default();
    let mut is_integer = || columns.next().is_some_and(|column| integer(column).is_ok());
    match [is_integer(), is_integer(), is_integer()] {
        _ if contig.starts_with(b">") => "; a line that begins with > is FASTA, where BED is expected",
        _ if first && memchr::memmem::find(line, b"abs_summit").is_some() => {
            "; this is a table of MACS (peaks.xls), whose starts are counted from 1: give the .narrowPeak or .bed \
             file beside it"
        }
        [false, true, true] => {
            "; column 1 may be the name of a row: R leaves it out with row.names=FALSE, pandas with index=False"
        }
        [false, false, _] if first => "; if these are the names of the columns, remove the line or begin it with #",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
