//! Finds the summit of a record, column 10 of narrowPeak, and recognizes what other formats have in
//! that column.

use super::BedFile;
use crate::ingest::field::{integer, quote};
use crate::{Error, Result};
use std::fmt;
use std::path::Path;

/// Why a record has no summit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoSummit<'a> {
    /// There are too few columns: this many.
    Columns(usize),
    /// Column 10 is this text, which is not an integer.
    NoInteger(&'a [u8]),
    /// Column 10 is a number of blocks, in a line of this many columns.
    Blocks(usize),
    /// Columns 7 to 9 are those of BED9, so that column 10 is not that of narrowPeak.
    Drawing,
}

impl fmt::Display for NoSummit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const INSTEAD: &str = "give a narrowPeak, or leave out `summits` to centre on midpoints";
        match self {
            NoSummit::Columns(9) => {
                write!(f, "there is no column 10, the summit; with 9 columns, broadPeak has none: {INSTEAD}")
            }
            NoSummit::Columns(columns) => write!(
                f,
                "there is no column 10, the summit, but {columns} columns: is this a narrowPeak file, or are \
                 peaks and negatives \
                 swapped? To centre on midpoints, leave out `summits`"
            ),
            NoSummit::NoInteger(text) => {
                write!(f, "column 10, the summit, is {}, which is not an integer below 2^40", quote(text))
            }
            NoSummit::Blocks(columns) => {
                let format = if *columns == 15 { "gappedPeak" } else { "BED12" };
                write!(
                    f,
                    "column 10 is no summit but a number of blocks (blockCount): this is {format}, not \
                     narrowPeak; {INSTEAD}"
                )
            }
            NoSummit::Drawing => write!(
                f,
                "column 10 is no summit: columns 7 to 9 are thickStart, thickEnd and itemRgb, as in BED9 and not \
                 in narrowPeak; \
                 {INSTEAD}"
            ),
        }
    }
}

/// Returns the summit of the locus `start .. end`, or why it has none. `columns` begin with column
/// 4.
pub(super) fn of<'a>(start: i64, end: i64, mut columns: impl Iterator<Item = &'a [u8]>) -> Result<i64, NoSummit<'a>> {
    let mut known = 3;
    let mut next = || columns.next().inspect(|_| known += 1);
    let (_name, _score, _strand) = (next(), next(), next());
    let (thick_start, thick_end, color) = (next(), next(), next());
    let (Some(thick_start), Some(thick_end), Some(color), Some(text)) = (thick_start, thick_end, color, next()) else {
        return Err(NoSummit::Columns(known));
    };
    let Ok(summit) = integer(text) else { return Err(NoSummit::NoInteger(text)) };
    if let (Some(sizes), Some(starts)) = (next(), next())
        && is_list(sizes, summit)
        && is_list(starts, summit)
    {
        while next().is_some() {}
        return Err(NoSummit::Blocks(known));
    }
    // narrowPeak's columns 7 to 9 are a signal, -log10 of p and -log10 of q.
    let whole = integer(thick_start) == Ok(start) && integer(thick_end) == Ok(end);
    if whole || color.contains(&b',') && is_list(color, 3) {
        return Err(NoSummit::Drawing);
    }
    Ok(summit)
}

/// Returns whether a column is a list of `n` integers, with or without a comma after the last.
fn is_list(column: &[u8], n: i64) -> bool {
    let column = column.strip_suffix(b",").unwrap_or(column);
    let mut items = column.split(|byte| *byte == b',');
    n >= 1 && items.clone().count() as u64 == n.unsigned_abs() && items.all(|item| integer(item).is_ok())
}

/// Checks that every record has a summit within its locus: `0 <= summit` and
/// `start + summit <= end`. `path` is named in the error.
///
/// # Errors
///
/// [`Error::Input`] with the line of the first record whose column 10 is missing, is not an
/// integer, means something else (in BED12 and gappedPeak, the number of blocks), is negative (-1
/// in narrowPeak means that no summit was called), or is past the end of the locus.
pub fn require_summits(bed: &BedFile, path: &Path) -> Result<()> {
    for record in &bed.records {
        let message = match record.summit {
            None => match &bed.without_summit {
                Some((line, reason)) if *line == record.line => reason.clone(),
                _ => "there is no summit, column 10: is this a narrowPeak file?".to_string(),
            },
            Some(summit) if summit < 0 => format!("the summit, column 10, is {summit}: no summit was called"),
            Some(summit) if record.start + summit > record.end => {
                format!("the summit {} + {summit} lies past the end {}", record.start, record.end)
            }
            Some(_) => continue,
        };
        return Err(Error::input(path, record.line, message));
    }
    Ok(())
}
