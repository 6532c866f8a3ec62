//! Programs of consumers of a loader.

use super::check::expected;
use super::consumer::Consumer;
use super::emulator::Emulator;
use super::fixture::{generator, temporary, typed};
use super::program::Done;
use crate::cuda::{Device, DeviceBatches, DeviceGenerator, DeviceLoader, Stream, Transfer};
use crate::feed::{Array, Column, ContigArrays, Genome, Loader};
use crate::loci::Locus;
use crate::{ArrayGenerator, DType, PeakGenerator};

pub(super) type Program = fn(&Emulator) -> Done;

pub(super) const PROGRAMS: [(&str, Program); 34] = [
    ("compact", compact),
    ("dense", dense),
    ("borrowed", borrowed),
    ("two_streams", two_streams),
    ("left_early", left_early),
    ("held", super::holding::held),
    ("inline", inline),
    ("tight", tight),
    ("outlived", super::holding::outlived),
    ("threads", super::holding::threads),
    ("arrays", arrays),
    ("genome", genome),
    ("stream_gone", super::holding::stream_gone),
    ("two_devices", two_devices),
    ("resumed", super::streams::resumed),
    ("sharded", super::streams::sharded),
    ("damaged", super::streams::damaged),
    ("left_to_the_host", super::streams::left_to_the_host),
    ("undelivered", super::holding::undelivered),
    ("refused", super::refusals::refused),
    ("failing_record", super::mishaps::failing_record),
    ("failing_wait", super::mishaps::failing_wait),
    ("failing_copied", super::mishaps::failing_copied),
    ("failing_release", super::mishaps::failing_release),
    ("failing_after_all_leased", super::mishaps::failing_after_all_leased),
    ("kernel", super::expansion::kernel),
    ("bytes", super::expansion::bytes),
    ("every_type", super::expansion::every_type),
    ("each_call_fails", super::failures::each_call_fails),
    ("lack_of_memory", super::failures::lack_of_memory),
    ("fault", super::failures::fault),
    ("panicking_consumer", super::failures::panicking_consumer),
    ("plain_copies", super::yardstick::plain_copies),
    ("kernel_time", super::yardstick::kernel_time),
];

/// All three columns are expanded: packed bits, f32 to bf16, u16 to f16.
pub(super) const COMPACT: [DType; 3] = [DType::F16, DType::BF16, DType::F16];
/// No column is expanded.
const DENSE: [DType; 3] = [DType::I8, DType::F32, DType::F32];

/// Consumes the rest of some epochs on the loader's stream, and counts the consumer's waits.
fn consume(emulator: &Emulator, mut batches: DeviceBatches<'_>, consumer: &mut Consumer) -> u64 {
    let mut waits = 0;
    loop {
        let before = emulator.host_waits();
        let Some(batch) = batches.next() else { break };
        let batch = batch.unwrap();
        waits += emulator.host_waits() - before;
        let stream = batch.stream().clone();
        consumer.use_on(&batch, &stream);
        let before = emulator.host_waits();
        drop(batch);
        waits += emulator.host_waits() - before;
    }
    waits
}

/// Two epochs with the default transfer.
fn compact(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let mut consumer = Consumer::default();
    let host_waits = consume(emulator, loader.epochs(1, 2), &mut consumer);
    Done { wrong: consumer.wrong(&expected(&generator(&store), COMPACT, (1, 2))), host_waits, ..Done::default() }
}

/// Nothing is expanded, so that the consumer waits for the copy.
fn dense(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let generator = typed(&store, DENSE);
    let builder = DeviceGenerator::new(&device, generator.clone()).transfer(Transfer::Dense).write_combined(true);
    let mut loader = builder.build().unwrap();
    let mut consumer = Consumer::default();
    let host_waits = consume(emulator, loader.epochs(0, 2), &mut consumer);
    Done { wrong: consumer.wrong(&expected(&generator, DENSE, (0, 2))), host_waits, ..Done::default() }
}

