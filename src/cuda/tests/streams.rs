//! Streams of a loader: the rest of an epoch, chosen draws and loci, the share of a rank, and a
//! damaged store.

use super::check::{Expected, expected, from};
use super::consumer::Consumer;
use super::emulator::Emulator;
use super::fixture::{generator, temporary, typed};
use super::program::Done;
use super::programs::COMPACT;
use crate::cuda::{Device, DeviceGenerator};
use crate::sample::Draw;
use crate::{Error, Store};
use std::task::Poll;
use std::time::Duration;

/// States are those of delivered batches, not of those in flight. Loaders on the host can resume
/// them.
pub(super) fn resumed(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let host = generator(&store).build().unwrap();
    let epochs = expected(&generator(&store), COMPACT, (2, 2));
    let mut consumer = Consumer::default();
    let mut all: Vec<Expected> = Vec::new();
    assert_eq!(loader.state(), host.state());
    for taken in [0, 3, 7] {
        let mut batches = loader.epoch(2);
        batches.by_ref().take(taken).for_each(|batch| consumer.consume(batch.unwrap()));
        let state = batches.state().unwrap();
        drop(batches);
        assert_eq!((state.epoch, state.step), (2, taken as u64));
        assert_eq!(loader.state(), state);
        all.extend_from_slice(&epochs[..taken]);
        // On the device, and on the host.
        loader.resume(&state, 1).unwrap().for_each(|batch| consumer.consume(batch.unwrap()));
        all.extend_from_slice(&epochs[taken..]);
        let rest = from(host.resume(&state, 1).unwrap().map(Result::unwrap), COMPACT);
        assert!(rest == epochs[taken..], "the host goes on from a state of the device");
        assert_eq!(loader.state(), host.state());
    }
    let draw = |i: u32| Draw { is_peak: i % 3 != 1, source: i % 7, offset: i % 3 * i, reverse_complement: i % 4 < 2 };
    let draws: Vec<Draw> =
        (0..13).map(draw).map(|d| Draw { offset: if d.is_peak { d.offset } else { 0 }, ..d }).collect();
    let before = loader.state();
    let mut batches = loader.follow(draws.clone()).unwrap();
    loop {
        match batches.next_within(Duration::from_millis(1)).unwrap() {
            Poll::Pending => {}
            Poll::Ready(Some(batch)) => consumer.consume(batch),
            Poll::Ready(None) => break,
        }
    }
    drop(batches);
    all.extend(from(host.follow(draws).unwrap().map(Result::unwrap), COMPACT));
    loader.validation(true, true).unwrap().for_each(|batch| consumer.consume(batch.unwrap()));
    all.extend(from(host.validation(true, true).unwrap().map(Result::unwrap), COMPACT));
    assert_eq!(loader.state(), before, "they have no place in an epoch");
    Done { wrong: consumer.wrong(&all), ..Done::default() }
}

/// The share of a rank in each batch; the last rank has none of the last batch.
pub(super) fn sharded(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let (mut wrong, mut empty) = (0, 0);
    for rank in [0, 6] {
        let part = |generator: crate::PeakGenerator| generator.batch_size(14).world_size(7).rank(rank);
        let mut loader = DeviceGenerator::new(&device, part(typed(&store, COMPACT))).build().unwrap();
        let mut consumer = Consumer::default();
        for batch in loader.epoch(1) {
            let batch = batch.unwrap();
            empty += usize::from(batch.is_empty());
            consumer.consume(batch);
        }
        wrong += consumer.wrong(&expected(&part(generator(&store)), COMPACT, (1, 1)));
    }
    assert_eq!(empty, 1, "the last batch has no example for the last rank");
    Done { wrong, ..Done::default() }
}

/// A store with some overwritten tiles: the good batches come first, then the same error as on the
/// host.
pub(super) fn damaged(_: &Emulator) -> Done {
    let (directory, store) = temporary();
    drop(store);
    let file = directory.path().join("store/panel-0.atm");
    let mut bytes = std::fs::read(&file).unwrap();
    // The last tiles. The contigs that follow are checked when the store is opened.
    let contigs = u64::from_le_bytes(bytes[128 + 32 + 8..][..8].try_into().unwrap()) as usize;
    let data = contigs - 4096;
    bytes[contigs - data / 6..contigs].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let store = Store::open(directory.path().join("store")).unwrap();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let host = generator(&store).num_workers(0).slots(Some(20)).build().unwrap();
    // First the peaks of the first contig, two batches of them, then those of the last one.
    let of = |contig| {
        let peaks = host.peaks().iter().enumerate().filter(move |(_, locus)| locus.contig == contig);
        peaks.map(|(i, _)| Draw { is_peak: true, source: i as u32, offset: 13, reverse_complement: false })
    };
    let draws: Vec<Draw> = of(0).take(10).chain(of(1)).collect();
    let mut good = Vec::new();
    let error =
        host.follow(draws.clone()).unwrap().find_map(|batch| batch.map(|batch| good.push(batch)).err()).unwrap();
    assert!(good.len() >= 2 && matches!(error, Error::Corrupt { .. }), "{error}");
    let mut consumer = Consumer::default();
    let mut batches = loader.follow(draws).unwrap();
    good.iter().for_each(|_| consumer.consume(batches.next().unwrap().unwrap()));
    assert_eq!(batches.next().unwrap().unwrap_err().to_string(), error.to_string());
    assert!(batches.next().is_none(), "it ends with the error");
    drop(batches);
    Done { wrong: consumer.wrong(&from(good.into_iter(), COMPACT)), ..Done::default() }
}

/// Dropping the batches of a device does not end a stream that was begun on a clone of the host's
/// side, which outlives the loader.
pub(super) fn left_to_the_host(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let host = loader.host().clone();
    let mut consumer = Consumer::default();
    let mut batches = loader.epoch(0);
    consumer.consume(batches.next().unwrap().unwrap());
    let of_host = host.epoch(1);
    drop(batches);
    drop((loader, device));
    assert_eq!(of_host.map(Result::unwrap).count(), host.batches_per_epoch());
    let expected = expected(&generator(&store), COMPACT, (0, 1));
    Done { wrong: consumer.wrong(&expected[..1]), ..Done::default() }
}
