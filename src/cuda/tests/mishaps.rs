//! One call of the pipeline fails while work is in flight for which nothing else would wait. The
//! delivered batches are right, the error comes in its turn, and the loader can be used again.

use super::check::expected;
use super::consumer::Consumer;
use super::emulator::Emulator;
use super::fixture::{generator, temporary, typed};
use super::program::Done;
use super::programs::COMPACT;
use crate::Error;
use crate::cuda::memory::DeviceMemory;
use crate::cuda::page_locked::PageLocked;
use crate::cuda::{Device, DeviceGenerator, Stream};
use crate::feed::slot::Memory;

/// Consumes two batches, makes the nth later call of a function fail, and streams the epoch twice
/// more. There must be `failures` errors. With one slot on the device and one on the host, all
/// memory is used again at once.
fn failing(emulator: &Emulator, function: &str, nth: u64, failures: usize) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let small = typed(&store, COMPACT).slots(Some(1)).num_workers(0);
    let mut loader = DeviceGenerator::new(&device, small).prefetch_to_device(0).device_slots(Some(1)).build().unwrap();
    let epoch = expected(&generator(&store), COMPACT, (0, 1));
    let (mut consumer, mut delivered, mut failed) = (Consumer::default(), epoch[..2].to_vec(), 0);
    loader.epoch(0).take(2).for_each(|batch| consumer.consume(batch.unwrap()));
    emulator.fail(Some(function), nth, 999);
    for _ in 0..2 {
        let before = delivered.len();
        for batch in loader.epoch(0) {
            match batch {
                Ok(batch) => {
                    delivered.push(epoch[delivered.len() - before].clone());
                    consumer.consume(batch);
                }
                Err(Error::Driver { code: 999, .. }) => failed += 1,
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert_eq!(failed, failures);
    assert!(delivered.len() >= 2 + epoch.len(), "the second time all of it came");
    Done { wrong: consumer.wrong(&delivered), ..Done::default() }
}

/// The record after the kernel fails: the slot comes back while the kernel runs.
pub(super) fn failing_record(emulator: &Emulator) -> Done {
    failing(emulator, "cuEventRecord", 2, 1)
}

/// The copy's wait for the consumer fails, while the consumer still reads the slot.
pub(super) fn failing_wait(emulator: &Emulator) -> Done {
    failing(emulator, "cuStreamWaitEvent", 1, 1)
}

/// The record after the copy fails, while the copy still reads the page-locked memory: in the
/// pipeline, which then waits for all its work, and for a page-locked buffer alone, which waits
/// itself.
pub(super) fn failing_copied(emulator: &Emulator) -> Done {
    let done = failing(emulator, "cuEventRecord", 1, 1);
    let device = Device::open(0).unwrap();
    let stream = Stream::new(&device).unwrap();
    let target = DeviceMemory::new(&stream, 1000).unwrap();
    let mut source = PageLocked::new(&stream, 1000, false).unwrap();
    source.bytes_mut().unwrap().fill(1);
    emulator.fail(Some("cuEventRecord"), 1, 999);
    assert!(matches!(source.copy_to(&target), Err(Error::Driver { code: 999, .. })) && source.in_use());
    source.bytes_mut().unwrap().fill(2);
    source.copy_to(&target).unwrap();
    let wrong = usize::from(target.read(0..1000, &stream).unwrap() != [2; 1000]);
    Done { wrong: done.wrong + wrong, ..done }
}

/// The record after the consumer fails when it drops its batch. That is no error: the host waits.
pub(super) fn failing_release(emulator: &Emulator) -> Done {
    failing(emulator, "cuEventRecord", 3, 0)
}

/// A call fails after all slots were leased: both errors are reported, each once.
pub(super) fn failing_after_all_leased(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let inline = typed(&store, COMPACT).num_workers(0);
    let mut loader = DeviceGenerator::new(&device, inline).prefetch_to_device(0).device_slots(Some(1)).build().unwrap();
    let mut consumer = Consumer::default();
    let mut batches = loader.epoch(0);
    let held = batches.next().unwrap().unwrap();
    assert!(matches!(batches.next(), Some(Err(Error::AllLeased { slots: 1 }))));
    assert!(batches.next().is_none(), "it is reported once");
    consumer.consume(held);
    emulator.fail(Some("cuEventRecord"), 1, 999);
    assert!(matches!(batches.next(), Some(Err(Error::Driver { code: 999, .. }))));
    assert!(batches.next().is_none(), "it is reported once");
    drop(batches);
    let expected = expected(&generator(&store), COMPACT, (0, 1));
    Done { wrong: consumer.wrong(&expected[..1]), ..Done::default() }
}
