//! Batches depend only on the store, the options, the epoch and their index, and are those that
//! plain code over whole contigs finds. Packing twice gives the same bytes.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::index::IndexBuilder;
use atemoya::pack::PackBuilder;
use atemoya::{PeakGenerator, Store};
use common::inputs;
use common::oracle::{Loaded, Oracle, Sizes, digest, digests};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Every way of reading two epochs gives the same batches.
fn check_ways(store: &Store, generator: &PeakGenerator) -> usize {
    let loader = generator.clone().num_workers(0).build().unwrap();
    let expected = digests(&loader, 0, 2);
    assert_eq!(expected.len(), 2 * loader.batches_per_epoch());
    let (first, second) = expected.split_at(loader.batches_per_epoch());
    assert!(first.iter().zip(second).all(|(a, b)| a != b), "the epochs differ");
    let mut ways = 0;
    for (workers, slots) in [(0, 1), (0, 7), (1, 1), (1, 3), (2, 2), (2, 9), (4, 3), (4, 6)] {
        let loader = generator.clone().num_workers(workers).slots(Some(slots)).build().unwrap();
        assert!(digests(&loader, 0, 2) == expected, "{workers} workers and {slots} slots");
        ways += 1;
    }
    // In order, out of order, a second time, and after an epoch that was not finished.
    for workers in [0, 1, 2, 4] {
        let loader = generator.clone().num_workers(workers).build().unwrap();
        let half = first.len() / 2;
        for (batch, expected) in loader.epoch(0).take(half).zip(first) {
            assert!(digest(&batch.unwrap()) == *expected);
        }
        assert!(digests(&loader, 1, 1) == second, "epoch 1 after half of epoch 0, {workers} workers");
        drop(loader.epochs(7, 3).next());
        assert!(digests(&loader, 0, 1) == first, "epoch 0 after epoch 1, {workers} workers");
        assert!(digests(&loader, 0, 2) == expected, "both after each, {workers} workers");
        ways += 3;
    }
    // From a store that was opened again, and by a loader in another thread.
    let reopened = Store::open(store.path()).unwrap();
    let build = |store: &Store| options(store).num_workers(2).build().unwrap();
    let loader = build(&reopened);
    let other = build(store);
    let theirs = std::thread::spawn(move || {
        let other = other;
        digests(&other, 0, 1)
    });
    assert_eq!(digests(&loader, 0, 1), theirs.join().unwrap());
    ways + 2
}

/// Options that make a change visible: windows of odd and even width.
fn options(store: &Store) -> PeakGenerator {
    let small = store.contigs().iter().all(|(_, length)| length < 10_000);
    let generator = PeakGenerator::new(store).random_state(11).negative_ratio(0.5).batch_size(50);
    if small { generator.in_window(201).out_window(80).max_jitter(13).batch_size(7) } else { generator }
}

fn sizes(store: &Store) -> Sizes {
    let small = store.contigs().iter().all(|(_, length)| length < 10_000);
    if small {
        Sizes { in_window: 201, out_window: 80, max_jitter: 13 }
    } else {
        Sizes { in_window: 2114, out_window: 1000, max_jitter: 50 }
    }
}

/// Compares every example of an epoch with the oracle, and counts how often each peak is drawn.
fn check_epoch(store: &Store, oracle: &Oracle, generator: &PeakGenerator, epoch: u64) -> usize {
    let loader = generator.build().unwrap();
    let loci = Loaded::of(&loader);
    let examples = loader.len();
    assert_eq!(examples, loci.peaks.len() + (loci.peaks.len() as f64 * 0.5) as usize);
    let mut drawn = vec![0; loci.peaks.len()];
    let (mut negatives, mut turned, mut seen) = (0, 0, 0);
    for (number, batch) in loader.epoch(epoch).enumerate() {
        let batch = batch.unwrap();
        assert_eq!((batch.epoch(), batch.index()), (epoch, number as u64));
        oracle.check(&batch, &loci, sizes(store));
        for (&label, &source) in batch.labels().iter().zip(batch.sources()) {
            match label {
                1 => drawn[source as usize] += 1,
                _ => negatives += 1,
            }
        }
        turned += batch.reverse_complemented().iter().filter(|&&turned| turned == 1).count();
        seen += batch.len();
    }
    assert!(drawn.iter().all(|&times| times == 1), "each peak exactly once");
    assert_eq!((seen, negatives), (examples, examples - loci.peaks.len()));
    assert!(turned > examples / 4 && turned < examples * 3 / 4);
    seen
}

