//! What a test asks the emulator, and what it makes fail. None of these count as calls of the
//! driver.

use super::text;
use crate::calls;
use crate::faults::{Failure, Fault};
use crate::report;
use crate::wait;
use crate::world::lock;
use std::ffi::c_char;
use std::slice;

/// Returns how many violations of the driver's rules were found so far.
#[unsafe(no_mangle)]
pub extern "C" fn cuEmuViolations() -> u64 {
    report::count()
}

/// Copies the texts of all violations, one a line, each with its detector in brackets, as far as
/// they fit, with a zero byte at the end, and gives the bytes of the whole, without that end.
/// Writes to guarded memory are one line, however many there were.
///
/// # Safety
/// `out` is null or has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuViolationText(out: *mut c_char, length: usize) -> usize {
    let texts = report::texts();
    if !out.is_null() && length > 0 {
        // SAFETY: the caller's buffer has room for `length` bytes, and nobody else uses it during
        // the call.
        let out = unsafe { slice::from_raw_parts_mut(out.cast::<std::mem::MaybeUninit<u8>>(), length) };
        let end = texts.len().min(length - 1);
        for (place, &byte) in out.iter_mut().zip(&texts.as_bytes()[..end]) {
            place.write(byte);
        }
        out[end].write(0);
    }
    texts.len()
}

/// Gives up to `n` of: 0 bytes copied to the device, 1 bytes copied to the host, 2 kernels run, 3
/// PTX instructions of those that ended well, 4 copies to the device from pageable memory (when
/// called), 5 copies to the device (when run), 6 calls of the driver, 7 nothing.
///
/// # Safety
/// `out` is null or has room for `n` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuStats(out: *mut u64, n: usize) {
    let calls = calls::count(None);
    let numbers = {
        let stats = &lock().stats;
        [
            stats.to_device_bytes,
            stats.to_host_bytes,
            stats.launches,
            stats.instructions,
            stats.pageable_to_device,
            stats.to_device,
            calls,
            0,
        ]
    };
    // SAFETY: by this function's contract.
    unsafe { give(out, n, &numbers) };
}

/// Gives up to `n` of what is alive: 0 allocations of device memory and 1 their bytes (until the
/// call that frees them), 2 of page-locked memory and 3 their bytes, 4 events, 5 streams without
/// the default one, 6 modules, 7 primary contexts retained and not released.
///
/// # Safety
/// `out` is null or has room for `n` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuLive(out: *mut u64, n: usize) {
    let numbers = {
        let world = lock();
        let (device, page_locked) = (world.memory.live(), world.pinned.live());
        let streams = world.streams.iter().filter(|(handle, stream)| **handle != 0 && !stream.destroyed).count();
        [
            device.0,
            device.1,
            page_locked.0,
            page_locked.1,
            world.events.len() as u64,
            streams as u64,
            world.modules.len() as u64,
            world.retained.iter().sum(),
        ]
    };
    // SAFETY: by this function's contract.
    unsafe { give(out, n, &numbers) };
}

/// Returns how many calls of the calling thread may have blocked it, whether they did or not:
/// `cuEventSynchronize`, `cuStreamSynchronize`, `cuCtxSynchronize`, `cuMemcpyHtoD`, `cuMemcpyDtoH`,
/// copies from and to pageable memory, `cuMemAlloc`, `cuMemFree`, `cuMemHostAlloc` and
/// `cuMemFreeHost`.
#[unsafe(no_mangle)]
pub extern "C" fn cuEmuHostWaits() -> u64 {
    wait::waits()
}

/// Makes the `nth` call from now (from 1) of an entry point return a code and do nothing else; 0
/// switches it off. A null name means any entry point, except those that clean up (destroy, free,
/// release, unload), which only fail by their own names. `cuGetErrorName` and `cuGetErrorString`
/// never do.
///
/// # Safety
/// `name` is null or that of a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuFail(name: *const c_char, nth: u64, code: u32) {
    // SAFETY: by this function's contract.
    let name = unsafe { text(name) };
    calls::fail(Failure::new(name, nth, code));
}

/// Returns how many calls of an entry point there were, or of all with null.
///
/// # Safety
/// `name` is null or that of a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuCalls(name: *const c_char) -> u64 {
    // SAFETY: by this function's contract.
    let name = unsafe { text(name) };
    calls::count(name.as_deref())
}

/// Makes the `nth` operation of a kind (`htod` or `kernel`) that is executed from now on fail as on
/// a device: `CUDA_ERROR_ILLEGAL_ADDRESS` in every later call that works in a context. No violation
/// is counted. Calls that clean up give the code, too, but do clean up. Any other kind, or 0,
/// switches it off.
///
/// # Safety
/// `kind` is null or that of a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEmuFault(kind: *const c_char, nth: u64) {
    // SAFETY: by this function's contract.
    let kind = unsafe { text(kind) }.unwrap_or_default();
    lock().fault = Fault::new(&kind, nth);
}

/// Forgets all violations and the error that a device's failure left. Objects stay, and counters go
/// on.
#[unsafe(no_mangle)]
pub extern "C" fn cuEmuReset() {
    report::clear();
    lock().sticky = None;
}

/// # Safety
/// `out` is null or has room for `n` numbers.
unsafe fn give(out: *mut u64, n: usize, numbers: &[u64]) {
    if !out.is_null() {
        // SAFETY: the caller has room for `n` numbers, and no more than that are written.
        unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), out, n.min(numbers.len())) };
    }
}
