//! A host that waits: for ever, which is found, and by asking again and again, which ends.

mod common;

use common::*;
use cuda_emu::entry::{copy, event, memory, stream};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static GO_ON: AtomicBool = AtomicBool::new(false);

extern "C" fn until_told(_: *mut c_void) {
    while !GO_ON.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_host_that_waits_for_ever() {
    alone("a_host_that_waits_for_ever", &["CUDA_EMU_MODE=eager CUDA_EMU_DEADLOCK_MS=100"], || {
        start();
        let stream = new_stream().unwrap();
        assert_eq!(stream::cuLaunchHostFunc(stream, Some(until_told), std::ptr::null_mut()), 0);
        assert_eq!((synchronize(stream), found()), (Err(999), vec!["[deadlock]".to_owned()]));
        GO_ON.store(true, Ordering::SeqCst);
        synchronize(stream).unwrap();
    });
}

#[test]
fn questions_get_an_answer_in_the_end() {
    alone("questions_get_an_answer_in_the_end", &ALL, || {
        start();
        let (a, b) = (new_stream().unwrap(), new_stream().unwrap());
        let (first, second) = (new_event().unwrap(), new_event().unwrap());
        let (device, host) = (device_memory(100).unwrap(), Pinned::new(100).unwrap());
        host.copy_to(device, a).unwrap();
        record(first, a).unwrap();
        order(b, first).unwrap();
        record(second, b).unwrap();
        while event::cuEventQuery(second) == 600 {
            std::thread::yield_now();
        }
        // The answer tells the host that the copy on the other stream is done, too.
        host.fill(1);
        host.free().unwrap();
        assert_eq!(copy::cuMemsetD8Async(device, 1, 100, b), 0);
        while stream::cuStreamQuery(b) == 600 {
            std::thread::yield_now();
        }
        assert_eq!(memory::cuMemFreeAsync(device, a), 0);
        assert_eq!(found(), [""; 0]);
        assert_eq!(event::cuEventQuery(new_event().unwrap()), 0);
    });
}
