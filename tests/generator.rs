//! `PeakGenerator`: each parameter, and stores that lack the sequence, the signals or the controls.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::dtype::Element;
use atemoya::feed::{Batch, Column, Loader};
use atemoya::loci::{Role, Row, published};
use atemoya::pack::PackBuilder;
use atemoya::{DType, Error, PeakGenerator, Store};
use common::inputs::{self, write};
use common::oracle::digests;
use common::stores::Contig;
use tempfile::TempDir;

const IN: i64 = 201;
const OUT: i64 = 80;
const JITTER: i64 = 13;

fn fixture() -> (TempDir, Vec<Contig>, Store) {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 200);
    (directory, contigs, store)
}

fn generator(store: &Store) -> PeakGenerator {
    let sizes = PeakGenerator::new(store).in_window(IN as usize).out_window(OUT as usize);
    sizes.max_jitter(JITTER as usize).num_workers(0)
}

/// The rows of the index that plain code keeps, peaks and negatives.
fn kept(store: &Store, contigs: &[Contig], keep: impl Fn(&Row) -> bool) -> [Vec<u32>; 2] {
    let table = published::read(store, None).unwrap().table;
    let fits = |row: &Row, peak: bool| {
        let jitter = if peak { JITTER } else { 0 };
        let length = contigs[row.contig as usize].letters.len() as i64;
        row.centre - IN / 2 - jitter >= 0 && row.centre + IN / 2 + 1 + jitter <= length
    };
    let of = |peak: bool| {
        let rows = (0..).zip(table.rows()).filter(|(_, row)| (row.role == Role::Peak) == peak);
        rows.filter(|(_, row)| fits(row, peak) && keep(row)).map(|(i, _)| i).collect()
    };
    [of(true), of(false)]
}

fn rows(loader: &Loader) -> [Vec<u32>; 2] {
    [loader.peaks(), loader.negatives()].map(|loci| loci.iter().map(|locus| locus.row).collect())
}

#[test]
fn loci_are_kept_as_plain_code_keeps_them() {
    let (directory, contigs, store) = fixture();
    let sum = |row: &Row, tracks: &[usize]| -> f64 {
        let window = (row.centre - OUT / 2) as usize..(row.centre + OUT / 2) as usize;
        let values = |&track: &usize| &contigs[row.contig as usize].tracks[track][window.clone()];
        tracks.iter().flat_map(values).map(|&value| f64::from(value)).sum()
    };
    let all = generator(&store);
    assert_eq!(rows(&all.build().unwrap()), kept(&store, &contigs, |_| true));

    let chosen = all.clone().chroms(Some(vec!["chrB".into(), "nowhere".into()])).build().unwrap();
    assert_eq!(rows(&chosen), kept(&store, &contigs, |row| row.contig == 1));
    assert!(chosen.ledger().peaks.contig > 0);

    // Bounds within the range of the counts, so that each leaves out some loci. Counts equal to a
    // bound are kept.
    for (names, tracks) in [
        (None, vec![0, 1, 2]),
        (Some(vec!["stranded"]), vec![0, 1]),
        (Some(vec!["stranded.0"]), vec![0]),
        (Some(vec!["input.1", "runs.0"]), vec![2, 2]),
    ] {
        let names = names.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let loader = all.clone().build().unwrap();
        let table = published::read(&store, None).unwrap().table;
        let mut sums: Vec<f64> =
            loader.peaks().iter().map(|locus| sum(&table.row(locus.row as usize), &tracks)).collect();
        sums.sort_by(f64::total_cmp);
        let (min, max) = (sums[sums.len() / 4], sums[3 * sums.len() / 4]);
        let counted = all.clone().counts_tracks(names.clone());
        for (low, high) in [(Some(min), None), (None, Some(max)), (Some(min), Some(max))] {
            let loader = counted.clone().min_counts(low).max_counts(high).build().unwrap();
            let inside = |row: &Row| {
                let sum = sum(row, &tracks);
                low.is_none_or(|low| sum >= low) && high.is_none_or(|high| sum <= high)
            };
            assert_eq!(rows(&loader), kept(&store, &contigs, inside), "{names:?} {low:?} {high:?}");
            assert!(loader.ledger().peaks.kept < sums.len());
        }
    }

    let excluded = write(directory.path(), "exclusion.bed", "chrA\t1008\t1234\nchrB\t500\t501\nchrQ\t0\t9\n");
    let more = write(directory.path(), "more.bed", "chrA\t4000\t4000\nchrA\t3050\t3060\n");
    let loader = all.clone().exclusion_lists(vec![excluded, more]).build().unwrap();
    let chunks = [(0, 1000, 1300), (1, 500, 600), (0, 3000, 3100)];
    let outside = |row: &Row| {
        let jitter = if row.role == Role::Peak { JITTER } else { 0 };
        // Windows touch chunks of 100 bases as wholes.
        let (start, end) = (row.centre - IN / 2 - jitter, row.centre + IN / 2 + 1 + jitter);
        chunks.iter().all(|&(contig, from, to)| row.contig != contig || end <= from || start >= to)
    };
    assert_eq!(rows(&loader), kept(&store, &contigs, outside));
    assert!(loader.ledger().peaks.excluded > 0 && loader.ledger().negatives.excluded > 0);
}

