//! Arguments that a loader refuses: an error that names the argument, and nothing stays allocated.

use super::emulator::Emulator;
use super::fixture::{generator, temporary, typed};
use super::program::{Done, run};
use super::programs::COMPACT;
use crate::cuda::{Device, DeviceGenerator, Stream, Transfer};
use crate::{DType, Error};

#[test]
fn what_does_not_fit_is_refused() {
    let settings = [("CUDA_EMU_MODE", "eager".to_owned()), ("CUDA_EMU_DEVICES", "2".to_owned())];
    let outcome = run("refused", &settings);
    assert!(outcome.is_clean(), "{outcome:?}");
}

/// With two devices.
pub(super) fn refused(emulator: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let (device, other) = (Device::open(0).unwrap(), Device::open(1).unwrap());
    assert_eq!(Device::count().unwrap(), 2);
    let stream = Stream::new(&other).unwrap();
    let new = |types| DeviceGenerator::new(&device, typed(&store, types));
    let large = generator(&store).signals(["large"]);
    let huge = generator(&store).controls(["huge"]);
    let i8_f32 = |tracks| [DType::I8, tracks, tracks];
    let live = emulator.live();
    let cases = [
        ("stream", new(COMPACT).stream(Some(stream.clone()))),
        ("prefetch_to_device", new(COMPACT).prefetch_to_device(1025)),
        ("device_slots", new(COMPACT).prefetch_to_device(3).device_slots(Some(3))),
        ("device_slots", new(COMPACT).device_slots(Some(5000))),
        ("sequence_type", new([DType::F64, DType::F32, DType::F32])),
        ("sequence_type", new([DType::F64, DType::F32, DType::F32]).transfer(Transfer::Dense)),
        ("controls_type", new(i8_f32(DType::I8))),
        ("signal_type", new([DType::I8, DType::F32, DType::F64])),
        ("signal_type", DeviceGenerator::new(&device, large.signal_type(DType::U8))),
        ("controls_type", DeviceGenerator::new(&device, huge.clone().controls_type(DType::U16))),
        ("controls_type", DeviceGenerator::new(&device, huge.controls_type(DType::F16))),
        ("batch_size", DeviceGenerator::new(&device, generator(&store).batch_size(0))),
    ];
    for (name, builder) in cases {
        match builder.build().map(drop) {
            Err(Error::Argument { name: found, .. }) if found == name => {}
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(emulator.live(), live, "{name}");
    }
    let mut loader = new(COMPACT).build().unwrap();
    let mut batches = loader.epoch(0);
    let wrong_stream = |result: crate::Result<()>| matches!(result, Err(Error::Argument { name: "stream", .. }));
    assert!(wrong_stream(batches.next_on(&stream).unwrap().map(drop)));
    let batch = batches.next().unwrap().unwrap();
    assert_eq!(batch.index(), 0, "nothing was lost by it");
    assert!(wrong_stream(batch.wait_on(&stream)));
    // SAFETY: it is refused.
    assert!(wrong_stream(unsafe { Stream::borrow(&device, std::ptr::without_provenance_mut(2)) }.map(drop)));
    Done::default()
}
