//! What several tests need.

use atemoya::ingest::bed::{BedFile, BedRecord};

/// A BED file of these rows, without summits, on the lines from 1.
pub(crate) fn bed(rows: &[(&str, i64, i64)]) -> BedFile {
    let mut bed = BedFile { contigs: Vec::new(), records: Vec::new() };
    for (line, &(name, start, end)) in (1..).zip(rows) {
        let contig = bed.contigs.iter().position(|known| known == name).unwrap_or_else(|| {
            bed.contigs.push(name.to_owned());
            bed.contigs.len() - 1
        });
        bed.records.push(BedRecord { contig: contig as u32, start, end, summit: None, line });
    }
    bed
}
