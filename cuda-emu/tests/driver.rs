//! What the driver answers: its objects and their numbers, its limits, failures that a test asks
//! for, and the shared library itself.

mod common;

use common::*;
use cuda_emu::entry::{device, error, event, module, probe, stream};
use std::mem::MaybeUninit;

const NOTHING: [u64; 8] = [0; 8];

#[test]
fn nothing_is_left_of_what_is_freed() {
    let modes =
        ["CUDA_EMU_MODE=eager", "CUDA_EMU_MODE=random", "CUDA_EMU_MODE=lazy", "CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1"];
    alone("nothing_is_left_of_what_is_freed", &modes, || {
        start();
        let (stream, event) = (new_stream().unwrap(), new_event().unwrap());
        let module = load(".entry k() { ret; }").unwrap();
        let kernel = function(module, "k").unwrap();
        let (host, a, b) =
            (Pinned::new(100).unwrap(), device_memory(100).unwrap(), device_memory_on(50, stream).unwrap());
        assert_eq!(live(), [2, 150, 1, 100, 1, 1, 1, 1]);
        host.copy_to(a, stream).unwrap();
        launch(kernel, 1, &[], stream).unwrap();
        record(event, stream).unwrap();
        wait_for(event).unwrap();
        free_on(b, stream).unwrap();
        assert_eq!(live(), [1, 100, 1, 100, 1, 1, 1, 1]);

        assert_eq!(event::cuEventDestroy_v2(event), 0);
        assert_eq!(event::cuEventDestroy_v2(event), 400);
        assert_eq!(record(event, stream), Err(400));
        free(a).unwrap();
        host.free().unwrap();
        assert_eq!(module::cuModuleUnload(module), 0);
        assert_eq!(launch(kernel, 1, &[], stream), Err(400));
        assert_eq!(stream::cuStreamDestroy_v2(stream), 0);
        assert_eq!(stream::cuStreamDestroy_v2(stream), 400);
        assert_eq!(synchronize(stream), Err(400));
        assert_eq!(device::cuDevicePrimaryCtxRelease_v2(0), 0);
        assert_eq!(device::cuDevicePrimaryCtxRelease_v2(0), 201);
        assert_eq!(new_event(), Err(709));
        assert_eq!((live(), found()), (NOTHING, vec![]));
    });
}

#[test]
fn calls_before_their_time() {
    alone("calls_before_their_time", &["CUDA_EMU_DEVICES=0", "CUDA_EMU_DEVICES=2"], || {
        assert_eq!(new_stream(), Err(3));
        if is_set("CUDA_EMU_DEVICES", "0") {
            assert_eq!(device::cuInit(0), 100);
            return;
        }
        start();
        let mut place = MaybeUninit::uninit();
        assert_eq!(device::cuDeviceGet(Some(&mut place), 2), 101);
        assert_eq!(device::cuDeviceGetCount(None), 1);
        assert_eq!(device::cuCtxSetCurrent(5), 201);
        // A context is current for one thread.
        let context = context();
        let host = Pinned::new(10).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(new_event(), Err(201));
                enter(context);
                new_event().unwrap();
            });
        });
        enter(0);
        assert_eq!((host.free(), new_event()), (Err(201), Err(201)));
        enter(context);
        host.free().unwrap();
    });
}

#[test]
fn memory_has_an_end() {
    alone("memory_has_an_end", &["CUDA_EMU_DEVICE_BYTES=1000 CUDA_EMU_HOST_BYTES=500"], || {
        start();
        let a = device_memory(600).unwrap();
        assert_eq!(memory_sizes(), [400, 1000]);
        assert_eq!((device_memory(401), device_memory_on(401, 0)), (Err(2), Err(2)));
        let b = device_memory_on(400, 0).unwrap();
        assert_eq!(memory_sizes(), [0, 1000]);
        free_on(b, 0).unwrap();
        free(a).unwrap();
        assert_eq!(memory_sizes(), [1000, 1000]);
        assert_eq!(device_memory(0), Err(1));

        let host = Pinned::new(500).unwrap();
        assert_eq!(Pinned::new(1).err(), Some(2));
        host.free().unwrap();
        Pinned::new(1).unwrap();
    });
}

#[test]
fn calls_that_are_to_fail() {
    alone("calls_that_are_to_fail", &["", "CUDA_EMU_FAIL=cuStreamCreate:2:719", "CUDA_EMU_FAIL=any:1:2"], || {
        if is_set("CUDA_EMU_FAIL", "any:1:2") {
            assert_eq!((device::cuInit(0), device::cuInit(0)), (2, 0));
            return;
        }
        start();
        let stream = new_stream().unwrap();
        if std::env::var("CUDA_EMU_FAIL").is_ok() {
            assert_eq!((new_stream(), new_stream().is_ok()), (Err(719), true));
            return;
        }
        let before = calls("cuMemAlloc_v2");
        fail("cuMemAlloc_v2", 2, 2);
        let a = device_memory(10).unwrap();
        assert_eq!((device_memory(10), live()[0]), (Err(2), 1));
        let b = device_memory(10).unwrap();
        assert_eq!(calls("cuMemAlloc_v2") - before, 3);

        // Calls that clean up are spared by a failure of any.
        fail("", 2, 999);
        free(a).unwrap();
        let event = new_event().unwrap();
        assert_eq!(event::cuEventDestroy_v2(event), 0);
        assert_eq!((record(event, stream), free(b)), (Err(999), Ok(())));

        fail("cuMemFree_v2", 1, 700);
        let c = device_memory(10).unwrap();
        assert_eq!((free(c), live()[0], free(c), live()[0]), (Err(700), 1, Ok(()), 0));
        fail("", 1, 999);
        fail("", 0, 0);
        assert_eq!((new_event().is_ok(), found()), (true, vec![]));
        assert!(calls("") >= 10 && stats()[6] == calls(""));
    });
}

