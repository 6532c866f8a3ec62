//! Each detector finds what it is for, and says nothing about a program that waits as it should.

mod common;

use common::*;
use cuda_emu::entry::{copy, device, probe};

/// Threads copy bytes from the first argument to the second.
const COPY: &str = ".version 7.0\n.target sm_70\n.address_size 64\n
    .visible .entry copy(.param .u64 a, .param .u64 b) { .reg .b64 %x<5>; .reg .b32 %r<2>;
    ld.param.u64 %x0, [a]; ld.param.u64 %x1, [b]; mov.u32 %r0, %tid.x; cvt.u64.u32 %x2, %r0;
    add.u64 %x3, %x0, %x2; add.u64 %x4, %x1, %x2; ld.global.u8 %r1, [%x3]; st.global.u8 [%x4], %r1; ret; }
    .visible .entry odd(.param .u64 a) { .reg .b64 %x<1>; .reg .b32 %r<1>;
    ld.param.u64 %x0, [a]; ld.global.u32 %r0, [%x0+1]; ret; }";

#[test]
fn nothing_is_found_in_a_program_that_waits() {
    alone("nothing_is_found_in_a_program_that_waits", &ALL, || {
        start();
        let (uploads, kernels) = (new_stream().unwrap(), new_stream().unwrap());
        let (uploaded, used) = (new_event().unwrap(), new_event().unwrap());
        let copy = function(load(COPY).unwrap(), "copy").unwrap();
        let (from, to) = (device_memory(1024).unwrap(), device_memory_on(1024, kernels).unwrap());
        let host = Pinned::new(1024).unwrap();
        for round in 0..5u8 {
            wait_for(uploaded).unwrap();
            host.fill(round);
            order(uploads, used).unwrap();
            host.copy_to(from, uploads).unwrap();
            record(uploaded, uploads).unwrap();
            order(kernels, uploaded).unwrap();
            launch(copy, 1024, &[from, to], kernels).unwrap();
            record(used, kernels).unwrap();
            assert_eq!(download(1024, to, kernels).unwrap(), [round; 1024]);
        }
        free_on(to, kernels).unwrap();
        free(from).unwrap();
        host.free().unwrap();
        assert_eq!(found(), [""; 0]);
        assert_eq!(stats()[..6], [5 * 1024, 5 * 1024, 5, 5 * 1024 * 9, 0, 5]);
    });
}

#[test]
fn memory_that_is_written_before_its_copy_is_done() {
    let modes = ["CUDA_EMU_MODE=lazy", "CUDA_EMU_MODE=eager CUDA_EMU_GUARD=1", "CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1"];
    alone("memory_that_is_written_before_its_copy_is_done", &modes, || {
        start();
        let stream = new_stream().unwrap();
        let (host, device) = (Pinned::new(5000).unwrap(), device_memory(5000).unwrap());
        host.fill(1);
        host.copy_to(device, stream).unwrap();
        host.fill(2);
        synchronize(stream).unwrap();
        let found = found();
        let count = |tag: &str| found.iter().filter(|found| *found == tag).count();
        if is_set("CUDA_EMU_MODE", "lazy") {
            assert_eq!(count("[checksum]"), 1, "{found:?}");
        }
        assert_eq!(count("[guard]"), usize::from(is_set("CUDA_EMU_GUARD", "1")), "{found:?}");
        assert_eq!(probe::cuEmuViolations(), found.len() as u64);
        // Once the host has waited, the memory is its own.
        host.fill(3);
        assert_eq!(probe::cuEmuViolations(), found.len() as u64);
    });
}

