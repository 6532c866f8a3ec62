//! Examples from arrays: every value against plain indexing, whatever the type and the strides, and
//! the batches of a store and cherimoya's own from arrays of their windows.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::{Array, Batch, Column, Loader, State, Strided};
use atemoya::sample::{Draw, Order, PlanOptions};
use atemoya::{ArrayGenerator, DType, PeakGenerator, Store};
use common::arrays::{Data, Laid};
use common::golden::{CASES, Case, examples};
use common::inputs::{self, Rng};
use common::oracle::{digest, digests};
use common::windows;
use std::io::Write;
use std::sync::Arc;

#[test]
fn every_value_is_that_of_plain_indexing() {
    let mut rng = Rng::new(1);
    for _ in 0..400 {
        let data = Data::random(&mut rng);
        let dataset = data.generator(Laid::borrowed).dataset().unwrap();
        for epoch in [0, 7] {
            let draws = data.draws(epoch);
            assert_eq!(dataset.len(), draws.len());
            let all: Vec<usize> = (0..draws.len()).collect();
            data.check(&dataset.fetch(epoch, &all).unwrap(), &draws);
            let some: Vec<usize> = (0..rng.below(9)).map(|_| rng.below(draws.len() as u64) as usize).collect();
            let of_some: Vec<Draw> = some.iter().map(|&index| draws[index]).collect();
            data.check(&dataset.fetch(epoch, &some).unwrap(), &of_some);
        }
    }
}

#[test]
fn threads_may_fetch_from_one_data_set() {
    let data = Data::random(&mut Rng::new(4));
    let dataset = data.generator(Laid::borrowed).dataset().unwrap();
    std::thread::scope(|scope| {
        for epoch in 0..4 {
            let (data, dataset) = (&data, &dataset);
            scope.spawn(move || {
                for (index, draw) in data.draws(epoch).into_iter().enumerate() {
                    data.check(&dataset.fetch(epoch, &[index]).unwrap(), &[draw]);
                }
            });
        }
    });
}

/// Checks batches against the draws that they must consist of.
fn check_all(data: &Data, batches: impl IntoIterator<Item = atemoya::Result<Batch>>, expected: &[&[Draw]]) {
    let mut batches = batches.into_iter();
    for draws in expected {
        data.check(&batches.next().unwrap().unwrap(), draws);
    }
    assert!(batches.next().is_none());
}

/// Borrowed arrays are streamed in the caller's thread, in batches of the requested size.
#[test]
fn borrowed_arrays_are_streamed_too() {
    let mut rng = Rng::new(6);
    for batch_size in [1, 5, 1000] {
        let data = Data::random(&mut rng);
        let dataset = data.generator(Laid::borrowed).batch_size(batch_size).dataset().unwrap();
        for epoch in [0, 3] {
            let draws = data.draws(epoch);
            check_all(&data, dataset.batches(epoch), &draws.chunks(batch_size).collect::<Vec<_>>());
            let plan = dataset.plan(epoch).unwrap();
            assert_eq!((0..plan.len()).map(|index| plan.draw(index)).collect::<Vec<_>>(), draws);
        }
    }
}

#[test]
fn streams_are_the_same_on_any_workers_and_ranks_and_resume_anywhere() {
    let mut rng = Rng::new(2);
    for round in 0..12 {
        let data = Data::random(&mut rng);
        let base = data.generator(Laid::shared).batch_size(6);
        let draws = [data.draws(0), data.draws(1)];
        for (workers, drop_last) in [(0, false), (1, true), (3, false)] {
            let generator = base.clone().num_workers(workers).drop_last(drop_last);
            let loader = generator.build().unwrap();
            let batches = draws.iter().flat_map(|draws| draws.chunks(6));
            let expected: Vec<&[Draw]> = batches.filter(|draws| !drop_last || draws.len() == 6).collect();
            assert_eq!(2 * loader.batches_per_epoch(), expected.len());
            check_all(&data, loader.epochs(0, 2), &expected);

            for world_size in [2, 3] {
                let rank = |rank| generator.clone().world_size(world_size).rank(rank).build().unwrap();
                let mut ranks: Vec<Loader> = (0..world_size).map(rank).collect();
                let mut streams: Vec<_> = ranks.iter_mut().map(|loader| loader.epochs(0, 2)).collect();
                for draws in &expected {
                    let mut rest = *draws;
                    for stream in &mut streams {
                        let batch = stream.next().unwrap().unwrap();
                        let (head, tail) = rest.split_at(batch.len());
                        data.check(&batch, head);
                        rest = tail;
                    }
                    assert!(rest.is_empty());
                }
                assert!(streams.iter_mut().all(|stream| stream.next().is_none()));
            }

            // Half an epoch, and a state that has been written and read.
            let stop = round % (loader.batches_per_epoch() + 1);
            let mut stream = loader.epochs(0, 2);
            stream.by_ref().take(stop).for_each(|batch| drop(batch.unwrap()));
            let state: State = serde_json::from_str(&serde_json::to_string(&stream.state()).unwrap()).unwrap();
            let second = base.clone().num_workers(2).drop_last(drop_last).build().unwrap();
            if !expected.is_empty() {
                check_all(&data, second.resume(&state, 1 - state.epoch).unwrap(), &expected[stop..]);
            }
        }
    }
}