#[test]
fn peaks_are_centred_as_asked() {
    let (_directory, _, store) = fixture();
    let table = published::read(&store, None).unwrap().table;
    for summits in [None, Some(true), Some(false)] {
        let loader = generator(&store).summits(summits).build().unwrap();
        for locus in loader.peaks() {
            let row = table.row(locus.row as usize);
            let expected =
                if summits == Some(false) { (row.start + row.end) / 2 } else { row.start + row.summit.unwrap() };
            assert_eq!(locus.centre, expected);
        }
    }
}

#[test]
fn the_seed_and_the_switches_change_what_they_should() {
    let (_directory, _, store) = fixture();
    let of = |generator: &PeakGenerator| digests(&generator.build().unwrap(), 0, 1);
    let base = generator(&store);
    let first = of(&base);
    assert_eq!(of(&base.clone().random_state(0)), first);
    for other in [
        base.clone().random_state(1),
        base.clone().shuffle(false),
        base.clone().max_jitter(JITTER as usize - 1),
        base.clone().negative_ratio(0.2),
        base.clone().reverse_complement(false),
    ] {
        assert_ne!(of(&other), first);
    }
    for ratio in [0.0, 1.0, 2.5] {
        let loader = base.clone().negative_ratio(ratio).build().unwrap();
        let expected = loader.peaks().len() + (loader.peaks().len() as f64 * ratio) as usize;
        assert_eq!(loader.len(), expected, "{ratio}");
    }
    let plain = base.clone().reverse_complement(false).max_jitter(0).build().unwrap();
    for batch in plain.epoch(0).map(Result::unwrap) {
        assert!(batch.reverse_complemented().iter().all(|&turned| turned == 0));
        assert!(batch.offsets().iter().all(|&offset| offset == 0));
    }
}

/// Groups may be left out and reordered, with their channels. Nothing else changes.
#[test]
fn groups_are_read_in_the_order_in_which_they_are_named() {
    let (_directory, _, store) = fixture();
    let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let first = |generator: PeakGenerator| generator.build().unwrap().epoch(0).next().unwrap().unwrap();
    let all = first(generator(&store));
    let turned = first(generator(&store).signals(named(&["runs", "stranded"])).controls(named(&[])));
    let one = first(generator(&store).signals(named(&["runs"])));
    let (all_y, turned_y, one_y) = (all.signal().unwrap(), turned.signal().unwrap(), one.signal().unwrap());
    assert_eq!((all_y.shape()[1], turned_y.shape()[1], one_y.shape()[1]), (3, 3, 1));
    assert!(turned.controls().is_none() && one.controls() == all.controls());
    assert_eq!(all.sources(), turned.sources());
    let out = OUT as usize;
    for row in 0..all.len() {
        assert_eq!(turned_y.row(row)[..out], all_y.row(row)[2 * out..]);
        assert_eq!(turned_y.row(row)[out..], all_y.row(row)[..2 * out]);
        assert_eq!(one_y.row(row), &all_y.row(row)[2 * out..]);
    }
}

