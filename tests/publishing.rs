//! Packing and indexing publish in one step: at any moment there is the old state or the new one.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::gather::read_sequence;
use atemoya::index::IndexBuilder;
use atemoya::loci::published;
use atemoya::pack::PackBuilder;
use atemoya::{Error, Progress, Store, Unit};
use common::inputs::{self, write};
use common::names;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

fn root() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn length(store: &Path) -> u64 {
    Store::open(store).unwrap().contigs().length(0)
}

#[test]
fn a_store_is_replaced_only_on_request() {
    let directory = root();
    let genome = write(directory.path(), "genome.fa", ">a\nACGT\n");
    let other = write(directory.path(), "other.fa", ">a\nACGTA\n");
    let out = directory.path().join("store");
    PackBuilder::new().fasta(&genome).publish(&out, &()).unwrap();
    let store = Store::open(&out).unwrap();
    let builder = PackBuilder::new().fasta(&other);
    let before = names(directory.path());
    assert!(matches!(builder.publish(store.path(), &()), Err(Error::Exists { .. })));
    assert_eq!(Store::open(store.path()).unwrap().checksum(), store.checksum());
    let replacing = builder.replace(true);
    // A failure leaves the old store.
    let failing = replacing.clone().contigs(Some(vec!["x".into()]));
    assert!(failing.publish(store.path(), &()).is_err());
    assert_eq!(Store::open(store.path()).unwrap().checksum(), store.checksum());
    replacing.publish(store.path(), &()).unwrap();
    assert_eq!((length(store.path()), store.contigs().length(0)), (5, 4));
    // An open store still reads the files that it opened.
    assert_eq!(read_sequence(&store, "a", 0..4).unwrap().len(), 16);
    assert_eq!(names(directory.path()), before);
}

/// Interrupts after a number of checks, and records the name and the progress of each finished
/// phase.
#[derive(Default)]
struct After {
    limit: u64,
    questions: AtomicU64,
    done: AtomicU64,
    phase: Mutex<(String, u64)>,
    phases: Mutex<Vec<(String, u64, u64)>>,
}

impl After {
    fn new(limit: u64) -> After {
        After { limit, ..After::default() }
    }
}

impl Progress for After {
    fn start(&self, phase: &str, total: u64, _: Unit) {
        *self.phase.lock().unwrap() = (phase.to_owned(), total);
        self.done.store(0, Ordering::Relaxed);
    }

    fn advance(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    fn finish(&self) {
        let (phase, total) = self.phase.lock().unwrap().clone();
        self.phases.lock().unwrap().push((phase, total, self.done.load(Ordering::Relaxed)));
    }

    fn interrupted(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed) >= self.limit
    }
}

#[test]
fn progress_comes_to_its_totals() {
    let directory = root();
    let contigs = inputs::contigs(&[3000, 1300], 7);
    inputs::pack(directory.path(), &contigs, 9);
    let path = |name: &str| directory.path().join(name);
    let builder = PackBuilder::new().fasta(path("genome.fa")).signal("s", [path("0.bw"), path("1.bw")]);
    let progress = After::new(u64::MAX);
    builder.publish(&path("new"), &progress).unwrap();
    let phases = progress.phases.into_inner().unwrap();
    let genome = std::fs::metadata(path("genome.fa")).unwrap().len();
    let expected = [("packing the genome", genome, genome), ("packing tracks", 8600, 8600)];
    assert_eq!(phases, expected.map(|(phase, total, done)| (phase.to_owned(), total, done)));
    let store = Store::open(path("new")).unwrap();
    for work in [0, 1] {
        let progress = After::new(u64::MAX);
        match work {
            0 => {
                let peaks = write(directory.path(), "peaks.narrowPeak", inputs::peaks(&contigs, 40, 1));
                IndexBuilder::new("x").peaks([peaks]).publish(&store, &progress).unwrap();
            }
            _ => {
                store.verify(&progress).unwrap();
            }
        }
        let phases = progress.phases.into_inner().unwrap();
        assert!(!phases.is_empty() && phases.iter().all(|(_, total, done)| total == done), "{phases:?}");
    }
}

#[test]
fn interrupted_packing_leaves_the_old_state() {
    let directory = root();
    let contigs = inputs::contigs(&[3000, 1300], 7);
    let old = inputs::pack(directory.path(), &contigs, 9);
    let before = names(directory.path());
    let path = |name: &str| directory.path().join(name);
    let builder = PackBuilder::new().fasta(path("genome.fa")).signal("s", [path("0.bw"), path("1.bw")]);
    let (mut interrupted, new) = (0, path("new"));
    for limit in 0.. {
        let outcomes = [
            builder.publish(&new, &After::new(limit)),
            builder.clone().replace(true).publish(old.path(), &After::new(limit)),
        ];
        if outcomes.iter().all(Result::is_ok) {
            break;
        }
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Interrupted))), "{outcomes:?}");
        assert_eq!(names(directory.path()), before);
        assert_eq!(Store::open(old.path()).unwrap().checksum(), old.checksum());
        interrupted += 1;
    }
    let _ = writeln!(std::io::stderr(), "interrupted at {interrupted} moments");
    assert!(interrupted > 10);
    Store::open(&new).unwrap().verify(&()).unwrap();
    assert_ne!(Store::open(old.path()).unwrap().checksum(), old.checksum());
}

#[test]
fn interrupted_indexing_leaves_the_old_state() {
    let directory = root();
    let contigs = inputs::contigs(&[3000, 1300], 7);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 40);
    let other = write(directory.path(), "other.narrowPeak", inputs::peaks(&contigs, 30, 5));
    let before = common::files(store.path());
    let rows = || published::read(&store, Some("default")).unwrap().table.len();
    let (old, mut interrupted) = (rows(), 0);
    for limit in 0.. {
        let builder = IndexBuilder::new("default").peaks([&other]);
        assert!(matches!(builder.publish(&store, &()), Err(Error::Exists { .. })));
        match builder.replace(true).publish(&store, &After::new(limit)) {
            Ok(_) => break,
            Err(error) => assert!(matches!(error, Error::Interrupted), "{error}"),
        }
        assert_eq!((common::files(store.path()), rows()), (before.clone(), old));
        interrupted += 1;
    }
    assert!(interrupted > 1);
    assert_eq!((common::files(store.path()), rows()), (before, 30));
}