/// Borrowed streams, a different one for each batch.
fn borrowed(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    // The default stream, and a stream that the caller owns.
    let other = Stream::new(&device).unwrap();
    let borrow = |raw| {
        // SAFETY: null is the default stream, and `other` outlives the work that it is given.
        unsafe { Stream::borrow(&device, raw) }.unwrap()
    };
    let streams = [borrow(std::ptr::null_mut()), borrow(other.as_raw())];
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let mut batches = loader.epoch(4);
    let mut consumer = Consumer::default();
    for stream in streams.iter().cycle() {
        let Some(batch) = batches.next_on(stream) else { break };
        consumer.consume(batch.unwrap());
    }
    drop(batches);
    let wrong = consumer.wrong(&expected(&generator(&store), COMPACT, (4, 1)));
    drop(loader);
    Done { wrong, ..Done::default() }
}

/// Each batch is used on two streams, and dropped.
fn two_streams(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let other = Stream::new(&device).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).prefetch_to_device(1).build().unwrap();
    let (mut here, mut there) = (Consumer::default(), Consumer::default());
    for batch in loader.epoch(2) {
        let batch = batch.unwrap();
        here.use_on(&batch, batch.stream());
        // The second call does nothing.
        [&other, batch.stream(), &other].into_iter().for_each(|stream| batch.wait_on(stream).unwrap());
        there.use_on(&batch, &other);
        // For every second batch; the streams of the others are done when these are dropped.
        if batch.index().is_multiple_of(2) {
            batch.done_on(&other).unwrap();
        }
    }
    let expected = expected(&generator(&store), COMPACT, (2, 1));
    Done { wrong: here.wrong(&expected) + there.wrong(&expected), ..Done::default() }
}

/// Epochs end early with batches in flight, and the next one uses their slots. There are no
/// workers, so that the same batches are in flight each time.
fn left_early(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let inline = typed(&store, COMPACT).num_workers(0);
    let mut loader = DeviceGenerator::new(&device, inline).prefetch_to_device(3).build().unwrap();
    let (mut consumer, mut all) = (Consumer::default(), Vec::new());
    let epoch = expected(&generator(&store), COMPACT, (7, 1));
    for taken in [0, 1, 4, epoch.len()] {
        loader.epoch(7).take(taken).for_each(|batch| consumer.consume(batch.unwrap()));
        all.extend_from_slice(&epoch[..taken]);
    }
    Done { wrong: consumer.wrong(&all), ..Done::default() }
}

/// Without workers and without prefetched batches.
fn inline(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let generator = typed(&store, COMPACT).num_workers(0);
    let builder = DeviceGenerator::new(&device, generator.clone()).prefetch_to_device(0).device_slots(Some(1));
    let mut loader = builder.build().unwrap();
    let mut consumer = Consumer::default();
    loader.epoch(5).for_each(|batch| consumer.consume(batch.unwrap()));
    Done { wrong: consumer.wrong(&expected(&generator, COMPACT, (5, 1))), ..Done::default() }
}

/// One slot of page-locked memory for two workers, and two of the device: each is used again at
/// once.
fn tight(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let generator = typed(&store, COMPACT).slots(Some(1));
    let mut loader =
        DeviceGenerator::new(&device, generator).prefetch_to_device(1).device_slots(Some(2)).build().unwrap();
    let mut consumer = Consumer::default();
    let host_waits = consume(emulator, loader.epochs(0, 3), &mut consumer);
    Done {
        wrong: consumer.wrong(&expected(&super::fixture::generator(&store), COMPACT, (0, 3))),
        host_waits,
        ..Done::default()
    }
}

