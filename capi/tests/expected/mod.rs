//! The store of the C programs, and what they must print of it: the same numbers, from the library
//! in Rust.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::common::inputs::{contigs, index, pack, peaks, section, write};
use crate::common::stores::Contig;
use atemoya::feed::{Access, Batch, Column, Loader};
use atemoya::format::manifest::{Role, TrackType};
use atemoya::loci::published;
use atemoya::{DType, PeakGenerator, Store};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Three contigs, whose first two tracks are counts.
fn whole() -> Vec<Contig> {
    let mut contigs = contigs(&[8_000, 6_000, 700], 5);
    contigs.iter_mut().for_each(|contig| contig.tracks[1].iter_mut().for_each(|value| *value = value.floor()));
    contigs
}

/// Packs a store with one locus index, `default`, in a directory: three contigs, sequence, a
/// stranded signal and one of a single track, a control.
pub(crate) fn store_with_one_index(directory: &Path) -> PathBuf {
    let contigs = whole();
    let store = pack(directory, &contigs, 9);
    index(&store, directory, &contigs, 150);
    store.path().to_owned()
}

/// The same with a second index, `other`, of other loci, which is centred on summits.
pub(crate) fn store(directory: &Path) -> PathBuf {
    let path = store_with_one_index(directory);
    let contigs = whole();
    let files = [3, 4].map(|seed| write(directory, &format!("{seed}.narrowPeak"), peaks(&contigs, 150, seed)));
    let [peaks, negatives] = files;
    let builder = atemoya::index::IndexBuilder::new("other").peaks([peaks]).negatives([negatives]);
    builder.summits(true).counts_window(33).publish(&Store::open(&path).unwrap(), &()).unwrap();
    path
}

/// A BED file of regions to stay out of.
pub(crate) fn exclusion_list(directory: &Path) -> PathBuf {
    write(directory, "exclusion.bed", "chrA\t1000\t1700\nchrA\t5000\t5300\nchrB\t0\t9\n")
}

/// A BED file whose second line is wrong.
pub(crate) fn bad_list(directory: &Path) -> PathBuf {
    write(directory, "bad.bed", "chrA\t1000\t1700\nchrA\tx\t5300\n")
}