fn check_all(store: &Store) {
    let generator = options(store);
    let ways = check_ways(store, &generator);
    let oracle = Oracle::new(store);
    let shuffled: usize = (0..2).map(|epoch| check_epoch(store, &oracle, &generator, epoch)).sum();
    let in_order = generator.clone().shuffle(false);
    let examples = shuffled + check_epoch(store, &oracle, &in_order, 3);
    let loader = in_order.reverse_complement(false).build().unwrap();
    let batches: Vec<(Vec<i64>, Vec<i64>)> =
        loader.epoch(0).map(Result::unwrap).map(|b| (b.labels().to_vec(), b.sources().to_vec())).collect();
    let (labels, sources): (Vec<i64>, Vec<i64>) =
        batches.into_iter().flat_map(|(labels, sources)| labels.into_iter().zip(sources)).unzip();
    let peaks: Vec<i64> = labels.iter().zip(sources).filter(|(label, _)| **label == 1).map(|(_, s)| s).collect();
    assert_eq!(peaks, (0..loader.peaks().len() as i64).collect::<Vec<_>>());
    let _ =
        writeln!(std::io::stderr(), "{ways} ways give the same batches; {examples} examples agree with whole contigs");
}

/// The data files of a store are the same bytes as those of another.
fn same_data(a: &Path, b: &Path) -> usize {
    let names = |store: &Path| {
        let files = common::files(store).into_iter().filter(|path| path.extension().is_some_and(|e| e == "atm"));
        files.map(|path| path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(a), names(b));
    for name in names(a) {
        assert!(fs::read(a.join(&name)).unwrap() == fs::read(b.join(&name)).unwrap(), "{}", name.display());
    }
    names(a).len()
}

/// Packs a second time, on pools of one and of four threads.
fn check_packing(store: &Store, builder: &PackBuilder, directory: &Path) {
    for threads in [1, 4] {
        let out = directory.join(format!("again-{threads}"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| builder.publish(&out, &())).unwrap();
        assert_eq!(same_data(store.path(), &out), 3);
        let again = Store::open(&out).unwrap();
        assert_eq!(store.manifest().panels, again.manifest().panels);
        assert_eq!(store.manifest().inputs, again.manifest().inputs);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn a_small_store() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100, 1200], 5);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 150);
    check_all(&store);
    let path = |name: &str| directory.path().join(name);
    let builder = PackBuilder::new()
        .fasta(path("genome.fa"))
        .signal("stranded", [path("0.bw"), path("1.bw")])
        .control("input", [path("1.bw"), path("2.bw")])
        .signal("runs", [path("2.bw")])
        .tile_log2(9);
    check_packing(&store, &builder, directory.path());
}

/// What was written is what is in the store, without going through any file of ours.
#[test]
fn the_oracle_reads_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100, 1200], 5);
    let store = inputs::pack(directory.path(), &contigs, 9);
    for contig in &contigs {
        let length = contig.letters.len() as u64;
        for (name, track) in
            [("stranded.0", 0), ("stranded.1", 1), ("runs", 2), ("runs.0", 2), ("input.0", 1), ("input.1", 2)]
        {
            let values = atemoya::gather::read_track(&store, name, &contig.name, 0..length).unwrap();
            assert!(values == contig.tracks[track], "{name} {}", contig.name);
        }
        let sequence = atemoya::gather::read_sequence(&store, &contig.name, 0..length).unwrap();
        let expected: Vec<u8> = b"ACGT"
            .iter()
            .flat_map(|base| contig.letters.iter().map(|l| u8::from(l.to_ascii_uppercase() == *base)))
            .collect();
        assert!(sequence == expected, "{}", contig.name);
    }
}

#[test]
fn the_yeast_set() {
    let Some(shared) = common::shared() else { return };
    let yeast = |name: &str| shared.join("data/yeast").join(name);
    let directory = tempfile::tempdir().unwrap();
    let builder = PackBuilder::new()
        .fasta(yeast("sacCer3.fa"))
        .signal("stranded", [yeast("atac5p.plus.bw"), yeast("atac5p.minus.bw")])
        .signal("unstranded", [yeast("atac5p.unstranded.bw")])
        .control("input", [yeast("atac5p.unstranded.bw"), yeast("atac5p.plus.bw")]);
    let out = directory.path().join("yeast");
    let packed = builder.publish(&out, &()).unwrap();
    let notes = &packed.notes;
    assert!(packed.warnings.is_empty(), "{:?}", packed.warnings);
    assert!(notes.len() == 5 && notes.iter().all(|note| note.ends_with("ignored: \"chrM\"")), "{notes:?}");
    let store = Store::open(&out).unwrap();
    store.verify(&()).unwrap();
    let chroms = store.contigs().iter().map(|(name, _)| name.to_owned()).filter(|name| name != "chrM").collect();
    let index = IndexBuilder::new("default")
        .peaks([yeast("macs3_callpeak.narrowPeak")])
        .negatives([yeast("negatives.bed")])
        .summits(true)
        .chroms(Some(chroms));
    let indexed = index.publish(&store, &()).unwrap();
    assert_eq!(atemoya::index::verify(&store, &()).unwrap(), indexed.table.len());
    check_all(&store);
    check_packing(&store, &builder, directory.path());
}
