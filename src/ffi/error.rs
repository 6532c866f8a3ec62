//! Errors in C: status, message, and the file, line or driver code that they are about.

use super::argument::c_text;
use super::call;
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;

/// Why a call failed: a status, a message, and where in which file. Functions write it to their
/// last parameter. Free it with `atemoya_error_free`.
pub struct atemoya_error {
    _private: [u8; 0],
}

/// A failure that C holds, with its texts as C reads them.
pub(super) struct ErrorObject {
    status: atemoya_status,
    message: CString,
    path: Option<CString>,
    offset: Option<u64>,
    line: Option<u64>,
    driver_code: Option<u32>,
}

impl Object for ErrorObject {
    type Handle = atemoya_error;
    const NAME: &'static str = "error";
}

impl From<Failure> for ErrorObject {
    fn from(failure: Failure) -> ErrorObject {
        let Failure { status, message, path, offset, line, driver_code } = failure;
        let path = path.map(|path| c_text(path.into_os_string().into_vec()));
        ErrorObject { status, message: c_text(one_line(&message)), path, offset, line, driver_code }
    }
}

/// Escapes control characters, which a path may contain: they would end the line or change the
/// terminal.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// Returns the status of an error, the same that the function returned. For NULL it is
/// `ATEMOYA_OK`, and for a handle that is no error or was freed `ATEMOYA_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_status(error: *const atemoya_error) -> atemoya_status {
    match handle::get::<ErrorObject>(error) {
        _ if error.is_null() => atemoya_status::ATEMOYA_OK,
        Ok(error) => error.status,
        Err(failure) => failure.status,
    }
}

/// Returns the message of an error: one line in English, with the name of the file or parameter. It
/// is valid until the error is freed. For NULL, and for a handle that is no error, the text says
/// so.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_message(error: *const atemoya_error) -> *const c_char {
    let nothing: &CStr = if error.is_null() { c"no error" } else { c"this is no error, or was freed" };
    // The text lives as long as the error is in the table.
    handle::get::<ErrorObject>(error).map_or(nothing.as_ptr(), |error| error.message.as_ptr())
}

/// Returns the path of the file that an error is about, or NULL where there is none. It is as the
/// system has it, which need not be UTF-8, and valid until the error is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_path(error: *const atemoya_error) -> *const c_char {
    let error = handle::get::<ErrorObject>(error).ok();
    error.and_then(|error| error.path.as_ref().map(|path| path.as_ptr())).unwrap_or_default()
}

/// Writes the place of an error in its file, in bytes from the start, and returns true. Returns
/// false and writes nothing where the place is not known. `offset` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_offset(error: *const atemoya_error, offset: Option<&mut MaybeUninit<u64>>) -> bool {
    write_field(error, offset, |error| error.offset)
}

/// Writes the line of an error in its text file, counted from 1, and returns true. Returns false
/// and writes nothing where there is no line. `line` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_line(error: *const atemoya_error, line: Option<&mut MaybeUninit<u64>>) -> bool {
    write_field(error, line, |error| error.line)
}

/// Writes the `CUresult` of the CUDA driver and returns true. Returns false and writes nothing
/// where an error does not come from the driver. `code` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_driver_code(error: *const atemoya_error, code: Option<&mut MaybeUninit<u32>>) -> bool {
    write_field(error, code, |error| error.driver_code)
}

/// Writes a field of an error where the error has it. Returns whether it does.
fn write_field<T>(
    error: *const atemoya_error,
    out: Option<&mut MaybeUninit<T>>,
    field: impl Fn(&ErrorObject) -> Option<T>,
) -> bool {
    let value = handle::get::<ErrorObject>(error).ok().and_then(|error| field(&error));
    let known = value.is_some();
    if let (Some(out), Some(value)) = (out, value) {
        out.write(value);
    }
    known
}

/// Frees an error and its texts.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_free(error: *mut atemoya_error) -> atemoya_status {
    call::free::<ErrorObject>(error)
}
