//! A handle that another file uses too.

use super::atemoya_status;
use std::ffi::c_char;

/// What went wrong.
pub struct atemoya_error {
    status: atemoya_status,
}

/// Its status.
///
/// # Safety
/// The error is one of this library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_error_status(error: *const atemoya_error) -> atemoya_status {
    // SAFETY: the caller's.
    unsafe { error.as_ref() }.map_or(atemoya_status::ATEMOYA_OK, |error| error.status)
}

/// Its message.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_message(_error: Option<&atemoya_error>) -> *const c_char {
    c"".as_ptr()
}

/// Frees it.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_free(error: Option<Box<atemoya_error>>) {
    drop(error);
}
