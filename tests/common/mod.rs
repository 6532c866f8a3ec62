//! What several tests need. Each test is a crate of its own and uses a part of it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test helpers"
)]

pub mod bigwigs;
pub mod stores;

use atemoya::ingest::bed::{BedFile, BedRecord};
use std::path::{Path, PathBuf};

/// The shared real data, or `None` on a machine that does not have it. In CI it must be there.
pub fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("ATEMOYA_SHARED").map_or(beside, PathBuf::from);
    if path.join("data").is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing, and CI must run the tests on real data", path.display());
    eprintln!("skipped: there is no real data at {}", path.display());
    None
}

/// A BED file of these rows, without summits, on the lines from 1.
pub fn bed(rows: &[(&str, i64, i64)]) -> BedFile {
    let mut bed = BedFile::default();
    for (line, &(name, start, end)) in (1..).zip(rows) {
        let contig = bed.contigs.iter().position(|known| known == name).unwrap_or_else(|| {
            bed.contigs.push(name.to_owned());
            bed.contigs.len() - 1
        });
        bed.records.push(BedRecord { contig: contig as u32, start, end, summit: None, line });
    }
    bed
}
