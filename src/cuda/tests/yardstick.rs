//! The yardsticks do what they promise, leave nothing behind, and leave a loader usable.

use super::check::expected;
use super::consumer::Consumer;
use super::emulator::{Emulator, Live};
use super::fixture::{generator, temporary, typed};
use super::matrix::{modes, say};
use super::program::{Done, run};
use super::programs::COMPACT;
use crate::cuda::{Device, DeviceGenerator, PlainCopies, Transfer, yardstick};
use crate::{DType, Error};
use std::time::Duration;

fn is_clean_in_all_modes(program: &str) {
    let modes = modes();
    for settings in &modes {
        let outcome = run(program, settings);
        assert!(outcome.is_clean(), "{program} under {settings:?}: {outcome:?}");
    }
    say(&format!("{program}: {} scenarios, 0 violations", modes.len()));
}

#[test]
fn plain_copies_follow_each_other_without_a_wait() {
    is_clean_in_all_modes("plain_copies");
}

#[test]
fn a_timed_kernel_leaves_its_loader_as_it_was() {
    is_clean_in_all_modes("kernel_time");
}

/// Copies of an odd size: there are as many as asked for, and the host waits only before the first
/// and after the last.
pub(super) fn plain_copies(emulator: &Emulator) -> Done {
    const BYTES: usize = 12_345;
    let device = Device::open(0).unwrap();
    let calls = || emulator.calls(Some("cuMemcpyHtoDAsync_v2"));
    let mut copies = PlainCopies::new(&device, BYTES).unwrap();
    assert_eq!(copies.bytes(), BYTES);
    let (before, waits) = (calls(), emulator.host_waits());
    let copied = copies.run(7).unwrap();
    assert_eq!((copied.bytes, calls() - before), (7 * BYTES as u64, 7));
    assert_eq!(emulator.host_waits() - waits, 2);
    assert!(copied.rate() > 0.0);
    assert_eq!(copies.run(0).unwrap().bytes, 0);

    let before = calls();
    let copied = copies.run_for(Duration::from_millis(20)).unwrap();
    assert!(copied.bytes >= 4 * BYTES as u64 && copied.bytes <= (calls() - before) * BYTES as u64, "{copied:?}");
    assert_eq!(copied.bytes % BYTES as u64, 0);
    // At least one run, of some copies.
    assert!(copies.run_for(Duration::ZERO).unwrap().bytes > 0);

    emulator.fail(Some("cuMemcpyHtoDAsync_v2"), 2, 999);
    assert!(matches!(copies.run(3), Err(Error::Driver { code: 999, .. })));
    assert_eq!(copies.run(3).unwrap().bytes, 3 * BYTES as u64);
    drop(copies);
    assert!(matches!(PlainCopies::new(&device, 0), Err(Error::Argument { name: "bytes", .. })));
    let live = emulator.live();
    emulator.fail(Some("cuMemHostAlloc"), 2, 2);
    assert!(matches!(PlainCopies::new(&device, BYTES), Err(Error::Driver { code: 2, .. })));
    assert_eq!(emulator.live(), live);
    assert_eq!((live.streams, live.page_locked, live.events), (0, 0, 0), "{live:?}");
    Done::default()
}

/// The kernel is launched as often as asked for, or not at all if nothing is expanded. Then the
/// loader continues.
pub(super) fn kernel_time(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let launched = || emulator.calls(Some("cuLaunchKernel"));
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).prefetch_to_device(0).build().unwrap();
    let (all, mut consumer, live) =
        (expected(&generator(&store), COMPACT, (0, 1)), Consumer::default(), emulator.live());
    // In the middle of an epoch, whose batches are in use.
    loader.epoch(0).take(2).for_each(|batch| consumer.consume(batch.unwrap()));
    for (launches, counted) in [(0, 1), (1, 1), (5, 5)] {
        let before = launched();
        // The emulator measures no time.
        assert_eq!(yardstick::kernel_time(&mut loader, launches).unwrap(), None);
        // The launch of the batch, and one to warm up.
        assert_eq!(launched() - before, 2 + counted);
    }
    loader.epoch(0).for_each(|batch| consumer.consume(batch.unwrap()));

    // A launch, a record, a wait or the query of the time fails: all slots can be used again.
    // (Workers wait for events, too.)
    for (name, nth) in [
        ("cuLaunchKernel", 3),
        ("cuEventRecord", 4),
        ("cuEventElapsedTime", 1),
        ("cuStreamSynchronize", 1),
        ("cuEventCreate", 2),
    ] {
        emulator.fail(Some(name), nth, 304);
        let failed = yardstick::kernel_time(&mut loader, 2);
        emulator.fail(None, 0, 0);
        assert!(matches!(failed, Err(Error::Driver { code: 304, .. })), "{name}: {failed:?}");
    }
    loader.epoch(0).for_each(|batch| consumer.consume(batch.unwrap()));
    let expected = [&all[..2], &all[..], &all[..]].concat();
    let wrong = consumer.wrong(&expected);
    assert_eq!(emulator.live(), Live { events: live.events, ..emulator.live() }, "timers are gone");

    let all = loader.epoch(0).take(2).collect::<crate::Result<Vec<_>>>().unwrap();
    assert_eq!(all.len(), 2);
    let failed = yardstick::kernel_time(&mut loader, 1);
    assert!(matches!(failed, Err(Error::AllLeased { slots: 2 })), "{failed:?}");
    drop((all, loader));

    let dense = typed(&store, [DType::I8, DType::F32, DType::F32]);
    let mut loader = DeviceGenerator::new(&device, dense).transfer(Transfer::Dense).build().unwrap();
    let before = launched();
    assert_eq!(yardstick::kernel_time(&mut loader, 3).unwrap(), None);
    assert_eq!(launched(), before, "there is nothing to expand");
    Done { wrong, ..Done::default() }
}