/// From arrays, whose columns keep their types.
fn arrays(_: &Emulator) -> Done {
    let device = Device::open(0).unwrap();
    let sequences: Vec<u8> = (0..23 * 4 * 31).map(|i| (i % 7) as u8).collect();
    let signals: Vec<f64> = (0..23 * 3 * 17).map(|i| f64::from(i) / 3.0).collect();
    let sequences = Array::from_vec(sequences, [23, 4, 31]).unwrap();
    let signals = Array::from_vec(signals, [23, 3, 17]).unwrap();
    let generator = ArrayGenerator::new(sequences, signals).in_window(29).out_window(15).max_jitter(1);
    let generator = generator.negative_ratio(0.0).reverse_complement(true).batch_size(4);
    let loader = DeviceGenerator::with_arrays(&device, generator.clone()).build().unwrap();
    Done { wrong: beside(loader, generator.build().unwrap()), ..Done::default() }
}

/// A genome whose sequence and signals are arrays, and whose controls are a store's: only these are
/// narrowed for the bus.
fn genome(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let arrays = |channels: usize| -> ContigArrays {
        let array = |(name, length): (&str, u64)| {
            let values = (0..channels * length as usize).map(|i| (i * i % 251) as u8).collect();
            (name.to_owned(), Array::from_vec(values, [1, channels, length as usize]).unwrap())
        };
        store.contigs().iter().map(array).collect()
    };
    let genome = Genome::from_arrays(&arrays(4), Some(&store)).unwrap().signals(&[arrays(3)], Some(&[2, 1])).unwrap();
    let peaks = (0..20).map(|i| Locus { contig: 0, centre: 40 + 9 * i, row: 0 }).collect();
    let generator = PeakGenerator::over(&genome).selected(peaks, Vec::new()).negative_ratio(0.0).batch_size(6);
    let generator = generator.in_window(70).out_window(33).max_jitter(5);
    let loader = DeviceGenerator::new(&device, generator.clone()).build().unwrap();
    Done { wrong: beside(loader, generator.build().unwrap()), ..Done::default() }
}

/// Returns the number of columns of an epoch that differ from the host's.
fn beside(mut loader: DeviceLoader, host: Loader) -> usize {
    let mut wrong = 0;
    let mut batches = loader.epoch(1);
    for expected in host.epoch(1) {
        let (batch, expected) = (batches.next().unwrap().unwrap(), expected.unwrap());
        for column in Column::ALL {
            let Some(wanted) = expected.column(column) else {
                wrong += usize::from(batch.column(column).is_some());
                continue;
            };
            let found = batch.column(column).unwrap();
            let same = found.dtype() == wanted.dtype() && found.shape() == wanted.shape();
            wrong += usize::from(!same || batch.read(column).unwrap() != wanted.bytes());
        }
    }
    assert!(batches.next().is_none());
    wrong
}

/// Loaders on two devices, in turns, on a thread whose current context is another one.
fn two_devices(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let devices = [0, 1].map(|ordinal| Device::open(ordinal).unwrap());
    assert!(devices[0] != devices[1]);
    // As PyTorch does for its device.
    let entered = devices[1].enter().unwrap();
    let current = || cudarc::driver::result::ctx::get_current().unwrap();
    let own = current();
    let mut loaders = devices.each_ref().map(|device| {
        let loader = DeviceGenerator::new(device, typed(&store, COMPACT)).build().unwrap();
        assert_eq!(loader.device(), device);
        loader
    });
    let mut consumers = [Consumer::default(), Consumer::default()];
    let [first, second] = &mut loaders;
    for (a, b) in first.epoch(1).zip(second.epoch(1)) {
        assert_eq!(current(), own);
        for (consumer, batch) in consumers.iter_mut().zip([a, b]) {
            let batch = batch.unwrap();
            consumer.use_on(&batch, batch.stream());
            // The call that restores the context fails: it is repeated.
            emulator.fail(Some("cuCtxSetCurrent"), 2, 999);
            drop(batch);
            emulator.fail(None, 0, 0);
            assert_eq!(current(), own);
        }
    }
    drop(loaders);
    assert_eq!(current(), own);
    let expected = expected(&generator(&store), COMPACT, (1, 1));
    let wrong = consumers.into_iter().map(|consumer| consumer.wrong(&expected)).sum();
    drop(entered);
    assert_eq!(current(), None);
    Done { wrong, ..Done::default() }
}