#[test]
fn draws_of_the_callers_own_and_each_example_once() {
    let mut rng = Rng::new(3);
    for _ in 0..20 {
        let data = Data::random(&mut rng);
        let loader = data.generator(Laid::shared).batch_size(6).build().unwrap();
        let PlanOptions { n_peaks, n_negatives, max_jitter, .. } = data.plan;
        assert!(loader.peaks().is_empty() && loader.negatives().is_empty());
        assert_eq!((loader.ledger().peaks.total, loader.ledger().peaks.kept), (n_peaks, n_peaks));
        assert_eq!((loader.ledger().negatives.total, loader.ledger().negatives.kept), (n_negatives, n_negatives));

        let mut own = data.draws(1);
        own.reverse();
        check_all(&data, loader.follow(own.clone()).unwrap(), &own.chunks(6).collect::<Vec<_>>());

        let peak = |source| Draw { is_peak: true, source, offset: max_jitter, reverse_complement: false };
        let negative = |source| Draw { is_peak: false, source, offset: 0, reverse_complement: false };
        let each: Vec<Draw> = (0..n_peaks as u32).map(peak).chain((0..n_negatives as u32).map(negative)).collect();
        check_all(&data, loader.validation(true, true).unwrap(), &each.chunks(6).collect::<Vec<_>>());
    }
}

/// The bytes of a contig in a store's file: a mapped file, which it takes no unsafe code to have
/// here.
struct Mapped(Store, u64);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.sequence().unwrap().view().blocks(0, self.1))
    }
}

#[test]
fn mapped_memory_is_read_where_it_lies() {
    let directory = tempfile::tempdir().unwrap();
    let file = Mapped(inputs::pack(directory.path(), &inputs::contigs(&[6000], 8), 9), 6000);
    let bytes = Arc::new(file.as_ref().to_vec());
    let mut anonymous = memmap2::MmapMut::map_anon(bytes.len()).unwrap();
    anonymous.copy_from_slice(&bytes);
    // 30 windows of 4 rows of 20, and of 2 channels of 11, at odd places.
    let sequences = Strided { dtype: DType::U8, shape: [30, 4, 20], offset: 5, strides: [90, 20, 1] };
    let signals = Strided { dtype: DType::F32, shape: [30, 2, 11], offset: 3, strides: [22, 11, 1] };
    let laid = |view| [view; 2].map(|view| Laid { memory: Arc::clone(&bytes), view });
    let plan = PlanOptions {
        n_peaks: 30,
        n_negatives: 30,
        negative_ratio: 0.5,
        max_jitter: 2,
        reverse_complement: true,
        shuffle: true,
        seed: 3,
    };
    let data = Data {
        sequences: laid(sequences),
        signals: laid(signals),
        controls: None,
        groups: [vec![2], vec![]],
        in_window: 16,
        out_window: 7,
        plan,
        order: Order::Native,
    };
    let owners: [Arc<dyn AsRef<[u8]> + Send + Sync>; 2] =
        [Arc::new(file), Arc::new(anonymous.make_read_only().unwrap())];
    for owner in owners {
        let generator = data.generator(|laid| Array::shared(Arc::clone(&owner), laid.view).unwrap());
        let loader = generator.batch_size(10).num_workers(2).build().unwrap();
        check_all(&data, loader.epoch(0), &data.draws(0).chunks(10).collect::<Vec<_>>());
    }
}

#[test]
fn windows_cut_from_a_store_give_the_stores_batches() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 120);
    for (order, room) in [(Order::Native, 0), (Order::Native, 13), (Order::Cherimoya, 0)] {
        let generator = PeakGenerator::new(&store).in_window(201).out_window(80).max_jitter(13).negative_ratio(0.4);
        let stored = generator.order(order).random_state(5).batch_size(16).build().unwrap();
        let arrays = windows::generator(&store, &stored, [201, 80, 13], room);
        let arrays = arrays.negative_ratio(0.4).reverse_complement(true).order(order);
        let arrays = arrays.random_state(5).batch_size(16).build().unwrap();
        assert_eq!(arrays.layout(), stored.layout());
        assert!(digests(&arrays, 0, 2) == digests(&stored, 0, 2), "{order}, room {room}");
        let indices = [5, stored.len() - 1, 0, 5];
        let [from_store, from_arrays] = [&stored, &arrays].map(|loader| loader.fetch(3, &indices).unwrap());
        assert_eq!(digest(&from_store), digest(&from_arrays));
    }
}

