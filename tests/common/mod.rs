//! Helpers of several tests. Each test is a crate of its own and uses some of them.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test helpers"
)]

#[cfg(feature = "ingest")]
pub mod arrays;
pub mod bigwigs;
#[cfg(feature = "ingest")]
pub mod cases;
#[cfg(feature = "ingest")]
pub mod genomes;
#[cfg(feature = "ingest")]
pub mod golden;
#[cfg(feature = "cuda")]
pub mod gpu;
#[cfg(feature = "ingest")]
pub mod inputs;
pub mod model;
pub mod numpy;
pub mod oracle;
pub mod plain;
pub mod stores;
#[cfg(feature = "ingest")]
pub mod windows;

use atemoya::ingest::bed::{BedFile, BedRecord};
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Returns the directory of shared real data, or `None` where it is missing. In CI it must exist.
pub fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("ATEMOYA_SHARED").map_or(beside, PathBuf::from);
    if path.join("data").is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing, and CI must run the tests on real data", path.display());
    // Not `eprintln`, which the test harness hides when the test passes.
    let _ = writeln!(std::io::stderr(), "skipped: there is no real data at {}", path.display());
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

/// Runs `work` on a thread of its own, and panics if it takes longer than `seconds`, which only a
/// hang does.
pub fn within<T: Send + 'static>(seconds: u64, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || sender.send(work()));
    match receiver.recv_timeout(Duration::from_secs(seconds)) {
        Ok(result) => result,
        Err(RecvTimeoutError::Disconnected) => resume_unwind(thread.join().err().unwrap()),
        Err(RecvTimeoutError::Timeout) => panic!("it hangs: not done after {seconds} seconds"),
    }
}

/// Asserts that the error is of this argument, and that its message contains all of `parts`.
pub fn refused<T>(result: atemoya::Result<T>, argument: &str, parts: &[&str]) {
    let Err(error) = result else { panic!("{argument} was accepted: {parts:?}") };
    assert!(matches!(error, atemoya::Error::Argument { name, .. } if name == argument), "{argument}: {error}");
    let text = error.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
}

/// Copies a directory with its contents.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() { copy(&entry, &target) } else { std::fs::copy(&entry, &target).map(|_| ()).unwrap() }
    }
}

/// All files under a directory, sorted.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// The names in a directory, hidden ones included, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
