//! What a loader on an index takes from it, what it is told otherwise, and names of contigs that do
//! not fit.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;
#[path = "index_defaults/warnings.rs"]
mod warnings;

use atemoya::feed::LocusFilter;
use atemoya::format::sealed_json;
use atemoya::index::{self, IndexBuilder, Indexed};
use atemoya::ingest::alias::Aliases;
use atemoya::loci::{IndexManifest, published};
use atemoya::pack::PackBuilder;
use atemoya::sample::Order;
use atemoya::{Error, PeakGenerator, Store};
use common::inputs::{self, write};
use common::refused;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A store of chrA (3000 bases) and chrB (1300), and files of loci.
struct Fixture {
    directory: TempDir,
    store: Store,
    peaks: PathBuf,
    /// Excludes what touches chrA:1000..1300.
    list: PathBuf,
}

/// A filter with windows of which many fit.
fn small_windows() -> LocusFilter {
    LocusFilter { in_window: 41, out_window: 20, max_jitter: 3, ..LocusFilter::default() }
}

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let mut contigs = inputs::contigs(&[3000, 1300], 7);
        // One peak has outlying counts.
        contigs[0].tracks.iter_mut().for_each(|track| track[2000..2010].fill(5000.0));
        let store = inputs::pack(directory.path(), &contigs, 9);
        let rows = (0..28).map(|i| format!("chrA\t{}\t{}\n", 100 + 100 * i, 110 + 100 * i));
        let peaks = write(directory.path(), "peaks.bed", rows.collect::<String>() + "chrB\t500\t510\n");
        let list = write(directory.path(), "list.bed", "chrA\t1080\t1234\nchrQ\t0\t9\n");
        Fixture { directory, store, peaks, list }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.directory.path(), name, text)
    }

    fn index(&self, filter: LocusFilter) -> Indexed {
        IndexBuilder::new("default")
            .peaks([&self.peaks])
            .filter(filter)
            .replace(true)
            .publish(&self.store, &())
            .unwrap()
    }

    fn excluding(&self) -> LocusFilter {
        LocusFilter { exclusion_lists: Some(vec![self.list.clone()]), ..small_windows() }
    }

    fn generator(&self) -> PeakGenerator {
        PeakGenerator::with_filter(&self.store, small_windows()).negative_ratio(0.0).num_workers(0)
    }

    /// Makes the index one of version 1.0, without what its lists exclude.
    fn make_older(&self, indexed: &Indexed) {
        let path = indexed.path.join("index.json");
        let known = IndexManifest::from_bytes(&fs::read(&path).unwrap(), &path).unwrap();
        assert_eq!(known.version, [1, 1]);
        let older = IndexManifest { version: [1, 0], excluded: None, ..known };
        fs::write(&path, sealed_json::seal(&older).unwrap()).unwrap();
        fs::remove_file(indexed.path.join("excluded.bed")).unwrap();
    }
}

#[test]
fn a_loader_stays_out_of_what_the_index_was_made_to_stay_out_of() {
    let fixture = Fixture::new();
    // One that is replaced is proven to be ours, that file included.
    fixture.index(fixture.excluding());
    let indexed = fixture.index(fixture.excluding());
    assert_eq!(fs::read_to_string(indexed.path.join("excluded.bed")).unwrap(), "chrA\t1000\t1300\n");
    assert_eq!(index::verify(&fixture.store, &()).unwrap(), 29);
    // The lists are not needed any more.
    fs::remove_file(&fixture.list).unwrap();
    let loader = fixture.generator().build().unwrap();
    assert_eq!((loader.ledger().peaks.excluded, loader.ledger().peaks.kept), (4, 25));
    assert!(loader.peaks().iter().all(|locus| locus.contig != 0 || locus.centre < 1000 || locus.centre > 1305));
    assert_eq!(loader.warnings(), [""; 0]);
    // None, and others.
    let none = fixture.generator().exclusion_lists(Vec::new()).build().unwrap();
    assert_eq!((none.ledger().peaks.excluded, none.ledger().peaks.kept), (0, 29));
    let other = fixture.write("other.bed", "chrB\t0\t1300\n");
    let other = fixture.generator().exclusion_lists(vec![other]).build().unwrap();
    assert_eq!((other.ledger().peaks.excluded, other.peaks().iter().filter(|l| l.contig == 1).count()), (1, 0));
}

#[test]
fn an_index_without_exclusion_lists_is_of_version_1_0() {
    let fixture = Fixture::new();
    let indexed = fixture.index(small_windows());
    let manifest = published::manifest(&fixture.store, None).unwrap();
    assert_eq!((manifest.version, manifest.excluded), ([1, 0], None));
    assert!(!indexed.path.join("excluded.bed").exists());
}

