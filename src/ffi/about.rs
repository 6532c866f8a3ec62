//! What library this is.

use super::{dlpack, handle};
use std::ffi::c_char;

/// The version of the interface in this header. It grows when something is changed or taken away,
/// and then the name of the shared library changes with it.
pub const ATEMOYA_ABI_VERSION: u32 = 1;

/// The revision of this version of the interface. It grows when something is added. A library has
/// all that is in a header when it is of the same version, and of the same revision or a higher
/// one: compare `atemoya_abi_version()` and `atemoya_abi_revision()` with these two.
pub const ATEMOYA_ABI_REVISION: u32 = 1;

/// Returns the version of the interface that the library has: `ATEMOYA_ABI_VERSION` of its own
/// header.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_abi_version() -> u32 {
    ATEMOYA_ABI_VERSION
}

/// Returns the revision of the interface that the library has: `ATEMOYA_ABI_REVISION` of its own
/// header.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_abi_revision() -> u32 {
    ATEMOYA_ABI_REVISION
}

/// Returns the version of the library, as "0.1.0"; the text is valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Returns whether the library was built with CUDA, which is always true. Whether this machine has
/// a driver and a device is what `atemoya_device_count` finds out.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_has_cuda() -> bool {
    true
}

/// Returns how many handles and tensors of DLPack were given and not freed: 0 at the end of a
/// program that leaks none.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_live_handles() -> usize {
    handle::count() + dlpack::count()
}
