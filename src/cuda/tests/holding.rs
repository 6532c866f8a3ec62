//! Batches that are held long, by other threads, or by no one.

use super::check::expected;
use super::consumer::Consumer;
use super::emulator::Emulator;
use super::fixture::{generator, temporary, typed};
use super::program::Done;
use super::programs::COMPACT;
use crate::Error;
use crate::cuda::{Device, DeviceBatch, DeviceGenerator, Stream};
use std::sync::mpsc;

/// The consumer holds all slots, and drops the batches in another order than they came.
pub(super) fn held(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let builder = DeviceGenerator::new(&device, typed(&store, COMPACT)).device_slots(Some(4));
    let mut loader = builder.build().unwrap();
    let mut consumer = Consumer::default();
    let mut batches = loader.epoch(0);
    let mut held: Vec<DeviceBatch> = Vec::new();
    let mut reported = 0;
    loop {
        match batches.next() {
            Some(Ok(batch)) => {
                consumer.use_on(&batch, batch.stream());
                held.push(batch);
            }
            Some(Err(Error::AllLeased { slots })) => {
                assert_eq!((slots, held.len()), (4, 4));
                assert!(batches.next().is_none(), "it is reported once");
                reported += 1;
                held.remove(reported % 3);
                held.pop();
            }
            Some(Err(error)) => panic!("{error}"),
            None => break,
        }
    }
    assert!(reported >= 2);
    drop((batches, held));
    Done { wrong: consumer.wrong(&expected(&generator(&store), COMPACT, (0, 1))), ..Done::default() }
}

/// Batches outlive their loader, and the last one is not used. There are no workers: they would
/// refill the memory that is freed.
pub(super) fn outlived(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader =
        DeviceGenerator::new(&device, typed(&store, COMPACT).num_workers(0)).device_slots(Some(6)).build().unwrap();
    let mut batches: Vec<DeviceBatch> = loader.epoch(3).take(4).map(Result::unwrap).collect();
    drop((loader, device));
    batches.pop();
    let mut consumer = Consumer::default();
    batches.into_iter().for_each(|batch| consumer.consume(batch));
    let mut expected = expected(&generator(&store), COMPACT, (3, 1));
    expected.truncate(3);
    Done { wrong: consumer.wrong(&expected), ..Done::default() }
}

/// A loader is dropped while batches are in flight.
pub(super) fn undelivered(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT).num_workers(0)).build().unwrap();
    let mut consumer = Consumer::default();
    loader.epoch(3).take(1).for_each(|batch| consumer.consume(batch.unwrap()));
    drop(loader);
    let expected = expected(&generator(&store), COMPACT, (3, 1));
    Done { wrong: consumer.wrong(&expected[..1]), ..Done::default() }
}

/// Another thread, with its own stream, uses and drops the batches.
pub(super) fn threads(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let stream = Stream::new(&device).unwrap();
    let builder = DeviceGenerator::new(&device, typed(&store, COMPACT)).stream(Some(stream)).device_slots(Some(20));
    let mut loader = builder.build().unwrap();
    let (sender, receiver) = mpsc::channel::<DeviceBatch>();
    let thread = std::thread::spawn(move || {
        let mut consumer = Consumer::default();
        receiver.into_iter().for_each(|batch| consumer.consume(batch));
        consumer
    });
    // There are slots for all batches, even if the thread is late.
    loader.epochs(8, 2).for_each(|batch| sender.send(batch.unwrap()).unwrap());
    drop(sender);
    let consumer = thread.join().unwrap();
    Done { wrong: consumer.wrong(&expected(&generator(&store), COMPACT, (8, 2))), ..Done::default() }
}

/// A stream of the consumer is destroyed before the batch that was used on it, as with DLPack.
pub(super) fn stream_gone(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let mut consumer = Consumer::default();
    for batch in loader.epochs(6, 2) {
        let batch = batch.unwrap();
        consumer.use_on(&batch, batch.stream());
        let other = Stream::new(&device).unwrap();
        // SAFETY: `done_on` ends its use before it is destroyed.
        let borrowed = unsafe { Stream::borrow(&device, other.as_raw()) }.unwrap();
        batch.wait_on(&borrowed).unwrap();
        // The emulator finds whether this still runs when the slot is filled again. The result is
        // not checked.
        Consumer::default().use_on(&batch, &other);
        batch.done_on(&borrowed).unwrap();
        // Does nothing for a stream that is done, or was never used.
        batch.done_on(&borrowed).unwrap();
        drop((borrowed, other));
    }
    let expected = expected(&generator(&store), COMPACT, (6, 2));
    Done { wrong: consumer.wrong(&expected), ..Done::default() }
}