#[test]
fn cherimoyas_batches_come_from_arrays_too() {
    let Some(shared) = common::shared() else { return };
    for name in CASES {
        let case = Case::read(&shared, name);
        let directory = tempfile::tempdir().unwrap();
        let store = case.store(&directory.path().join("s.atemoya"));
        let loci = case.generator(&store).build().unwrap();
        let sizes = ["in_window", "out_window", "max_jitter"].map(|name| case.size(name));
        let args = case.args();
        let generator = windows::generator(&store, &loci, sizes, 0)
            .order(Order::Cherimoya)
            .negative_ratio(args["negative_ratio"].as_f64().unwrap())
            .reverse_complement(args["reverse_complement"] != false)
            .shuffle(args["shuffle"] != false)
            .random_state(case.size("random_state") as u64);
        let loader = generator.batch_size(48).build().unwrap();
        let expected = case.epochs();
        let streamed = loader.epochs(0, expected.len() as u64).flat_map(|batch| examples(&batch.unwrap()));
        assert!(streamed.collect::<Vec<_>>() == expected.concat(), "{name}");
        let backwards: Vec<usize> = (0..expected[1].len()).rev().collect();
        let mut fetched = examples(&loader.fetch(1, &backwards).unwrap());
        fetched.reverse();
        assert!(fetched == expected[1], "{name}");
        let _ = writeln!(std::io::stderr(), "{name}: {} examples compared", expected.concat().len());
    }
}

#[test]
fn columns_are_of_the_types_of_the_arrays() {
    let sequences = Array::from_vec(vec![200u8; 3 * 4 * 10], [3, 4, 10]).unwrap();
    let signals: Vec<f64> = (0..3 * 5).map(|i| f64::from(i) - 0.5).collect();
    let signals = Array::from_slice(&signals, [3, 1, 5]).unwrap();
    let ones = [0x80, 0x3F].repeat(3 * 10);
    let controls = Array::borrowed(&ones, Strided::c_order(DType::BF16, [3, 1, 10])).unwrap();
    let generator = ArrayGenerator::new(sequences, signals).peak_controls(Some(controls));
    let generator = generator.in_window(10).out_window(5).negative_ratio(0.0).shuffle(false);
    let batch = generator.dataset().unwrap().fetch(0, &[1, 2]).unwrap();
    assert_eq!((batch.epoch(), batch.index(), batch.len()), (0, 0, 2));
    assert!(batch.sequence().is_none() && batch.signal().is_none() && batch.controls().is_none());
    let column = |column| batch.column(column).unwrap();
    assert!(column(Column::Sequence).typed::<u8>().unwrap().iter().all(|&value| value == 200));
    let signal = column(Column::Signal);
    assert!(signal.typed::<f32>().is_none() && signal.typed::<u64>().is_none());
    assert_eq!(signal.typed::<f64>().unwrap().row(0), [4.5, 5.5, 6.5, 7.5, 8.5]);
    assert_eq!(column(Column::Controls).bytes(), [0x80, 0x3F].repeat(20));
    assert_eq!(column(Column::Labels).typed::<i64>().unwrap().shape(), [2, 1, 1]);
    assert_eq!(batch.slot().0.len(), batch.slot().1.bytes());
}

#[test]
fn the_stride_of_an_axis_of_one_element_is_not_followed() {
    let one = Strided { dtype: DType::I8, shape: [1, 4, 1], offset: 0, strides: [isize::MAX, 1, isize::MIN] };
    let array = Array::borrowed(&[1, 2, 3, 4], one).unwrap();
    let generator = ArrayGenerator::new(array.clone(), array).in_window(1).out_window(1).negative_ratio(0.0);
    let dataset = generator.signal_groups(Some(vec![4])).reverse_complement(true).dataset().unwrap();
    let mut turned = 0;
    for epoch in 0..20 {
        let batch = dataset.fetch(epoch, &[0]).unwrap();
        turned += batch.reverse_complemented()[0];
        let expected = if batch.reverse_complemented()[0] == 1 { [4, 3, 2, 1] } else { [1, 2, 3, 4] };
        assert_eq!(batch.sequence().unwrap().row(0), expected);
        assert_eq!(batch.column(Column::Signal).unwrap().typed::<i8>().unwrap().row(0), expected);
    }
    assert!((1..20).contains(&turned));
}
