//! The driver itself, its devices and their contexts.

use super::{Out, give};
use crate::calls::{Failing, call};
use crate::codes::Code;
use crate::config::config;
use crate::wait;
use crate::world::{context_of, current_context, device_of, lock, set_current_context};
use std::ffi::{c_char, c_int, c_uint};

/// 12.9: what the driver calls itself.
const VERSION: c_int = 12090;

/// Starts the driver. Without a device it is `CUDA_ERROR_NO_DEVICE`.
#[unsafe(no_mangle)]
pub extern "C" fn cuInit(_flags: c_uint) -> c_uint {
    call("cuInit", Failing::Any, || {
        if config().devices == 0 {
            return Err(Code::NO_DEVICE);
        }
        lock().initialized = true;
        Ok(())
    })
}

/// Gives 12090.
#[unsafe(no_mangle)]
pub extern "C" fn cuDriverGetVersion(version: Out<'_, c_int>) -> c_uint {
    call("cuDriverGetVersion", Failing::Any, || give(version, VERSION))
}

/// Gives the number of devices.
#[unsafe(no_mangle)]
pub extern "C" fn cuDeviceGetCount(count: Out<'_, c_int>) -> c_uint {
    call("cuDeviceGetCount", Failing::Any, || {
        lock().initialized()?;
        give(count, config().devices)
    })
}

/// Gives a device, whose handle is its number.
#[unsafe(no_mangle)]
pub extern "C" fn cuDeviceGet(device: Out<'_, c_int>, ordinal: c_int) -> c_uint {
    call("cuDeviceGet", Failing::Any, || {
        lock().initialized()?;
        give(device, checked(ordinal)?)
    })
}

/// Gives a device's name.
///
/// # Safety
/// `name` is null or has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetName(name: *mut c_char, length: c_int, device: c_int) -> c_uint {
    call("cuDeviceGetName", Failing::Any, || {
        lock().initialized()?;
        checked(device)?;
        let text = b"cuda-emu (CPU)\0";
        let length = usize::try_from(length).unwrap_or(0).min(text.len());
        if name.is_null() || length == 0 {
            return Err(Code::INVALID_VALUE);
        }
        let mut part = *text;
        part[length - 1] = 0;
        // SAFETY: the caller's buffer has room for `length` bytes, and the text is as long.
        unsafe { std::ptr::copy_nonoverlapping(part.as_ptr(), name.cast(), length) };
        Ok(())
    })
}

/// Gives the size of a device's memory.
#[unsafe(no_mangle)]
pub extern "C" fn cuDeviceTotalMem_v2(bytes: Out<'_, usize>, device: c_int) -> c_uint {
    call("cuDeviceTotalMem_v2", Failing::Any, || {
        lock().initialized()?;
        checked(device)?;
        give(bytes, usize::try_from(config().device_bytes).unwrap_or(usize::MAX))
    })
}

/// Gives an attribute: capability 9.0, the limits of launches, whether there are memory pools; 0
/// for all others.
#[unsafe(no_mangle)]
pub extern "C" fn cuDeviceGetAttribute(value: Out<'_, c_int>, attribute: c_int, device: c_int) -> c_uint {
    call("cuDeviceGetAttribute", Failing::Any, || {
        lock().initialized()?;
        checked(device)?;
        let answer = match attribute {
            // Threads of a block, and of its first two axes.
            1..=3 => 1024,
            // Threads of a block's third axis.
            4 => 64,
            // Blocks of a grid's axes.
            5 => c_int::MAX,
            6 | 7 => 65535,
            // Shared memory of a block, threads of a warp, multiprocessors, unified addresses.
            8 => 49152,
            10 => 32,
            16 => 132,
            41 => 1,
            // Capability.
            75 => 9,
            76 => 0,
            115 => c_int::from(config().pools),
            _ => 0,
        };
        give(value, answer)
    })
}

/// Retains a device's primary context.
#[unsafe(no_mangle)]
pub extern "C" fn cuDevicePrimaryCtxRetain(context: Out<'_, usize>, device: c_int) -> c_uint {
    call("cuDevicePrimaryCtxRetain", Failing::Any, || {
        let mut world = lock();
        world.initialized()?;
        let device = index(device)?;
        give(context, context_of(device))?;
        world.retained[device] += 1;
        Ok(())
    })
}

/// Releases a device's primary context. It is gone when it was released as often as retained.
#[unsafe(no_mangle)]
pub extern "C" fn cuDevicePrimaryCtxRelease_v2(device: c_int) -> c_uint {
    call("cuDevicePrimaryCtxRelease_v2", Failing::ByName, || {
        let mut world = lock();
        world.initialized()?;
        let count = &mut world.retained[index(device)?];
        *count = count.checked_sub(1).ok_or(Code::INVALID_CONTEXT)?;
        world.healthy()
    })
}

/// Gives the context that is current on this thread, or null.
#[unsafe(no_mangle)]
pub extern "C" fn cuCtxGetCurrent(context: Out<'_, usize>) -> c_uint {
    call("cuCtxGetCurrent", Failing::Any, || {
        lock().initialized()?;
        give(context, current_context())
    })
}

/// Makes a context current on this thread, or none with null.
#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSetCurrent(context: usize) -> c_uint {
    call("cuCtxSetCurrent", Failing::Any, || {
        let world = lock();
        world.initialized()?;
        let known =
            device_of(context).is_some_and(|device| device < world.retained.len() && context == context_of(device));
        if context != 0 && !known {
            return Err(Code::INVALID_CONTEXT);
        }
        set_current_context(context);
        Ok(())
    })
}

/// Waits for all streams.
#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSynchronize() -> c_uint {
    call("cuCtxSynchronize", Failing::Any, || {
        wait::may_block();
        wait::for_all()
    })
}

fn checked(device: c_int) -> Result<c_int, Code> {
    if (0..config().devices).contains(&device) { Ok(device) } else { Err(Code::INVALID_DEVICE) }
}

fn index(device: c_int) -> Result<usize, Code> {
    usize::try_from(checked(device)?).map_err(|_| Code::INVALID_DEVICE)
}
