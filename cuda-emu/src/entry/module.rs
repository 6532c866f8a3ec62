//! Modules and their functions.

use super::{Out, give, text};
use crate::calls::{Failing, call};
use crate::codes::Code;
use crate::ptx;
use crate::report::{Detector, note, violation};
use crate::world::lock;
use std::ffi::{c_char, c_uint, c_void};
use std::sync::Arc;

/// Loads PTX. An instruction that the interpreter does not know is `CUDA_ERROR_INVALID_PTX`, with a
/// word on standard error.
///
/// # Safety
/// `image` is null or that of a text that ends with a zero byte, or of a cubin, of which one byte
/// is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleLoadData(module: Out<'_, usize>, image: *const c_void) -> c_uint {
    call("cuModuleLoadData", Failing::Any, || {
        lock().ready()?;
        let module = module.filter(|_| !image.is_null()).ok_or(Code::INVALID_VALUE)?;
        // SAFETY: the image is not null, and has at least one byte.
        if unsafe { *image.cast::<u8>() } == 0x7F {
            note("a cubin cannot run here: load PTX");
            return Err(Code::NO_BINARY_FOR_GPU);
        }
        // SAFETY: by this function's contract.
        let source = unsafe { text(image.cast()) }.unwrap_or_default();
        let kernels = ptx::parse(&source).map_err(|message| {
            note(&format!("PTX is refused: {message}"));
            Code::INVALID_PTX
        })?;
        let mut world = lock();
        let handle = world.handle();
        world.modules.insert(handle, Arc::new(kernels));
        give(Some(module), handle)
    })
}

/// Unloads a module, whose functions are gone with it. What was launched is still run; that it is
/// not known to be complete is a violation.
#[unsafe(no_mangle)]
pub extern "C" fn cuModuleUnload(module: usize) -> c_uint {
    call("cuModuleUnload", Failing::ByName, || {
        let mut world = lock();
        world.has_context()?;
        world.modules.remove(&module).ok_or(Code::INVALID_HANDLE)?;
        world.functions.retain(|_, function| function.0 != module);
        let launched = world.launched.remove(&module).unwrap_or_default();
        if world.sticky.is_none() && !world.host.covers_all(&launched) {
            let text = "cuModuleUnload while a launch of its kernels was not known to be complete";
            violation(Detector::UnloadedWhileRunning, text);
        }
        world.healthy()
    })
}

/// Finds a kernel of a module.
///
/// # Safety
/// `name` is null or that of a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleGetFunction(function: Out<'_, usize>, module: usize, name: *const c_char) -> c_uint {
    call("cuModuleGetFunction", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        let kernels = Arc::clone(world.modules.get(&module).ok_or(Code::INVALID_HANDLE)?);
        // SAFETY: by this function's contract.
        let name = unsafe { text(name) }.ok_or(Code::INVALID_VALUE)?;
        let kernel = kernels.iter().position(|kernel| kernel.name() == name).ok_or(Code::NOT_FOUND)?;
        let handle = world.handle();
        give(function, handle)?;
        world.functions.insert(handle, (module, kernels, kernel));
        Ok(())
    })
}
