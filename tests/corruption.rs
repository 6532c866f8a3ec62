//! Any damage to a file of a store makes opening or verifying an error that names the file. Nothing
//! panics.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::gather::{read_sequence, read_track};
use atemoya::loci::published;
use atemoya::{Error, PeakGenerator, Store, index};
use common::inputs::{self, Rng, section};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A small store of a genome, signals, controls and a locus index.
struct Fixture {
    directory: TempDir,
    store: PathBuf,
}

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let contigs = inputs::contigs(&[4000, 1300, 600], 3);
        let store = inputs::pack(directory.path(), &contigs, 9);
        inputs::index(&store, directory.path(), &contigs, 60);
        check(store.path()).unwrap();
        Fixture { store: store.path().to_owned(), directory }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.store.join(name)
    }
}

/// Opens and verifies the store with its index.
fn check(path: &Path) -> atemoya::Result<()> {
    let store = Store::open(path)?;
    store.verify(&())?;
    index::verify(&store, &())?;
    published::read(&store, None).map(drop)
}

/// The check must fail with an error that names the file.
fn assert_refused(store: &Path, file: &Path, what: &str, check: impl Fn() -> atemoya::Result<()>) {
    let Ok(result) = catch_unwind(AssertUnwindSafe(check)) else { panic!("{}: {what}: panicked", file.display()) };
    let error = result.err().unwrap_or_else(|| panic!("{}: {what}: not noticed", file.display()));
    let typed =
        matches!(error, Error::Corrupt { .. } | Error::Io { .. } | Error::Unsupported { .. } | Error::NotAStore { .. });
    assert!(typed, "{}: {what}: {error:?}", file.display());
    // Without a manifest it is not a store: the error names the directory and the manifest.
    let text = error.to_string();
    let names = text.contains(file.to_str().unwrap())
        || (text.contains(store.to_str().unwrap()) && text.contains("no manifest.json"));
    assert!(names, "{}: {what}: {text}", file.display());
}

#[test]
fn cut_extended_and_missing_files_are_named() {
    let fixture = Fixture::new();
    let files = common::files(&fixture.store);
    assert_eq!(files.len(), 6, "{files:?}");
    let mut cases = 0;
    for file in &files {
        let good = fs::read(file).unwrap();
        let n = good.len();
        let mut damaged: Vec<(String, Vec<u8>)> = [0, 1, n / 2, n - 1, 4095.min(n - 1), 4096.min(n - 1)]
            .map(|length| (format!("cut to {length} of {n} bytes"), good[..length].to_vec()))
            .to_vec();
        for byte in [0, b'\n', b'x'] {
            damaged.push((format!("extended by {byte}"), [&good[..], &[byte]].concat()));
        }
        damaged.push(("one byte less at the front".into(), good[1..].to_vec()));
        damaged.push(("all zero".into(), vec![0; n]));
        for (what, bytes) in damaged {
            fs::write(file, bytes).unwrap();
            assert_refused(&fixture.store, file, &what, || check(&fixture.store));
            cases += 1;
        }
        fs::remove_file(file).unwrap();
        assert_refused(&fixture.store, file, "removed", || check(&fixture.store));
        fs::create_dir(file).unwrap();
        assert_refused(&fixture.store, file, "a directory", || check(&fixture.store));
        fs::remove_dir(file).unwrap();
        fs::write(file, good).unwrap();
        cases += 2;
    }
    check(&fixture.store).unwrap();
    let _ = writeln!(std::io::stderr(), "{cases} damaged stores refused");
}

/// Files of another intact store, in place of this store's own.
#[test]
fn files_of_another_store_are_refused() {
    let (fixture, other) = (Fixture::new(), tempfile::tempdir().unwrap());
    let contigs = inputs::contigs(&[4000, 1300, 600], 4);
    let store = inputs::pack(other.path(), &contigs, 9);
    inputs::index(&store, other.path(), &contigs, 60);
    for file in common::files(&fixture.store) {
        let good = fs::read(&file).unwrap();
        let name = file.strip_prefix(&fixture.store).unwrap();
        fs::write(&file, fs::read(store.path().join(name)).unwrap()).unwrap();
        let error = check(&fixture.store).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }) && error.to_string().contains(fixture.store.to_str().unwrap()));
        fs::write(&file, good).unwrap();
    }
    check(&fixture.store).unwrap();
}

/// Flips some bits of a file one at a time; each must be noticed.
fn flip(fixture: &Fixture, name: &str, bits: impl Iterator<Item = usize>, check: impl Fn() -> atemoya::Result<()>) {
    let path = fixture.file(name);
    let bytes = fs::read(&path).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let mut count = 0;
    for bit in bits {
        let (at, mask) = (bit / 8, 1 << (bit % 8));
        file.write_all_at(&[bytes[at] ^ mask], at as u64).unwrap();
        assert_refused(&fixture.store, &path, &format!("bit {bit}"), &check);
        file.write_all_at(&[bytes[at]], at as u64).unwrap();
        count += 1;
    }
    assert!(count > 0 && fs::read(&path).unwrap() == bytes);
    let _ = writeln!(std::io::stderr(), "{name}: {count} flipped bits noticed");
}

