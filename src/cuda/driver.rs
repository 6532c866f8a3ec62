//! The driver library: loads it, checks that it is complete and new enough, and turns its result
//! codes into errors.
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

/// The oldest version of the driver, as the driver counts: CUDA 11.8, which knows the PTX version
/// of the kernel.
const OLDEST: c_int = 11_080;

/// Loads and initialises the driver, and returns whether it has devices. A driver that was not
/// found is looked for again in the next call.
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
        // After an update, say, the library does not fit the kernel module that the system runs.
        Err(error) => Err(no_driver(format!("it does not start: {}", message(error)))),
    }
}

/// Finds the library and all of its functions that are called here.
fn look() -> Result<(), String> {
    // SAFETY: loading a library runs its constructors; this is the system's driver, which exists to
    // be loaded.
    if !unsafe { sys::is_culib_present() } {
        return Err(
            "the library libcuda.so was not found or cannot be loaded: install the driver of the GPU".to_owned()
        );
    }
    // SAFETY: as above; it was found just now, so this does not panic.
    let library = unsafe { sys::culib() };
    for name in FUNCTIONS {
        // SAFETY: the symbol is looked up and not called.
        if unsafe { library.get::<*const c_void>(name.as_bytes()) }.is_err() {
            let message = "a driver for CUDA 11.8 or newer is needed";
            return Err(format!("the library libcuda.so has no function {name}: {message}"));
        }
    }
    let mut version = 0;
    // SAFETY: `version` is valid for writes; the function may be called before any other.
    let answer = unsafe { sys::cuDriverGetVersion(&raw mut version) };
    if answer != sys::CUresult::CUDA_SUCCESS {
        // The stub library of the toolkit, for example.
        return Err(format!("it does not report its version: {}", message(DriverError(answer))));
    }
    if version < OLDEST {
        let (major, minor) = (version / 1000, version % 1000 / 10);
        return Err(format!("it supports CUDA {major}.{minor}, and 11.8 or newer is needed: update it"));
    }
    Ok(())
}

/// Returns a function for `map_err` that adds the operation, a verb phrase, to the driver's error.
pub(super) fn wrapped(operation: impl Into<String>) -> impl FnOnce(DriverError) -> Error {
    move |error| Error::Driver { operation: operation.into(), code: error.0 as u32, message: message(error) }
}

/// Returns the driver's name and text of a result code.
fn message(error: DriverError) -> String {
    let text = |text: Result<&std::ffi::CStr, DriverError>| text.map(|text| text.to_string_lossy().into_owned());
    let name = text(error.error_name()).unwrap_or_else(|_| format!("error {}", error.0 as u32));
    text(error.error_string()).map_or(name.clone(), |what| format!("{name}: {what}"))
}