#[test]
fn many_buffers_are_guarded() {
    alone("many_buffers_are_guarded", &["CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1"], || {
        start();
        let stream = new_stream().unwrap();
        let device = device_memory(100).unwrap();
        let buffers: Vec<Pinned> = (0..5000).map(|_| Pinned::new(100).unwrap()).collect();
        for buffer in &buffers {
            buffer.copy_to(device, stream).unwrap();
        }
        // Fewer slots than buffers: those that have none can be written, and their checksums are
        // wrong.
        for buffer in &buffers {
            buffer.fill(9);
        }
        synchronize(stream).unwrap();
        let found = found();
        assert_eq!(found.iter().filter(|found| *found == "[checksum]").count(), 5000);
        assert_eq!(probe::cuEmuViolations(), 5000 + 4096);
        buffers.iter().for_each(|buffer| buffer.free().unwrap());
    });
}

#[test]
fn a_copy_of_the_device_is_no_write_of_the_host() {
    alone("a_copy_of_the_device_is_no_write_of_the_host", &ALL, || {
        start();
        let stream = new_stream().unwrap();
        let (host, a, b) = (Pinned::new(100).unwrap(), device_memory(100).unwrap(), device_memory(100).unwrap());
        upload(&[7; 100], b, stream).unwrap();
        host.copy_to(a, stream).unwrap();
        host.copy_from(b, stream).unwrap();
        synchronize(stream).unwrap();
        assert_eq!((host.first(), found()), (7, vec![]));
        assert_eq!(download(100, a, stream).unwrap(), [0xCD; 100]);
    });
}

#[test]
fn a_kernel_without_order_races() {
    alone("a_kernel_without_order_races", &ALL, || {
        start();
        let (uploads, kernels) = (new_stream().unwrap(), new_stream().unwrap());
        let copy = function(load(COPY).unwrap(), "copy").unwrap();
        let (from, to, host) = (device_memory(64).unwrap(), device_memory(64).unwrap(), Pinned::new(64).unwrap());
        host.copy_to(from, uploads).unwrap();
        launch(copy, 64, &[from, to], kernels).unwrap();
        synchronize(uploads).unwrap();
        synchronize(kernels).unwrap();
        assert_eq!(found(), ["[race]"]);
        // What the host has waited for is in order with all that comes after.
        launch(copy, 64, &[from, to], kernels).unwrap();
        synchronize(kernels).unwrap();
        host.copy_to(from, uploads).unwrap();
        synchronize(uploads).unwrap();
        assert_eq!(found(), ["[race]"]);
    });
}

#[test]
fn memory_of_one_stream_used_on_another() {
    alone("memory_of_one_stream_used_on_another", &ALL, || {
        start();
        let (a, b) = (new_stream().unwrap(), new_stream().unwrap());
        let device = device_memory_on(100, a).unwrap();
        upload(&[1; 100], device, b).unwrap();
        synchronize(b).unwrap();
        assert_eq!(found(), ["[race]"]);
    });
}

#[test]
fn memory_that_is_freed_while_it_is_copied() {
    alone(
        "memory_that_is_freed_while_it_is_copied",
        &["CUDA_EMU_MODE=lazy", "CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1"],
        || {
            start();
            let stream = new_stream().unwrap();
            let (host, device) = (Pinned::new(100).unwrap(), device_memory(100).unwrap());
            host.copy_to(device, stream).unwrap();
            host.free().unwrap();
            assert_eq!(found(), ["[freed-while-copied]"]);
            synchronize(stream).unwrap();
            assert_eq!(found(), ["[freed-while-copied]"; 2]);
            assert_eq!(host.free(), Err(1));
            assert_eq!(found()[2..], ["[double-free]"]);
        },
    );
}

#[test]
fn a_module_that_is_unloaded_while_a_kernel_runs() {
    alone("a_module_that_is_unloaded_while_a_kernel_runs", &ALL, || {
        start();
        let stream = new_stream().unwrap();
        let (from, to) = (device_memory(100).unwrap(), device_memory(100).unwrap());
        for (waits, expected) in [(true, &[][..]), (false, &["[unloaded-while-running]"])] {
            let module = load(COPY).unwrap();
            launch(function(module, "copy").unwrap(), 100, &[from, to], stream).unwrap();
            if waits {
                synchronize(stream).unwrap();
            }
            unload(module).unwrap();
            assert_eq!(found(), expected);
        }
    });
}