/// Copies of a store: one with changed bytes in the tiles of its first panel, and one whose
/// manifest is cut.
pub(crate) fn damaged(store: &Path) -> [PathBuf; 2] {
    let [damaged, broken] = ["damaged", "broken"].map(|name| store.with_file_name(name));
    copy(store, &damaged);
    copy(store, &broken);
    let panel = damaged.join("panel-0.atm");
    let mut bytes = fs::read(&panel).unwrap();
    let data = section(&bytes, 0);
    bytes[data].iter_mut().step_by(37).for_each(|byte| *byte ^= 255);
    fs::write(panel, bytes).unwrap();
    let manifest = broken.join("manifest.json");
    let text = fs::read(&manifest).unwrap();
    fs::write(manifest, &text[..text.len() - 20]).unwrap();
    [damaged, broken]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `plain_options` of `feed.h`.
pub(crate) fn plain(store: &Store) -> PeakGenerator {
    PeakGenerator::new(store)
        .loci("default")
        .in_window(200)
        .out_window(100)
        .max_jitter(10)
        .batch_size(16)
        .random_state(7)
        .num_workers(2)
}

/// `other_loader` of `right_use.c`.
fn other(store: &Store, exclusion_list: &Path) -> PeakGenerator {
    let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    plain(store)
        .loci("other")
        .signals(names(&["runs", "stranded"]))
        .controls(names(&["input"]))
        .sequence_type(DType::U64)
        .in_window(131)
        .out_window(33)
        .max_jitter(3)
        .reverse_complement(false)
        .chroms(names(&["chrA", "chrZ"]))
        .summits(Some(false))
        .min_counts(Some(12.0))
        .max_counts(Some(30.0))
        .counts_tracks(names(&["stranded.0", "runs"]))
        .outlier_filter(Some(true))
        .exclusion_lists(vec![exclusion_list.to_owned()])
        .num_workers(0)
        .slots(Some(5))
        .access(Access::Read)
        .ask_ahead(false)
        .random_state(u64::MAX)
        .negative_ratio(0.75)
        .shuffle(false)
        .batch_size(6)
        .drop_last(true)
        .rank(1)
        .world_size(2)
}

/// `other_loader` with one parameter set back, for each that decides what it gives. Without
/// outliers and other controls, which the store has not, their parameters decide nothing.
fn set_back(store: &Store, exclusion_list: &Path) -> Vec<(&'static str, PeakGenerator)> {
    let other = || other(store, exclusion_list);
    vec![
        ("loci", other().loci("default")),
        ("signals", other().signals(None)),
        ("sequence_type", other().sequence_type(DType::I8)),
        ("in_window", other().in_window(200)),
        ("out_window", other().out_window(100)),
        ("max_jitter", other().max_jitter(10)),
        ("reverse_complement", other().reverse_complement(true)),
        ("chroms", other().chroms(None)),
        ("summits", other().summits(None)),
        ("min_counts", other().min_counts(None)),
        ("max_counts", other().max_counts(None)),
        ("counts_tracks", other().counts_tracks(None)),
        ("exclusion_lists", other().exclusion_lists(Vec::new())),
        ("slots", other().slots(None)),
        ("random_state", other().random_state(7)),
        ("negative_ratio", other().negative_ratio(0.1)),
        ("shuffle", other().shuffle(true)),
        ("batch_size", other().batch_size(16)),
        ("drop_last", other().drop_last(false)),
        ("rank", other().rank(0)),
        ("world_size", other().rank(0).world_size(1)),
    ]
}

/// Fails when a parameter could be forgotten in C and what is printed be the same.
pub(crate) fn parameters_matter(store: &Store, exclusion_list: &Path) {
    let printed = |generator: &PeakGenerator| {
        let mut text = String::new();
        // That no locus is left is another outcome, too.
        let Ok(loader) = generator.build() else { return text };
        about(&mut text, "other", &loader);
        batches(&mut text, "other", loader.epochs(0, 2));
        text
    };
    let all = printed(&other(store, exclusion_list));
    for (parameter, generator) in set_back(store, exclusion_list) {
        assert_ne!(printed(&generator), all, "{parameter} decides nothing");
    }
}

/// `cherimoya_loader` of `right_use.c`.
fn cherimoya(store: &Store) -> PeakGenerator {
    plain(store)
        .order(atemoya::sample::Order::Cherimoya)
        .signals(Some(vec!["stranded".to_owned()]))
        .sequence_type(DType::BF16)
        .signal_type(DType::U16)
        .num_workers(1)
}

/// `digest` of `check.h`: FNV-1a.
fn digest(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before, |before, &byte| (before ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

const DIGEST: u64 = 0xcbf2_9ce4_8422_2325;

/// `digest_batch` of `check.h`.
pub(crate) fn digest_batch(batch: &Batch) -> u64 {
    let columns = (0i64..).zip(Column::ALL).filter_map(|(number, column)| Some((number, batch.column(column)?)));
    columns.fold(DIGEST, |before, (number, tensor)| {
        let dtype = DType::ALL.iter().position(|&dtype| dtype == tensor.dtype()).unwrap() as i64;
        let [examples, channels, positions] = tensor.shape().map(|size| size as i64);
        let about = [number, dtype, examples, channels, positions].map(i64::to_le_bytes);
        digest(digest(before, about.as_flattened()), tensor.bytes())
    })
}

/// What `threads.c` prints: what each thread with a loader of its own gets, and what all get of
/// one.
pub(crate) fn of_threads(store: &Store) -> String {
    let loader = plain(store).build().unwrap();
    let digests: Vec<u64> = loader.epochs(0, 2).map(|batch| digest_batch(&batch.unwrap())).collect();
    let count = digests.len();
    let in_order = digests.iter().fold(DIGEST, |before, one| digest(before, &one.to_le_bytes()));
    let sum = digests.iter().fold(0u64, |sum, one| sum.wrapping_add(*one));
    let alone = format!("alone: {count} batches {in_order:016x}\n").repeat(4);
    alone + &format!("together: {count} batches {sum:016x}\n").repeat(2)
}

/// What `right_use.c` prints.
pub(crate) fn of_right_use(store: &Store, exclusion_list: &Path) -> String {
    let mut text = format!("version {}\ncuda 1\n", env!("CARGO_PKG_VERSION"));
    for (number, dtype) in DType::ALL.iter().enumerate() {
        writeln!(text, "dtype {number} {} {}", dtype.name(), dtype.size()).unwrap();
    }
    contigs_and_tracks(&mut text, store);
    for name in published::names(store).unwrap() {
        loci(&mut text, store, &name);
    }
    let generators = [plain(store), other(store, exclusion_list), cherimoya(store)];
    for (name, generator) in ["plain", "other", "cherimoya"].into_iter().zip(generators) {
        let loader = generator.build().unwrap();
        about(&mut text, name, &loader);
        batches(&mut text, name, loader.epoch(3));
        batches(&mut text, name, loader.epochs(0, 2));
    }
    text
}

/// What `right_streams.c` prints, with 0, 1 and 2 workers.
pub(crate) fn of_right_streams(store: &Store) -> String {
    let mut text = String::new();
    batches(&mut text, "negatives", plain(store).build().unwrap().validation(false, true).unwrap());
    text.repeat(3)
}

pub(crate) fn batches(text: &mut String, name: &str, stream: impl Iterator<Item = atemoya::Result<Batch>>) {
    for batch in stream.map(Result::unwrap) {
        let (epoch, index, length) = (batch.epoch(), batch.index(), batch.len());
        let digest = digest_batch(&batch);
        writeln!(text, "{name}: epoch {epoch} batch {index} of {length}: {digest:016x}").unwrap();
    }
}

fn contigs_and_tracks(text: &mut String, store: &Store) {
    let manifest = store.manifest();
    writeln!(text, "checksum {}", store.checksum()).unwrap();
    writeln!(text, "warnings {}", store.warnings(None, None).unwrap().join("\n")).unwrap();
    for (name, length) in store.contigs().iter() {
        writeln!(text, "contig {name} {length}").unwrap();
    }
    for group in &manifest.groups {
        let role = if group.role == Role::Signal { "signal" } else { "control" };
        writeln!(text, "group {} {role}", group.name).unwrap();
        for &track in &group.tracks {
            let track = &manifest.panels[group.panel].tracks[track];
            let dtype = match track.values {
                TrackType::U8 => "uint8",
                TrackType::U16 => "uint16",
                TrackType::F32 => "float32",
            };
            let [min, max, sum] = [f64::from(track.min), f64::from(track.max), track.sum].map(f64::to_bits);
            writeln!(text, "track {} {dtype} {min:016x} {max:016x} {} {sum:016x}", track.name, track.nonzero).unwrap();
        }
    }
}

fn loci(text: &mut String, store: &Store, name: &str) {
    let index = published::read(store, Some(name)).unwrap();
    let table = &index.table;
    writeln!(text, "loci {name} {} {}", table.len(), table.peaks()).unwrap();
    for row in (0..table.len()).map(|row| table.row(row)) {
        let summit = row.summit.unwrap_or(i64::MIN);
        let peak = i32::from(row.role == atemoya::loci::Role::Peak);
        write!(text, "locus {} {} {} {summit} ", row.start, row.end, row.centre).unwrap();
        writeln!(text, "line {} contig {} file {} peak {peak}", row.line, row.contig, row.file).unwrap();
    }
    for (group, counts) in &index.counts {
        write!(text, "counts {group}").unwrap();
        counts.iter().for_each(|count| write!(text, " {:016x}", count.to_bits()).unwrap());
        text.push('\n');
    }
}

fn about(text: &mut String, name: &str, loader: &Loader) {
    let (length, batches, slots) = (loader.len(), loader.batches_per_epoch(), loader.slots());
    writeln!(text, "{name}: {length} examples in {batches} batches, {slots} slots\n{}", loader.ledger()).unwrap();
    for (number, column) in Column::ALL.into_iter().enumerate() {
        let (channels, positions) = loader.layout().shape(column);
        let dtype = loader.layout().dtype(column).name();
        writeln!(text, "{name}: column {number} {channels} {positions} {dtype}").unwrap();
    }
    for (peak, loci) in [loader.negatives(), loader.peaks()].into_iter().enumerate() {
        for locus in loci {
            writeln!(text, "{name}: kept {peak} {}:{} {}", locus.contig, locus.centre, locus.row).unwrap();
        }
    }
}