/// Those of version 1.0 name their exclusion lists, and nothing more.
#[test]
fn an_older_index_needs_its_lists_as_they_were() {
    let fixture = Fixture::new();
    fixture.make_older(&fixture.index(fixture.excluding()));
    assert_eq!(index::verify(&fixture.store, &()).unwrap(), 29);
    assert_eq!(fixture.generator().build().unwrap().ledger().peaks.excluded, 4);
    let text = fs::read(&fixture.list).unwrap();
    let unusable = |part: &str| {
        let error = fixture.generator().build().unwrap_err();
        assert!(matches!(error, Error::Input { .. }), "{error}");
        for part in ["list.bed", part, "`exclusion_lists`", "make the index again"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    };
    fs::write(&fixture.list, [&text[..], b"chrB\t0\t9\n"].concat()).unwrap();
    unusable("has changed since");
    fs::remove_file(&fixture.list).unwrap();
    unusable("cannot be opened any more");
    assert_eq!(fixture.generator().exclusion_lists(Vec::new()).build().unwrap().ledger().peaks.excluded, 0);
}

#[test]
fn verify_compares_what_is_excluded_with_the_verdicts() {
    let fixture = Fixture::new();
    let indexed = fixture.index(fixture.excluding());
    let document = indexed.path.join("index.json");
    for (text, wrong) in
        [("chrA\t1000\t1300\n", false), ("chrA\t1000\t1200\n", true), ("chrA\t1000\t1500\n", true), ("", true)]
    {
        let mut manifest = IndexManifest::from_bytes(&fs::read(&document).unwrap(), &document).unwrap();
        let excluded = manifest.excluded.as_mut().unwrap();
        let path = fixture.write("excluded", text);
        let entry = atemoya::ingest::provenance("x", &path, &()).unwrap();
        (excluded.length, excluded.sha256) = (entry.length, entry.sha256);
        fs::write(indexed.path.join("excluded.bed"), text).unwrap();
        fs::write(&document, sealed_json::seal(&manifest).unwrap()).unwrap();
        let result = index::verify(&fixture.store, &());
        assert_eq!(matches!(result, Err(Error::Corrupt { .. })), wrong, "{text:?}: {result:?}");
    }
    // Another file than the one that was written is damage.
    fs::write(indexed.path.join("excluded.bed"), "chrA\t1000\t1100\n").unwrap();
    assert!(matches!(fixture.generator().build(), Err(Error::Corrupt { .. })));
}

#[test]
fn bounds_on_counts_are_those_of_the_index_unless_others_are_given() {
    let fixture = Fixture::new();
    let tracks = Some(vec!["runs".to_owned()]);
    let bounds =
        LocusFilter { min_counts: Some(5.0), max_counts: Some(40.0), counts_tracks: tracks.clone(), ..small_windows() };
    let indexed = fixture.index(bounds.clone());
    let kept = |generator: PeakGenerator| generator.build().unwrap().peaks().to_vec();
    let by_the_index = kept(fixture.generator());
    assert_eq!(by_the_index, indexed.selection.peaks);
    assert!(by_the_index.len() < 29);
    assert_eq!(
        kept(fixture.generator().min_counts(Some(5.0)).max_counts(Some(40.0)).counts_tracks(tracks)),
        by_the_index
    );
    let unbounded = fixture.generator().min_counts(Some(f64::NEG_INFINITY)).max_counts(Some(f64::INFINITY));
    assert_eq!(kept(unbounded.clone()).len(), 29);
    // Without signals to count, a bound of the index cannot be kept to, and is not left out in
    // silence.
    let silent = |generator: PeakGenerator| generator.signals(Some(Vec::new())).counts_tracks(None);
    refused(silent(fixture.generator()).build(), "min_counts", &["no signals to count", "-inf"]);
    assert_eq!(kept(silent(unbounded)).len(), 29);
}

/// What the order of the index does by itself is a choice only where it was given.
#[test]
fn a_chosen_outlier_filter_is_taken() {
    let fixture = Fixture::new();
    let dropped = |index: (Order, Option<bool>), order: Order| {
        fixture.index(LocusFilter { order: index.0, outlier_filter: index.1, ..small_windows() });
        let selection = fixture.generator().order(order).outlier_filter(None).build().unwrap();
        let explicit = |drops| fixture.generator().order(order).outlier_filter(Some(drops)).build().unwrap();
        let [kept, all] = [explicit(true), explicit(false)].map(|loader| loader.peaks().len());
        assert!(kept < all, "there are outliers");
        selection.peaks().len() == kept
    };
    for (index, order, drops) in [
        ((Order::Native, None), Order::Native, false),
        ((Order::Native, None), Order::Cherimoya, true),
        ((Order::Native, Some(true)), Order::Native, true),
        ((Order::Native, Some(false)), Order::Cherimoya, false),
        ((Order::Cherimoya, Some(true)), Order::Native, true),
        ((Order::Cherimoya, None), Order::Native, false),
        ((Order::Cherimoya, Some(false)), Order::Cherimoya, false),
    ] {
        assert_eq!(dropped(index, order), drops, "{index:?} {order}");
    }
}
