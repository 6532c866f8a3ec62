//! Reads chromosome sizes, the names and lengths of contigs, for a store without a genome.

use super::columns::columns;
use super::field::{contig_name, coordinate, quote};
use super::lines::Lines;
use super::other_formats::Expected;
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;

/// Reads a table of contig names and lengths in bases, in the order of the file.
///
/// Only the first two columns are used, so that a `.fai` index can be read as well. Columns are
/// separated by tabs, or by runs of spaces in a line without tabs, and may be in double quotes.
/// Blank lines and lines that begin with `#` are skipped. The file may be compressed, as in
/// [`read_bed`](super::bed::read_bed).
///
/// # Errors
///
/// [`Error::Io`] when the file cannot be read. [`Error::Input`] with the line for fewer than two
/// columns, for a length that is not an integer of `0 ..= 2^40 - 1`, and for a name that is empty,
/// longer than 255 bytes, not UTF-8, not printable, or used twice.
///
/// # Examples
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("sacCer3.chrom.sizes");
/// std::fs::write(&path, "chrI\t230218\nchrII\t813184\n")?;
/// let sizes = atemoya::ingest::chrom_sizes::read_chrom_sizes(&path)?;
/// assert_eq!(sizes, [("chrI".to_string(), 230_218), ("chrII".to_string(), 813_184)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_chrom_sizes(path: &Path) -> Result<Vec<(String, u64)>> {
    let mut lines = Lines::open(path, Expected::Table("a table of contigs and lengths"))?;
    let mut sizes = Vec::new();
    let mut seen = HashSet::new();
    while let Some((number, line)) = lines.next_line()? {
        if line.trim_ascii().is_empty() || line.starts_with(b"#") {
            continue;
        }
        let (name, length) = match parse(line) {
            Ok(parsed) => parsed,
            Err(message) => return Err(lines.error(message)),
        };
        if !seen.insert(name.clone()) {
            return Err(Error::input(path, number, format!("the contig {name:?} is listed twice")));
        }
        sizes.push((name, length));
    }
    Ok(sizes)
}

/// Parses the name and the length of a line. The error says what is wrong with it.
fn parse(line: &[u8]) -> Result<(String, u64), String> {
    let mut columns = columns(line).map(<[u8]>::trim_ascii).filter(|column| !column.is_empty());
    let (Some(name), Some(length)) = (columns.next(), columns.next()) else {
        return Err(format!("expected a contig name and a length, got {}", quote(line)));
    };
    Ok((contig_name(name)?.to_string(), coordinate(length, "length")?.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Result<Vec<(String, u64)>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sizes");
        std::fs::write(&path, text).unwrap();
        read_chrom_sizes(&path)
    }

    #[test]
    fn tabs_spaces_fai_and_blank_lines() {
        let expected = vec![("a".to_string(), 5), ("b".to_string(), 0), ("c".to_string(), (1 << 40) - 1)];
        for text in [
            "a\t5\nb\t0\nc\t1099511627775\n",
            "a 5\r\n\r\n#x\nb   0\nc 1099511627775",
            "a \t 5\rb\t\t0\r#x\r\rc\t1099511627775\r",
            "\u{feff}\"a\"\t5\n\"b\" +0\n\"c\"\t\"1099511627775\"\n",
            "a\t5\t3\t60\t61\nb\t0\t99\t60\t61\nc\t1099511627775\t120\t60\t61\n",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(read("chr 1\t5\n").unwrap(), [("chr 1".to_string(), 5)]);
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn bad_lines_are_named() {
        for bad in ["b", "b\t", "b\tx", "b\t-1", "b\t1099511627776", "a\t5", "b\u{1}\t5", "b\t1.5", "b c\tx", "b\0\t5"]
        {
            let error = read(format!("a\t5\n\n{bad}\n")).unwrap_err();
            assert!(matches!(error, Error::Input { line: Some(3), .. }), "{bad:?}: {error}");
        }
    }
}
