//! Names and texts of error codes.

use super::{Out, give};
use crate::calls::{Failing, call};
use crate::codes::{Code, describe};
use std::ffi::{c_char, c_uint};
use std::ptr;

/// Gives the name of a code, or null and `CUDA_ERROR_INVALID_VALUE` for a number that is none.
#[unsafe(no_mangle)]
pub extern "C" fn cuGetErrorName(code: c_uint, name: Out<'_, *const c_char>) -> c_uint {
    call("cuGetErrorName", Failing::Never, || answer(name, describe(code).map(|found| found.0.as_ptr())))
}

/// Gives the text of a code, or null and `CUDA_ERROR_INVALID_VALUE` for a number that is none.
#[unsafe(no_mangle)]
pub extern "C" fn cuGetErrorString(code: c_uint, text: Out<'_, *const c_char>) -> c_uint {
    call("cuGetErrorString", Failing::Never, || answer(text, describe(code).map(|found| found.1.as_ptr())))
}

fn answer(out: Out<'_, *const c_char>, found: Option<*const c_char>) -> Result<(), Code> {
    give(out, found.unwrap_or(ptr::null()))?;
    found.map(drop).ok_or(Code::INVALID_VALUE)
}
