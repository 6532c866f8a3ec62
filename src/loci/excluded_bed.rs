//! Reads and writes `excluded.bed`, the regions of the genome that an index excludes
//! (`format-spec/FORMAT.md`, section 9.2).

use super::exclusion::{CHUNK, ExclusionMap};
use crate::format::Contigs;
use crate::ingest::bed::{BedFile, BedRecord};
use crate::{Error, Result};
use std::fmt::Write;
use std::path::Path;
use std::str;

/// The greatest end: a region ends below 2^40, and its last chunk below 2^40 + 100.
const MAX_END: i64 = (1 << 40) + CHUNK;

/// Writes the excluded regions of a map, in the order of the contigs.
pub(super) fn to_bytes(map: &ExclusionMap, contigs: &Contigs) -> Vec<u8> {
    let mut text = String::new();
    for (id, (name, _)) in (0..).zip(contigs.iter()) {
        for (start, end) in map.merged_regions(id) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}\t{start}\t{end}");
        }
    }
    text.into_bytes()
}

/// Reads the excluded regions, as those of one exclusion list. `path` is only for errors.
///
/// # Errors
/// [`Error::Corrupt`] for anything that [`to_bytes`] would not write.
pub(super) fn from_bytes(bytes: &[u8], path: &Path, contigs: &Contigs) -> Result<BedFile> {
    let wrong = |at: usize, expected: &str, got: &[u8]| {
        let shown: String = String::from_utf8_lossy(got).chars().take(80).collect();
        Err(Error::corrupt(path, at as u64, "an excluded region", expected, format!("{shown:?}")))
    };
    let names = contigs.iter().map(|(name, _)| name.to_owned()).collect();
    let mut bed = BedFile { contigs: names, ..BedFile::default() };
    let (mut at, mut before) = (0, None);
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let Some((contig, start, end)) = region(line, contigs) else {
            return wrong(at, "a contig of the store and two ascending multiples of 100", line);
        };
        if before.is_some_and(|(last, reach)| (contig, start) <= (last, reach)) {
            return wrong(at, "regions in order that do not touch", line);
        }
        before = Some((contig, end));
        bed.records.push(BedRecord { contig: contig as u32, start, end, summit: None, line: number });
        at += line.len();
    }
    Ok(bed)
}

/// Parses the contig's id, the start and the end of a line.
fn region(line: &[u8], contigs: &Contigs) -> Option<(usize, i64, i64)> {
    let mut columns = str::from_utf8(line).ok()?.strip_suffix('\n')?.split('\t');
    let contig = contigs.id(columns.next()?)?;
    let (start, end) = (multiple(columns.next()?)?, multiple(columns.next()?)?);
    (columns.next().is_none() && start < end && end <= MAX_END).then_some((contig, start, end))
}

/// Parses a multiple of 100 that has no sign and no leading zeros.
fn multiple(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    (number >= 0 && number % CHUNK == 0 && number.to_string() == digits).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contigs() -> Contigs {
        Contigs::new([("b", 3000), ("#a track", 1000)]).unwrap()
    }

    fn record(contig: u32, start: i64, end: i64) -> BedRecord {
        BedRecord { contig, start, end, summit: None, line: 1 }
    }

    #[test]
    fn regions_are_whole_chunks_each_once() {
        let records = vec![
            record(1, 900, 1001),
            record(0, 250, 251),
            record(0, 108, 234),
            record(0, 299, 310),
            record(0, 500, 500),
            record(0, 400, 401),
            record(0, 600, 700),
            record(2, 0, 10),
        ];
        let names = ["b", "#a track", "elsewhere"].map(str::to_owned).to_vec();
        let bed = BedFile { contigs: names, records, ..BedFile::default() };
        let bytes = to_bytes(&ExclusionMap::from_beds(&[bed], &contigs()), &contigs());
        assert_eq!(str::from_utf8(&bytes).unwrap(), "b\t100\t500\nb\t600\t700\n#a track\t900\t1100\n");
        let read = from_bytes(&bytes, Path::new("x"), &contigs()).unwrap();
        let found: Vec<_> = read.records.iter().map(|r| (r.contig, r.start, r.end, r.line)).collect();
        assert_eq!(found, [(0, 100, 500, 1), (0, 600, 700, 2), (1, 900, 1100, 3)]);
        assert_eq!(to_bytes(&ExclusionMap::from_beds(&[read], &contigs()), &contigs()), bytes);
    }

    #[test]
    fn anything_else_is_damage() {
        let good = "b\t100\t200\n";
        for bad in [
            "b\t100\t200",
            "b\t100\t200\t\n",
            "b\t100\n",
            "c\t100\t200\n",
            "b\t100\t250\n",
            "b\t+100\t200\n",
            "b\t0100\t200\n",
            "b\t-100\t200\n",
            "b\t200\t200\n",
            "b\t100\t200\r\n",
            "\n",
            "b\t100\t1099511628000\n",
            "b\t100\t200\nb\t200\t300\n",
            "b\t100\t300\nb\t200\t400\n",
            "#a track\t0\t100\nb\t0\t100\n",
        ] {
            let error = from_bytes(bad.as_bytes(), Path::new("excluded.bed"), &contigs()).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. }), "{bad:?}: {error}");
        }
        let error = from_bytes(format!("{good}{good}").as_bytes(), Path::new("excluded.bed"), &contigs()).unwrap_err();
        assert!(matches!(error, Error::Corrupt { offset: 10, .. }), "{error}");
        assert_eq!(from_bytes(b"", Path::new("x"), &contigs()).unwrap().records, []);
    }
}
