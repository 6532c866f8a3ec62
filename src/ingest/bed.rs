//! Reads loci: BED and narrowPeak.

use std::collections::HashMap;
use std::path::Path;

use super::field::{contig_name, coordinate, integer, quote};
use super::lines::Lines;
use crate::{Error, Result};

/// The loci of one file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BedFile {
    /// The names of the contigs that the records are on, in the order of first appearance.
    pub contigs: Vec<String>,
    /// One record per locus.
    pub records: Vec<BedRecord>,
    /// The first record whose column 10 is there but is no integer: its line and what stands there, for
    /// [`require_summits`].
    pub unreadable_summit: Option<(u64, String)>,
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
    /// Column 10 (narrowPeak: the summit, in bases from `start`); `None` where it is missing or no integer of magnitude
    /// below 2^40. Anything else is kept as it is: [`require_summits`] says whether it is a summit.
    pub summit: Option<i64>,
    /// The 1-based line of the (decompressed) file.
    pub line: u64,
}

/// Reads the loci of a BED or narrowPeak file, plain or compressed (gzip, BGZF; told by content).
///
/// Columns are separated by tabs, or by runs of spaces in a line that has no tab. Columns 1 to 3 and 10 count.
/// Lines that are blank, begin with `#`, or whose first word is `track` or `browser` are skipped. LF and CRLF end
/// lines. A file without loci is no error.
///
/// # Errors
///
/// [`Error::Io`] when the file cannot be read. [`Error::Input`] for damaged or truncated compression, and with the line
/// for fewer than three columns; a contig name that is empty, longer than 255 bytes, not UTF-8 or not printable; a start or
/// end that is no integer of `0 ..= 2^40 - 1`; an end before its start.
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
    let mut lines = Lines::open(path)?;
    let mut bed = BedFile::default();
    let mut names: HashMap<String, u32> = HashMap::new();
    while let Some((number, line)) = lines.next_line()? {
        if is_skipped(line) {
            continue;
        }
        bed.push(&mut names, number, line).map_err(|message| Error::input(path, number, message))?;
    }
    bed.contigs.shrink_to_fit();
    bed.records.shrink_to_fit();
    Ok(bed)
}

/// Checks that every record has a summit inside its locus, `0 <= summit` and `start + summit <= end`. `path` is named in
/// the error.
///
/// # Errors
///
/// [`Error::Input`] with the line of the first record whose column 10 is missing, no integer, negative (narrowPeak's -1
/// means that no summit was called), or past the end of the locus.
pub fn require_summits(bed: &BedFile, path: &Path) -> Result<()> {
    for record in &bed.records {
        let message = match (record.summit, &bed.unreadable_summit) {
            (None, Some((line, text))) if *line == record.line => {
                format!("column 10, the summit, is {text}, which is not an integer below 2^40")
            }
            (None, _) => "there is no column 10, the summit: is this a narrowPeak file?".to_string(),
            (Some(summit), _) if summit < 0 => format!("the summit, column 10, is {summit}: no summit was called"),
            (Some(summit), _) if record.start + summit > record.end => {
                format!("the summit {} + {summit} lies past the end {}", record.start, record.end)
            }
            _ => continue,
        };
        return Err(Error::input(path, record.line, message));
    }
    Ok(())
}

impl BedFile {
    /// Appends the record that a line holds, or says what is wrong with it.
    fn push(&mut self, names: &mut HashMap<String, u32>, number: u64, line: &[u8]) -> Result<(), String> {
        let columns = Columns::of(line)?;
        let start = coordinate(columns.start, "start")?;
        let end = coordinate(columns.end, "end")?;
        if end < start {
            return Err(format!("the end {end} is before the start {start}"));
        }
        let summit = columns.summit.and_then(|text| {
            let summit = integer(text).ok();
            if summit.is_none() && self.unreadable_summit.is_none() {
                self.unreadable_summit = Some((number, quote(text)));
            }
            summit
        });
        let contig = self.intern(names, columns.contig)?;
        self.records.push(BedRecord { contig, start, end, summit, line: number });
        Ok(())
    }

