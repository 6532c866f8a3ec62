//! Copies and fills of device memory.

use crate::calls::{Failing, call};
use crate::clock::{At, Clock};
use crate::codes::Code;
use crate::config::config;
use crate::raw;
use crate::report::{Detector, violation};
use crate::streams::{Operation, Source};
use crate::wait;
use crate::world::{World, lock};
use std::ffi::{c_uint, c_void};

/// Copies from the host. Page-locked memory is read when the copy runs; pageable memory before the
/// call returns.
///
/// # Safety
/// `from` is readable for `bytes` bytes, if it is page-locked until the copy is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyHtoDAsync_v2(to: u64, from: *const c_void, bytes: usize, stream: usize) -> c_uint {
    call("cuMemcpyHtoDAsync_v2", Failing::Any, || {
        // SAFETY: by this function's contract.
        let submitted = unsafe { host_to_device(to, from, bytes, stream) }?;
        if submitted.is_some_and(|submitted| submitted.pageable) {
            wait::may_block();
        }
        Ok(())
    })
}

/// Copies from the host on the default stream, and waits for it.
///
/// # Safety
/// `from` is readable for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyHtoD_v2(to: u64, from: *const c_void, bytes: usize) -> c_uint {
    call("cuMemcpyHtoD_v2", Failing::Any, || {
        wait::may_block();
        // SAFETY: by this function's contract; the copy is complete when it returns.
        let submitted = unsafe { host_to_device(to, from, bytes, 0) }?;
        submitted.map_or(Ok(()), |submitted| wait::for_operation(submitted.at, &submitted.known))
    })
}

/// Copies to the host. The call returns at once for page-locked memory, and when the copy is
/// complete for pageable memory.
///
/// # Safety
/// `to` is writable for `bytes` bytes, if it is page-locked until the copy is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyDtoHAsync_v2(to: *mut c_void, from: u64, bytes: usize, stream: usize) -> c_uint {
    call("cuMemcpyDtoHAsync_v2", Failing::Any, || match device_to_host(to, from, bytes, stream)? {
        Some(submitted) if submitted.pageable => {
            wait::may_block();
            wait::for_operation(submitted.at, &submitted.known)
        }
        _ => Ok(()),
    })
}

/// Copies to the host on the default stream, and waits for it.
///
/// # Safety
/// `to` is writable for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyDtoH_v2(to: *mut c_void, from: u64, bytes: usize) -> c_uint {
    call("cuMemcpyDtoH_v2", Failing::Any, || {
        wait::may_block();
        let submitted = device_to_host(to, from, bytes, 0)?;
        submitted.map_or(Ok(()), |submitted| wait::for_operation(submitted.at, &submitted.known))
    })
}

/// Copies within device memory.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemcpyDtoDAsync_v2(to: u64, from: u64, bytes: usize, stream: usize) -> c_uint {
    call("cuMemcpyDtoDAsync_v2", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        if bytes == 0 {
            return Ok(());
        }
        for (address, role) in [(to, "to"), (from, "from")] {
            check_alive(&world, "cuMemcpyDtoDAsync", role, address);
        }
        world.submit(stream, Operation::DeviceToDevice { to, from, length: bytes }).map(drop)
    })
}

/// Fills device memory with a byte.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemsetD8Async(to: u64, value: u8, bytes: usize, stream: usize) -> c_uint {
    call("cuMemsetD8Async", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        if bytes == 0 {
            return Ok(());
        }
        check_alive(&world, "cuMemsetD8Async", "to", to);
        world.submit(stream, Operation::Set { to, value, length: bytes }).map(drop)
    })
}

/// A copy that was put on a stream. One of no bytes is none.
struct Submitted {
    at: At,
    known: Clock,
    /// The host's side is not page-locked.
    pageable: bool,
}

/// # Safety
/// `from` is readable for `bytes` bytes, if it is page-locked until the copy is complete.
unsafe fn host_to_device(to: u64, from: *const c_void, bytes: usize, stream: usize) -> Result<Option<Submitted>, Code> {
    let mut world = lock();
    world.ready()?;
    if bytes == 0 {
        return Ok(None);
    }
    if from.is_null() {
        return Err(Code::INVALID_VALUE);
    }
    check_alive(&world, "a copy from the host", "to", to);
    let address = from.expose_provenance();
    let pinned = world.pinned.containing(address, bytes);
    let from = if pinned.is_some() {
        // SAFETY: the range lies in a page-locked buffer, which is mapped while the state is
        // locked.
        let checksum = unsafe { raw::checksum(address, bytes) };
        Source::Pinned { address, checksum }
    } else {
        let mut staged = vec![0; bytes];
        // SAFETY: readable by this function's contract; the vector is its own.
        unsafe { raw::read(address, &mut staged) };
        Source::Staged(staged)
    };
    let at = world.submit(stream, Operation::HostToDevice { to, from, length: bytes })?;
    match pinned {
        Some(base) => world.pinned.used(base, at, config().guard),
        None => world.stats.pageable_to_device += 1,
    }
    Ok(Some(Submitted { at, known: world.knowledge(at.stream), pageable: pinned.is_none() }))
}

fn device_to_host(to: *mut c_void, from: u64, bytes: usize, stream: usize) -> Result<Option<Submitted>, Code> {
    let mut world = lock();
    world.ready()?;
    if bytes == 0 {
        return Ok(None);
    }
    if to.is_null() {
        return Err(Code::INVALID_VALUE);
    }
    check_alive(&world, "a copy to the host", "from", from);
    let to = to.expose_provenance();
    let pinned = world.pinned.containing(to, bytes);
    let at = world.submit(stream, Operation::DeviceToHost { to, from, length: bytes })?;
    if let Some(base) = pinned {
        // The device writes: the host may not write either, but the guard means readers, whom it
        // cannot tell apart.
        world.pinned.used(base, at, false);
    }
    Ok(Some(Submitted { at, known: world.knowledge(at.stream), pageable: pinned.is_none() }))
}

/// Reports an address that the program has freed before it made this call.
fn check_alive(world: &World, call: &str, role: &str, address: u64) {
    if world.memory.is_freed(address) {
        violation(
            Detector::UseAfterFree,
            format_args!("{call} {role} {address:#x}, which was freed by an earlier call"),
        );
    }
}
