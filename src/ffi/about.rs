//! The version of the library, how it was built, and how many handles it has given.

use super::{dlpack, handle};
use std::ffi::c_char;

/// The version of the interface in this header. It grows when something is changed or removed. The
/// name of the shared library changes with it.
pub const ATEMOYA_ABI_VERSION: u32 = 1;

/// The revision of this version of the interface. It grows when something is added. A library has
/// everything that this header declares when its version is the same and its revision is not lower:
/// compare `atemoya_abi_version()` and `atemoya_abi_revision()` with the two constants.
pub const ATEMOYA_ABI_REVISION: u32 = 1;

/// Returns the version of the library's interface: `ATEMOYA_ABI_VERSION` of the header that it was
/// built with.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_abi_version() -> u32 {
    ATEMOYA_ABI_VERSION
}

/// Returns the revision of the library's interface: `ATEMOYA_ABI_REVISION` of the header that it
/// was built with.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_abi_revision() -> u32 {
    ATEMOYA_ABI_REVISION
}

/// Returns the version of the library, such as "0.1.0". The text stays valid.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Returns whether the library was built with CUDA, which is always so. It says nothing about a
/// driver or a device: for these, call `atemoya_device_count`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_has_cuda() -> bool {
    true
}

/// Returns how many handles and DLPack tensors were given and not freed yet. At the end of a
/// program that leaks none, it is 0.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_live_handles() -> usize {
    handle::count() + dlpack::count()
}