    /// Returns the index of a contig's name, which is appended when it is new.
    fn intern(&mut self, names: &mut HashMap<String, u32>, name: &[u8]) -> Result<u32, String> {
        // Most files are sorted: the name is mostly that of the record before.
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

/// The columns of a line that count.
struct Columns<'a> {
    contig: &'a [u8],
    start: &'a [u8],
    end: &'a [u8],
    summit: Option<&'a [u8]>,
}

impl<'a> Columns<'a> {
    /// Finds the columns of a line.
    fn of(line: &'a [u8]) -> Result<Columns<'a>, String> {
        if line.contains(&b'\t') {
            Self::from_iter(line.split(|byte| *byte == b'\t'))
        } else {
            Self::from_iter(line.split(|byte| *byte == b' ').filter(|column| !column.is_empty()))
        }
        .ok_or_else(|| format!("expected at least three columns (contig, start, end), got {}", quote(line)))
    }

    fn from_iter(mut columns: impl Iterator<Item = &'a [u8]>) -> Option<Columns<'a>> {
        Some(Columns {
            contig: columns.next()?,
            start: columns.next()?,
            end: columns.next()?,
            summit: columns.nth(6), // column 10
        })
    }
}

/// Whether a line holds no locus: it is blank, a comment, or for a browser.
fn is_skipped(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.is_empty() || word.starts_with(b"#") || word == b"track" || word == b"browser"
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn read(content: impl AsRef<[u8]>) -> Result<BedFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("loci.bed");
        std::fs::write(&path, content).unwrap();
        read_bed(&path)
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn columns_and_skipped_lines() {
        let text = b"browser position x\r\ntrack\n#c\n\n \t \nchr 1\t1\t2\t\xff\r\nb   3  4 x\nchr 1\t5\t5\ta\tb\tc\td\te\tf\t-1";
        let bed = read(text).unwrap();
        assert_eq!(bed.contigs, ["chr 1", "b"]);
        let record = |contig, start, end, summit, line| BedRecord { contig, start, end, summit, line };
        assert_eq!(bed.records, [record(0, 1, 2, None, 6), record(1, 3, 4, None, 7), record(0, 5, 5, Some(-1), 8)]);
        assert_eq!(read("").unwrap(), BedFile::default());
        // A name that only begins with a skipped word is a contig.
        assert_eq!(read("tracks\t1\t2\n").unwrap().contigs, ["tracks"]);
    }

    #[test]
    fn malformed_rows_are_named() {
        let long = "x".repeat(256);
        for bad in [
            "chr1",
            "chr1\t1",
            "chr1 1",
            "chr1\tx\t2",
            "chr1\t1\t",
            "chr1\t1.0\t2",
            "chr1\t1e3\t2000",
            "chr1\t-1\t2",
            "chr1\t-3\t-2",
            "chr1\t3\t2",
            "chr1\t0\t1099511627776",
            "chr1\t99999999999999999999\t99999999999999999999",
            "\t1\t2",
            "chr\u{7}\t1\t2",
            &format!("{long}\t1\t2"),
        ] {
            let error = read(format!("a\t0\t9\n#\n{bad}\na\t1\t2\n")).unwrap_err();
            assert!(matches!(error, Error::Input { line: Some(3), .. }), "{bad:?}: {error}");
        }
        assert!(matches!(read(b"a\xff\t1\t2\n"), Err(Error::Input { line: Some(1), .. })));
    }

    #[test]
    fn summits_are_required_strictly_and_read_leniently() {
        let row = |summit: &str| format!("a\t100\t200\tn\t0\t.\t1\t1\t1{summit}\n");
        let check = |summit: &str| {
            let bed = read(row("\t50") + &row(summit) + &row("\tx")).unwrap();
            require_summits(&bed, Path::new("x.narrowPeak"))
        };
        for good in ["\t0", "\t100", "\t 7 "] {
            let Err(Error::Input { line, message, .. }) = check(good) else { panic!("row 3 has no summit") };
            assert!(line == Some(3) && message.contains("not an integer"), "{good:?}: {message}");
        }
        let bad =
            [("", "no column 10"), ("\t", "integer"), ("\t1.5", "integer"), ("\t-1", "no summit"), ("\t101", "past")];
        for (summit, why) in bad {
            let Err(Error::Input { line, message, .. }) = check(summit) else { panic!("{summit:?} was accepted") };
            assert!(line == Some(2) && message.contains(why), "{summit:?}: {message}");
        }
        assert!(require_summits(&read(row("\t100")).unwrap(), Path::new("x")).is_ok());
        assert!(require_summits(&BedFile::default(), Path::new("x")).is_ok());
    }

    #[test]
    fn gzip_is_told_by_content_and_a_cut_is_an_error() {
        let text = b"a\t1\t2\nb\t3\t4\n";
        let packed = gzip(text);
        assert_eq!(read(&packed).unwrap(), read(text).unwrap());
        let members = [gzip(&text[..9]), gzip(&text[9..])].concat();
        assert_eq!(read(&members).unwrap(), read(text).unwrap());
        for length in 2..packed.len() {
            assert!(read(&packed[..length]).is_err(), "cut at {length}");
        }
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = read(&flipped);
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let error = read(gzip(&vec![b'a'; (1 << 24) + 9])).unwrap_err();
        assert!(matches!(error, Error::Input { line: Some(1), .. }), "{error}");
    }

    #[test]
    fn a_record_is_small() {
        assert_eq!(std::mem::size_of::<BedRecord>(), 48);
    }

    proptest! {
        #[test]
        fn round_trip(rows in proptest::collection::vec(("[a-c]{1,2}", 0i64..1 << 39, 0i64..1 << 39, proptest::option::of(-5i64..100)), 0..50), tabs: bool) {
            let mut text = String::new();
            for (name, start, width, summit) in &rows {
                let summit = summit.map_or(String::new(), |s| format!("\tn\t0\t.\t0\t0\t0\t{s}"));
                text += &format!("{name}\t{start}\t{}{summit}\n", start + width);
            }
            if !tabs {
                text = text.replace('\t', "  ");
            }
            let bed = read(&text).unwrap();
            prop_assert_eq!(bed.records.len(), rows.len());
            for (record, (name, start, width, summit)) in bed.records.iter().zip(&rows) {
                prop_assert_eq!(&bed.contigs[record.contig as usize], name);
                prop_assert_eq!((record.start, record.end, record.summit), (*start, start + width, *summit));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[ab0-9\t \n#-]{0,80}") {
            let _ = read(bytes);
            let _ = read(text);
        }
    }
}