#[test]
fn a_device_that_fails() {
    let modes = [
        "CUDA_EMU_MODE=eager",
        "CUDA_EMU_MODE=random",
        "CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1",
        "CUDA_EMU_FAULT=kernel:1",
    ];
    alone("a_device_that_fails", &modes, || {
        start();
        let (stream, event) = (new_stream().unwrap(), new_event().unwrap());
        let module = load(".entry k() { ret; }").unwrap();
        let kernel = function(module, "k").unwrap();
        let (host, a, b) =
            (Pinned::new(100).unwrap(), device_memory(100).unwrap(), device_memory_on(50, stream).unwrap());
        if std::env::var("CUDA_EMU_FAULT").is_err() {
            fault("htod", 2);
        }
        host.copy_to(a, stream).unwrap();
        synchronize(stream).unwrap();
        // The error may come as soon as the copy or the launch is queued.
        let failing = host.copy_to(a, stream).and_then(|()| launch(kernel, 1, &[], stream));
        assert!(matches!(failing, Ok(()) | Err(700)), "{failing:?}");
        assert_eq!((synchronize(stream), wait_for(event), new_stream()), (Err(700), Err(700), Err(700)));
        // Nothing runs any more, so that the host may do what it likes, and everything is freed
        // with the error.
        host.fill(1);
        let freed = [free(a), free_on(b, stream), host.free()];
        assert_eq!(freed, [Err(700); 3]);
        assert_eq!([event::cuEventDestroy_v2(event), module::cuModuleUnload(module)], [700; 2]);
        assert_eq!([stream::cuStreamDestroy_v2(stream), device::cuDevicePrimaryCtxRelease_v2(0)], [700; 2]);
        assert_eq!((live(), found()), (NOTHING, vec![]));
    });
}

#[test]
fn calls_that_may_block() {
    alone("calls_that_may_block", &["CUDA_EMU_MODE=eager", "CUDA_EMU_MODE=lazy CUDA_EMU_POOLS=0"], || {
        start();
        let waits = |action: &dyn Fn()| {
            let before = probe::cuEmuHostWaits();
            action();
            probe::cuEmuHostWaits() - before
        };
        let (stream, event, host) = (new_stream().unwrap(), new_event().unwrap(), Pinned::new(8).unwrap());
        let device = device_memory(8).unwrap();
        assert_eq!(waits(&|| assert!(device_memory(8).is_ok())), 1);
        assert_eq!(waits(&|| assert!(Pinned::new(8).is_ok())), 1);
        assert_eq!(waits(&|| host.copy_to(device, stream).unwrap()), 0);
        assert_eq!(waits(&|| host.copy_from(device, stream).unwrap()), 0);
        assert_eq!(waits(&|| record(event, stream).unwrap()), 0);
        assert_eq!(waits(&|| order(stream, event).unwrap()), 0);
        assert_eq!(waits(&|| assert!([0, 600].contains(&event::cuEventQuery(event)))), 0);
        assert_eq!(waits(&|| wait_for(event).unwrap()), 1);
        assert_eq!(waits(&|| synchronize(stream).unwrap()), 1);
        assert_eq!(waits(&|| assert_eq!(device::cuCtxSynchronize(), 0)), 1);
        assert_eq!(waits(&|| upload(&[1; 8], device, stream).unwrap()), 1);
        assert_eq!(waits(&|| drop(download(8, device, stream).unwrap())), 1);
        assert_eq!(waits(&|| free(device).unwrap()), 1);
        assert_eq!(waits(&|| host.free().unwrap()), 1);
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(probe::cuEmuHostWaits(), 0));
        });
        if is_set("CUDA_EMU_POOLS", "0") {
            assert_eq!(device_memory_on(8, stream), Err(801));
        }
        assert_eq!((stats()[4], stats()[5], found()), (1, 2, vec![]));
    });
}

#[test]
fn modules_and_their_kernels() {
    alone("modules_and_their_kernels", &["CUDA_EMU_MODE=eager"], || {
        start();
        assert_eq!(load(".entry k() { bar.sync 0; ret; }"), Err(218));
        assert_eq!(load("\u{7f}ELF"), Err(209));
        let module = load(".entry k(.param .u64 a) { ret; }").unwrap();
        assert_eq!((function(module, "l"), function(module + 1, "k")), (Err(500), Err(400)));
        let kernel = function(module, "k").unwrap();
        assert_eq!(
            [launch(kernel, 0, &[1], 0), launch(kernel, 1025, &[1], 0), launch(kernel + 1, 1, &[1], 0)],
            [Err(1), Err(1), Err(400)]
        );
        // The default stream has two handles; that of each thread does not exist.
        assert_eq!(
            [launch(kernel, 1, &[1], 0), launch(kernel, 1, &[1], 1), launch(kernel, 1, &[1], 2)],
            [Ok(()), Ok(()), Err(400)]
        );
        synchronize(1).unwrap();
        assert_eq!(stats()[2..4], [2, 2]);
    });
}

#[test]
fn names_of_codes() {
    let mut place = MaybeUninit::uninit();
    assert_eq!(error::cuGetErrorName(700, Some(&mut place)), 0);
    assert_eq!(text_at(place).unwrap(), c"CUDA_ERROR_ILLEGAL_ADDRESS");
    assert_eq!(error::cuGetErrorString(2, Some(&mut place)), 0);
    assert_eq!(text_at(place).unwrap(), c"out of memory");
    assert_eq!(error::cuGetErrorString(31337, Some(&mut place)), 1);
    assert_eq!(text_at(place), None);
}
