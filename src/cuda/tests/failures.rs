//! Calls of the driver that fail, too little memory, a device that is lost, and a consumer that
//! panics: a typed error, nothing leaked, and a loader that can be used again.

use super::check::{Expected, expected};
use super::consumer::Consumer;
use super::emulator::{Emulator, Live};
use super::fixture::{generator, temporary, typed};
use super::matrix::say;
use super::program::{Done, Outcome, run};
use super::programs::COMPACT;
use crate::cuda::{Device, DeviceBatches, DeviceGenerator};
use crate::feed::Column;
use crate::{Error, Result, Store};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn whichever_call_fails_is_an_error_and_nothing_is_leaked() {
    for (pools, mode) in [(0, "eager"), (1, "lazy")] {
        let settings = [("CUDA_EMU_MODE", mode.to_owned()), ("CUDA_EMU_POOLS", pools.to_string())];
        let outcome = run("each_call_fails", &settings);
        assert!(outcome.is_clean(), "{settings:?}: {outcome:?}");
    }
    say("each call of the driver but those that clean up failed once, in building and streaming, with and without \
         pools: an error each, nothing leaked");
}

#[test]
fn too_little_memory_is_an_error_and_less_can_be_asked_for() {
    for limit in ["CUDA_EMU_DEVICE_BYTES", "CUDA_EMU_HOST_BYTES"] {
        for pools in [0, 1] {
            let outcome = run("lack_of_memory", &[(limit, "20000".to_owned()), ("CUDA_EMU_POOLS", pools.to_string())]);
            assert!(outcome.is_clean(), "{limit}: {outcome:?}");
        }
    }
}

#[test]
fn a_lost_device_is_an_error() {
    for fault in ["htod:1", "htod:4", "kernel:1", "kernel:3"] {
        for mode in ["eager", "lazy", "random"] {
            let settings = [("CUDA_EMU_FAULT", fault.to_owned()), ("CUDA_EMU_MODE", mode.to_owned())];
            let outcome = run("fault", &settings);
            // The memory of a lost device cannot be freed.
            assert!(Outcome { leaked: false, ..outcome.clone() }.is_clean(), "{fault} {mode}: {outcome:?}");
        }
    }
}

/// Reads an epoch by calls of the library alone, and counts wrong batches.
fn read(batches: DeviceBatches<'_>, expected: &[Expected]) -> Result<usize> {
    let (mut wrong, mut came) = (0, 0);
    for batch in batches {
        let batch = batch?;
        for column in [Column::Sequence, Column::Controls, Column::Signal, Column::Sources] {
            let bytes = batch.read(column)?;
            wrong += usize::from(expected.get(came).and_then(|expected| expected.column(column)) != Some(&*bytes));
        }
        came += 1;
    }
    Ok(wrong + expected.len().abs_diff(came))
}

fn open_and_read(store: &Store, expected: &[Expected]) -> Result<usize> {
    let device = Device::open(0)?;
    let mut loader = DeviceGenerator::new(&device, typed(store, COMPACT)).build()?;
    read(loader.epoch(0), expected)
}

/// Returns whether a failing call of the driver may cause this error.
fn is_drivers(error: &Error) -> bool {
    matches!(error, Error::Driver { code: 304, .. } | Error::NoDriver { .. })
}

/// Lets each call of building a loader and streaming an epoch fail once, and checks that epoch and
/// the next one.
pub(super) fn each_call_fails(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let expected = expected(&generator(&store), COMPACT, (0, 1));
    let (mut wrong, mut failed) = (0, 0);
    // Loads the driver, which happens once for each process.
    wrong += open_and_read(&store, &expected).unwrap();
    for nth in 1.. {
        let before = emulator.calls(None);
        emulator.fail(None, nth, 304);
        let outcome = open_and_read(&store, &expected);
        emulator.fail(None, 0, 0);
        assert_eq!(emulator.live(), Live::default(), "after call {nth} failed: {outcome:?}");
        match outcome {
            Ok(epoch) => wrong += epoch,
            Err(error) => {
                assert!(is_drivers(&error), "{error}");
                failed += 1;
            }
        }
        if emulator.calls(None) - before < nth {
            break;
        }
    }
    assert!(failed > 100, "{failed}");
    // The same with an existing loader, which continues after the failure.
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let live = emulator.live();
    for nth in 1.. {
        let before = emulator.calls(None);
        emulator.fail(None, nth, 304);
        match read(loader.epoch(0), &expected) {
            Ok(epoch) => wrong += epoch,
            Err(error) => assert!(is_drivers(&error), "{error}"),
        }
        emulator.fail(None, 0, 0);
        let all = emulator.calls(None) - before < nth;
        wrong += read(loader.epoch(0), &expected).unwrap();
        assert_eq!(emulator.live(), live, "after call {nth} failed");
        if all {
            break;
        }
    }
    Done { wrong, ..Done::default() }
}

/// The device, or the host, has only 20,000 bytes of (page-locked) memory.
pub(super) fn lack_of_memory(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let live = emulator.live();
    let error = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap_err();
    let lacks =
        |operation: &str| ["bytes on the device", "bytes of page-locked"].iter().any(|it| operation.contains(it));
    assert!(matches!(&error, Error::Driver { code: 2, operation, .. } if lacks(operation)), "{error}");
    assert_eq!(emulator.live(), live);
    let small = typed(&store, COMPACT).batch_size(1).slots(Some(1));
    let builder = DeviceGenerator::new(&device, small).prefetch_to_device(0).device_slots(Some(1));
    let expected = expected(&generator(&store).batch_size(1), COMPACT, (0, 1));
    let wrong = read(builder.build().unwrap().epoch(0), &expected).unwrap();
    Done { wrong, ..Done::default() }
}

/// An operation fails on the device, and so do all later calls.
pub(super) fn fault(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let mut codes = Vec::new();
    for _ in 0..8 {
        match read(loader.epoch(0), &[]).unwrap_err() {
            Error::Driver { code, .. } => codes.push(code),
            error => panic!("{error}"),
        }
    }
    // In the end no memory is left that can be used again.
    assert!(codes.starts_with(&[700, 700]) && codes.ends_with(&[999]), "{codes:?}");
    let error = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap_err();
    assert!(matches!(error, Error::Driver { code: 700, .. }), "{error}");
    Done::default()
}

/// A consumer panics while it holds a batch and others are in flight.
pub(super) fn panicking_consumer(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut loader = DeviceGenerator::new(&device, typed(&store, COMPACT)).build().unwrap();
    let mut first = Consumer::default();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        for batch in loader.epoch(0) {
            let batch = batch.unwrap();
            first.use_on(&batch, batch.stream());
            assert!(batch.index() < 2, "the consumer's own fault");
        }
    }));
    assert!(panic.is_err());
    let mut second = Consumer::default();
    loader.epoch(0).for_each(|batch| second.consume(batch.unwrap()));
    let expected = expected(&generator(&store), COMPACT, (0, 1));
    Done { wrong: first.wrong(&expected[..3]) + second.wrong(&expected), ..Done::default() }
}
