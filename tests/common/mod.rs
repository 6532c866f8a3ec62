//! What several tests need. Each test uses a part of it.
#![allow(dead_code, reason = "each test is a crate of its own")]

use std::path::{Path, PathBuf};

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

/// The folder of test data that is not part of the repository, or `None`, said on stderr, where it is missing.
///
/// It must be there in continuous integration.
pub(crate) fn shared() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("ATEMOYA_SHARED").map_or_else(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    eprintln!("skipped: {} is missing", folder.display());
    None
}
