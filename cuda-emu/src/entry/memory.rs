//! Memory of the device and page-locked memory of the host.

use super::{Out, give};
use crate::calls::{Failing, call};
use crate::codes::Code;
use crate::config::config;
use crate::report::{Detector, violation};
use crate::streams::Operation;
use crate::wait;
use crate::world::{World, lock};
use std::ffi::{c_uint, c_void};

/// Gives the bytes of device memory that are left, and that there are.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemGetInfo_v2(free: Out<'_, usize>, total: Out<'_, usize>) -> c_uint {
    call("cuMemGetInfo_v2", Failing::Any, || {
        let world = lock();
        world.ready()?;
        let (all, left) = world.memory.size();
        give(free, usize::try_from(left).unwrap_or(usize::MAX))?;
        give(total, usize::try_from(all).unwrap_or(usize::MAX))
    })
}

/// Allocates page-locked memory, filled with 0xCD. Flags are ignored.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemHostAlloc(memory: Out<'_, *mut c_void>, bytes: usize, _flags: c_uint) -> c_uint {
    call("cuMemHostAlloc", Failing::Any, || {
        wait::may_block();
        let mut world = lock();
        world.ready()?;
        let memory = memory.filter(|_| bytes > 0).ok_or(Code::INVALID_VALUE)?;
        if bytes as u64 > config().host_bytes.saturating_sub(world.pinned.live().1) {
            return Err(Code::OUT_OF_MEMORY);
        }
        let base = world.pinned.allocate(bytes).ok_or(Code::OUT_OF_MEMORY)?;
        give(Some(memory), std::ptr::with_exposed_provenance_mut(base))
    })
}

/// Frees page-locked memory. A copy that is not known to be complete makes it a violation.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemFreeHost(memory: *mut c_void) -> c_uint {
    call("cuMemFreeHost", Failing::ByName, || {
        wait::may_block();
        let mut world = lock();
        world.has_context()?;
        match world.pinned.free(memory.addr()) {
            None => return Err(not_allocated("cuMemFreeHost", memory.addr() as u64)),
            Some(true) => {
                let text = "cuMemFreeHost while a copy of this buffer was not known to be complete";
                violation(Detector::FreedWhileCopied, text);
            }
            Some(false) => {}
        }
        world.healthy()
    })
}

/// Allocates device memory, filled with 0xA5.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemAlloc_v2(address: Out<'_, u64>, bytes: usize) -> c_uint {
    call("cuMemAlloc_v2", Failing::Any, || {
        wait::may_block();
        let mut world = lock();
        world.ready()?;
        let address = address.filter(|_| bytes > 0).ok_or(Code::INVALID_VALUE)?;
        let base = world.memory.allocate(bytes).ok_or(Code::OUT_OF_MEMORY)?;
        give(Some(address), base)
    })
}

/// Allocates device memory that is usable from the stream's next operation on.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemAllocAsync(address: Out<'_, u64>, bytes: usize, stream: usize) -> c_uint {
    call("cuMemAllocAsync", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        if !config().pools {
            return Err(Code::NOT_SUPPORTED);
        }
        let address = address.filter(|_| bytes > 0).ok_or(Code::INVALID_VALUE)?;
        world.stream(stream)?;
        let base = world.memory.allocate(bytes).ok_or(Code::OUT_OF_MEMORY)?;
        let at = world.submit(stream, Operation::Allocate)?;
        let known = world.knowledge(at.stream);
        // Nothing came before this first access, so that it races with nothing.
        world.memory.touch(base..base + bytes as u64, true, "cuMemAllocAsync", at, &known);
        give(Some(address), base)
    })
}

/// Waits for all streams and frees device memory. The driver's documentation does not promise the
/// wait, so that a use which the host does not know to be complete is a race.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemFree_v2(address: u64) -> c_uint {
    call("cuMemFree_v2", Failing::ByName, || {
        wait::may_block();
        let known = {
            let mut world = lock();
            world.has_context()?;
            free(&mut world, "cuMemFree", address)?;
            world.host.clone()
        };
        let waited = wait::for_all_unpromised();
        let mut world = lock();
        let race = world.memory.remove_by_host(address, &known);
        // After a device's failure nothing runs that could race.
        if let Some(race) = race.filter(|_| world.sticky.is_none()) {
            violation(Detector::Race, race);
        }
        waited
    })
}

/// Frees device memory when the stream comes to it. From the call on the memory counts as freed.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemFreeAsync(address: u64, stream: usize) -> c_uint {
    call("cuMemFreeAsync", Failing::ByName, || {
        let mut world = lock();
        world.has_context()?;
        world.stream(stream)?;
        free(&mut world, "cuMemFreeAsync", address)?;
        let submitted = world.submit(stream, Operation::Free { address });
        if submitted.is_err() {
            // The device has failed, and no stream runs any more.
            world.memory.remove(address);
        }
        submitted.map(drop)
    })
}

fn free(world: &mut World, function: &str, address: u64) -> Result<(), Code> {
    if world.memory.free(address) { Ok(()) } else { Err(not_allocated(function, address)) }
}

/// Returns the code for an address that is not allocated: null is only an invalid value; anything
/// else was freed before, or was never allocated.
fn not_allocated(function: &str, address: u64) -> Code {
    if address != 0 {
        violation(Detector::DoubleFree, format_args!("{function} of {address:#x}, which is not allocated"));
    }
    Code::INVALID_VALUE
}
