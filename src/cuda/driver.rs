//! The driver's library: whether it is there, complete and new enough, and its answers as errors of
//! this crate.
#![allow(unsafe_code, reason = "the driver is a C library")]

use crate::{Error, Result};
use cudarc::driver::{DriverError, result, sys};
use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

/// Every function of the driver that this crate calls: `cudarc` panics when it first calls one that
/// is missing.
pub(super) const FUNCTIONS: [&str; 33] = [
    "cuCtxGetCurrent",
    "cuCtxSetCurrent",
    "cuDeviceGet",
    "cuDeviceGetAttribute",
    "cuDeviceGetCount",
    "cuDeviceGetName",
    "cuDevicePrimaryCtxRelease_v2",
    "cuDevicePrimaryCtxRetain",
    "cuDriverGetVersion",
    "cuEventCreate",
    "cuEventDestroy_v2",
    "cuEventElapsedTime",
    "cuEventRecord",
    "cuEventSynchronize",
    "cuGetErrorName",
    "cuGetErrorString",
    "cuInit",
    "cuLaunchKernel",
    "cuMemAllocAsync",
    "cuMemAlloc_v2",
    "cuMemFreeAsync",
    "cuMemFreeHost",
    "cuMemFree_v2",
    "cuMemHostAlloc",
    "cuMemcpyDtoHAsync_v2",
    "cuMemcpyHtoDAsync_v2",
    "cuModuleGetFunction",
    "cuModuleLoadData",
    "cuModuleUnload",
    "cuStreamCreate",
    "cuStreamDestroy_v2",
    "cuStreamSynchronize",
    "cuStreamWaitEvent",
];

/// The oldest driver's version, in the driver's own numbers: CUDA 11.8, whose version of PTX the
/// kernel is in.
const OLDEST: c_int = 11_080;

/// Loads and initialises the driver, which is looked for until it has been found. Returns whether
/// it has devices.
pub(super) fn load() -> Result<bool> {
    static FOUND: OnceLock<()> = OnceLock::new();
    let no_driver = |reason| Error::NoDriver { reason };
    if FOUND.get().is_none() {
        look().map_err(no_driver)?;
        let _ = FOUND.set(());
    }
    match result::init() {
        Ok(()) => Ok(true),
        Err(DriverError(sys::CUresult::CUDA_ERROR_NO_DEVICE)) => Ok(false),
        // One that does not fit the system's module of the kernel, say, as after an update.
        Err(error) => Err(no_driver(format!("it does not start: {}", message(error)))),
    }
}

/// Looks for the library and all its functions that are called here.
fn look() -> Result<(), String> {
    // SAFETY: loading a library runs its constructors; this is the system's driver, which exists to
    // be loaded.
    if !unsafe { sys::is_culib_present() } {
        return Err("the library libcuda.so is not to be found, or cannot be loaded".to_owned());
    }
    // SAFETY: as above; it was found just now, so this does not panic.
    let library = unsafe { sys::culib() };
    for name in FUNCTIONS {
        // SAFETY: the symbol is only looked for; nothing is called by it.
        if unsafe { library.get::<*const c_void>(name.as_bytes()) }.is_err() {
            return Err(format!("the library libcuda.so has no {name}: it is older than CUDA 11.8, or no driver"));
        }
    }
    let mut version = 0;
    // SAFETY: `version` is a valid place for the answer; the function may be called before any
    // other.
    let answer = unsafe { sys::cuDriverGetVersion(&raw mut version) };
    if answer != sys::CUresult::CUDA_SUCCESS {
        // The toolkit's stub, for one, which has nothing behind it.
        return Err(format!("it does not tell its version: {}", message(DriverError(answer))));
    }
    if version < OLDEST {
        let (major, minor) = (version / 1000, version % 1000 / 10);
        return Err(format!("it is for CUDA {major}.{minor}, and the kernel needs 11.8"));
    }
    Ok(())
}

/// Wraps the driver's answer with what was attempted, a verb phrase, for use in `map_err`.
pub(super) fn wrapped(operation: impl Into<String>) -> impl FnOnce(DriverError) -> Error {
    move |error| Error::Driver { operation: operation.into(), code: error.0 as u32, message: message(error) }
}

/// The driver's name and text for an answer.
fn message(error: DriverError) -> String {
    let text = |text: Result<&std::ffi::CStr, DriverError>| text.map(|text| text.to_string_lossy().into_owned());
    let name = text(error.error_name()).unwrap_or_else(|_| format!("error {}", error.0 as u32));
    text(error.error_string()).map_or(name.clone(), |what| format!("{name}: {what}"))
}