#[test]
fn every_bit_of_the_documents() {
    let fixture = Fixture::new();
    let length = |name: &str| 8 * fs::metadata(fixture.file(name)).unwrap().len() as usize;
    flip(&fixture, "manifest.json", 0..length("manifest.json"), || Store::open(&fixture.store).map(drop));
    let store = Store::open(&fixture.store).unwrap();
    let name = "loci/default/index.json";
    flip(&fixture, name, 0..length(name), || published::read(&store, None).map(drop));
}

#[test]
fn every_bit_of_the_header_pages() {
    let fixture = Fixture::new();
    for name in ["sequence.atm", "panel-0.atm", "panel-1.atm"] {
        flip(&fixture, name, 0..8 * 4096, || Store::open(&fixture.store).map(drop));
    }
}

#[test]
fn every_bit_of_the_tables_and_some_of_the_rest() {
    let fixture = Fixture::new();
    for (name, sections) in [("sequence.atm", 3), ("panel-0.atm", 4), ("panel-1.atm", 4)] {
        let bytes = fs::read(fixture.file(name)).unwrap();
        let contigs = section(&bytes, 1);
        // The table of contigs is checked on opening.
        flip(&fixture, name, 8 * contigs.start..8 * contigs.end, || Store::open(&fixture.store).map(drop));
        let tables = (2..sections).flat_map(|number| section(&bytes, number)).flat_map(|at| 8 * at..8 * at + 8);
        let padding = (contigs.end..bytes.len()).step_by(41).map(|at| 8 * at + at % 8);
        let data = (8 * 4096..8 * contigs.start).step_by(331);
        let last = 8 * bytes.len() - 1;
        flip(&fixture, name, tables.chain(padding).chain(data).chain([last]), || check(&fixture.store));
    }
    let name = "loci/default/index.parquet";
    let bits = 8 * fs::metadata(fixture.file(name)).unwrap().len() as usize;
    flip(&fixture, name, (0..bits).step_by(61).chain(bits - 64..bits), || check(&fixture.store));
}

/// Reads everything without verifying, which may give errors or values.
fn read_all(path: &Path) -> [u32; 2] {
    let store = Store::open(path).unwrap();
    let (mut errors, mut read) = (0, 0);
    let mut note = |error: Option<Error>| match error {
        None => read += 1,
        Some(Error::Corrupt { path: file, .. }) => {
            assert!(file.starts_with(path));
            errors += 1;
        }
        Some(error) => panic!("{error:?}"),
    };
    for (name, length) in store.contigs().iter() {
        assert_eq!(read_sequence(&store, name, 0..length).unwrap().len() as u64, 4 * length);
        for track in ["stranded.0", "stranded.1", "runs", "input.0", "input.1"] {
            note(read_track(&store, track, name, 0..length).err());
            note(read_track(&store, track, name, length / 3..length / 2).err());
        }
    }
    for workers in [0, 2] {
        let generator = PeakGenerator::new(&store).in_window(200).out_window(80).max_jitter(10).batch_size(8);
        let loader = generator.num_workers(workers).build().unwrap();
        loader.epoch(0).for_each(|batch| note(batch.err()));
    }
    [errors, read]
}

#[test]
fn reading_damaged_data_without_verifying_never_panics() {
    let fixture = Fixture::new();
    let mut rng = Rng::new(9);
    let (mut errors, mut read) = (0, 0);
    for round in 0..400 {
        let name = ["sequence.atm", "panel-0.atm", "panel-0.atm", "panel-1.atm"][round % 4];
        let path = fixture.directory.path().join("store").join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        // DATA, or the index of a panel: neither is checked on opening.
        let index = name != "sequence.atm" && rng.below(3) == 0;
        let place = section(&good, if index { 2 } else { 0 });
        let span = if index { place } else { place.start..place.end.max(place.start + 1) };
        for _ in 0..1 + rng.below(4) {
            let at = span.start + rng.below(span.len() as u64) as usize;
            match rng.below(4) {
                0 => bad[at] ^= 1 << rng.below(8),
                1 => bad[at] = [0, 255, 127, 128][rng.below(4) as usize],
                2 => bad[at..span.end.min(at + 8)].fill(255),
                _ => {
                    let width = (1 + rng.below(40) as usize).min(span.end - at);
                    bad[at..at + width].fill_with(|| rng.next() as u8);
                }
            }
        }
        fs::write(&path, bad).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| read_all(&fixture.store)));
        let [failed, succeeded] = outcome.unwrap_or_else(|_| panic!("round {round}: {name}"));
        fs::write(&path, good).unwrap();
        errors += failed;
        read += succeeded;
    }
    check(&fixture.store).unwrap();
    let _ = writeln!(std::io::stderr(), "{read} reads of damaged data gave values, {errors} gave errors");
    assert!(errors > 100 && read > 1000);
}