#[test]
fn what_belongs_to_another_device() {
    alone("what_belongs_to_another_device", &["CUDA_EMU_DEVICES=2"], || {
        start();
        let (stream, event) = (new_stream().unwrap(), new_event().unwrap());
        let other = retain(1).unwrap();
        assert_eq!((device::cuCtxSetCurrent(other), record(event, stream)), (0, Err(201)));
        assert_eq!((synchronize(stream), wait_for(event)), (Err(201), Err(201)));
        assert_eq!(found(), ["[wrong-context]"; 3]);
        synchronize(0).unwrap();
        assert_eq!(found().len(), 3, "the default stream is of every context");
    });
}

#[test]
fn device_memory_after_its_free() {
    alone("device_memory_after_its_free", &ALL, || {
        start();
        let (a, b) = (new_stream().unwrap(), new_stream().unwrap());
        let device = device_memory_on(100, a).unwrap();
        free_on(device, a).unwrap();
        assert_eq!((live()[0], free_on(device, a)), (0, Err(1)));
        assert_eq!(found(), ["[double-free]"]);

        let device = device_memory(100).unwrap();
        free_on(device, a).unwrap();
        let uploaded = upload(&[1; 100], device, b);
        if is_set("CUDA_EMU_MODE", "lazy") {
            // The free waits in its queue, and the call alone is wrong.
            assert_eq!(found()[1..], ["[use-after-free]"]);
        }
        let result = uploaded.and_then(|()| synchronize(b));
        let _ = synchronize(a);
        let found = found();
        // The free may have run by the call, and then the copy finds nothing; otherwise the two
        // race.
        assert!(found[1..].iter().all(|tag| ["[use-after-free]", "[race]", "[bounds]"].contains(&&**tag)), "{found:?}");
        assert!(found.len() > 1, "{found:?} {result:?}");
    });
}

#[test]
fn accesses_outside_and_between() {
    alone("accesses_outside_and_between", &ALL, || {
        start();
        let stream = new_stream().unwrap();
        let module = load(COPY).unwrap();
        let (copy, odd) = (function(module, "copy").unwrap(), function(module, "odd").unwrap());
        let (a, b) = (device_memory(64).unwrap(), device_memory(64).unwrap());
        launch(copy, 65, &[a, b], stream).unwrap();
        assert_eq!(synchronize(stream), Err(700));
        assert_eq!((device_memory(1), new_event()), (Err(700), Err(700)));
        assert_eq!(found(), ["[bounds]"]);
        probe::cuEmuReset();
        assert_eq!(found(), [""; 0]);

        launch(odd, 1, &[a], stream).unwrap();
        assert_eq!((synchronize(stream), found()), (Err(716), vec!["[misaligned]".to_owned()]));
        probe::cuEmuReset();

        assert_eq!(copy::cuMemsetD8Async(a, 1, 65, stream), 0);
        assert_eq!((synchronize(stream), found()), (Err(700), vec!["[bounds]".to_owned()]));
        probe::cuEmuReset();

        // All threads write one byte.
        let same = load(
            ".entry k(.param .u64 a) { .reg .b64 %x; .reg .b32 %r; ld.param.u64 %x, [a]; mov.u32 %r, %tid.x;
            st.global.u8 [%x], %r; ret; }",
        );
        launch(function(same.unwrap(), "k").unwrap(), 2, &[a], stream).unwrap();
        assert_eq!((synchronize(stream), found()), (Ok(()), vec!["[double-write]".to_owned()]));
    });
}

#[test]
fn a_host_that_follows_a_device_address() {
    let environment = "CUDA_EMU_MODE=eager CUDA_EMU_GUARD=1";
    dies_alone("a_host_that_follows_a_device_address", environment, libc::SIGSEGV, || {
        start();
        follow(device_memory(100).unwrap());
    });
}