/// The values of columns are the same in every type. A type that cannot represent all values is
/// refused.
#[test]
fn columns_come_in_the_type_that_is_asked_for() {
    fn values<T: Element + Into<f64>>(batch: &Batch, column: Column) -> Vec<f64> {
        let tensor = batch.column(column).unwrap();
        assert_eq!(tensor.dtype(), T::DTYPE);
        tensor.typed::<T>().unwrap().iter().map(|&value| value.into()).collect()
    }
    let (_directory, _, store) = fixture();
    let first = |generator: &PeakGenerator| generator.build().unwrap().epoch(0).next().unwrap().unwrap();
    let base = generator(&store).signals(Some(vec!["stranded".into()])).controls(Some(vec![]));
    let plain = first(&base);
    let sequence = values::<i8>(&plain, Column::Sequence);
    for (dtype, read) in [
        (DType::U8, values::<u8> as fn(&Batch, Column) -> Vec<f64>),
        (DType::F16, values::<half::f16>),
        (DType::BF16, values::<half::bf16>),
        (DType::F32, values::<f32>),
    ] {
        let batch = first(&base.clone().sequence_type(dtype));
        assert_eq!(read(&batch, Column::Sequence), sequence, "{dtype}");
        assert_eq!(batch.signal(), plain.signal());
    }
    // Packed: bit i of word w is position 64 w + i.
    let packed = first(&base.clone().sequence_type(DType::U64));
    let words = packed.column(Column::Sequence).unwrap();
    let [n, channels, width] = plain.sequence().unwrap().shape();
    assert_eq!(words.shape(), [n, channels, width.div_ceil(64)]);
    let words = words.typed::<u64>().unwrap();
    let bit = |row: usize, position: usize| words[row * width.div_ceil(64) + position / 64] >> (position % 64) & 1;
    let bits = (0..n * channels).flat_map(|row| (0..width).map(move |position| (row, position)));
    assert!(bits.map(|(row, position)| bit(row, position) as f64).eq(sequence.iter().copied()));
    let past = |row| (width..width.next_multiple_of(64)).any(|position| bit(row, position) != 0);
    assert!(width % 64 != 0 && !(0..n * channels).any(past), "bits past the window are 0");
    // One of the tracks has fractions on chrB only. The type of a track is that of all its contigs.
    for (generator, name) in [
        (base.clone().signal_type(DType::U8), "signal_type"),
        (base.clone().signal_type(DType::I16), "signal_type"),
        (generator(&store).controls_type(DType::U16), "controls_type"),
        (base.clone().sequence_type(DType::F64), "sequence_type"),
    ] {
        let error = generator.build().unwrap_err();
        assert!(matches!(error, Error::Argument { name: found, .. } if found == name), "{error}");
    }
    let directory = tempfile::tempdir().unwrap();
    let mut contigs = inputs::contigs(&[5000], 3);
    contigs[0].tracks[1] = contigs[0].tracks[0].iter().map(|value| value * 3.0).collect();
    contigs[0].tracks[2] = contigs[0].tracks[0].iter().map(|value| value * 900.0).collect();
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 100);
    let base = generator(&store).signals(Some(vec!["stranded".into()]));
    let plain = first(&base);
    let narrow = first(&base.clone().signal_type(DType::U8).controls_type(DType::U16));
    assert_eq!(values::<u8>(&narrow, Column::Signal), values::<f32>(&plain, Column::Signal));
    assert_eq!(values::<u16>(&narrow, Column::Controls), values::<f32>(&plain, Column::Controls));
    assert!(values::<f32>(&plain, Column::Controls).iter().any(|&value| value >= 900.0));
}

#[test]
fn a_store_may_lack_what_it_lacks() {
    let (directory, contigs, full) = fixture();
    let path = |name: &str| directory.path().join(name);
    let new = PackBuilder::new;
    let sequence = new().fasta(path("genome.fa"));
    let signal = new().signal("stranded", [path("0.bw"), path("1.bw")]).signal("runs", [path("2.bw")]);
    let control = new().control("input", [path("1.bw"), path("2.bw")]);
    let expected = generator(&full).build().unwrap();
    let expected: Vec<_> = expected
        .epoch(0)
        .take(5)
        .map(Result::unwrap)
        .map(|b| (b.sequence().unwrap().to_vec(), b.controls().unwrap().to_vec(), b.signal().unwrap().to_vec()))
        .collect();
    for (i, builder) in [sequence, signal, control].into_iter().enumerate() {
        let out = path(&format!("part-{i}"));
        builder.publish(&out, &()).unwrap();
        let store = Store::open(&out).unwrap();
        inputs::index(&store, directory.path(), &contigs, 200);
        let loader = generator(&store).build().unwrap();
        let batches = loader.epoch(0).take(5).map(Result::unwrap);
        for (batch, (sequence, controls, signal)) in batches.zip(&expected) {
            let found = (batch.sequence().is_some(), batch.controls().is_some(), batch.signal().is_some());
            assert_eq!(found, [(true, false, false), (false, false, true), (false, true, false)][i]);
            assert!(batch.sequence().is_none_or(|found| *found == **sequence));
            assert!(batch.controls().is_none_or(|found| *found == **controls));
            assert!(batch.signal().is_none_or(|found| *found == **signal));
        }
        let counts = generator(&store).min_counts(Some(1.0)).build();
        assert_eq!(counts.is_ok(), i == 1);
    }
}
