//! Errors as C sees them.

use super::argument::c_text;
use super::call;
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;

/// Why a call failed: a status, a message, and where it was. Functions make it where their last
/// parameter points; free it with `atemoya_error_free`.
pub struct atemoya_error {
    _private: [u8; 0],
}

/// A failure whose texts C can read.
pub(super) struct Reported {
    status: atemoya_status,
    message: CString,
    path: Option<CString>,
    offset: Option<u64>,
    line: Option<u64>,
    driver_code: Option<u32>,
}

impl Object for Reported {
    type Handle = atemoya_error;
    const NAME: &'static str = "error";
}

impl From<Failure> for Reported {
    fn from(failure: Failure) -> Reported {
        let Failure { status, message, path, offset, line, driver_code } = failure;
        let path = path.map(|path| c_text(path.into_os_string().into_vec()));
        Reported { status, message: c_text(one_line(&message)), path, offset, line, driver_code }
    }
}

/// A text of one line: what would end the line, or do something to a terminal, as a path may have
/// it, is escaped.
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

/// Returns the status of an error, the same that the function returned; `ATEMOYA_OK` for NULL, and
/// `ATEMOYA_ERROR_HANDLE` for what is no error or was freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_status(error: *const atemoya_error) -> atemoya_status {
    match handle::get::<Reported>(error) {
        _ if error.is_null() => atemoya_status::ATEMOYA_OK,
        Ok(error) => error.status,
        Err(failure) => failure.status,
    }
}

/// Returns the message of an error, one line in English that names the file or the parameter: valid
/// until the error is freed. For NULL, and for what is no error, it is a text that says so.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_message(error: *const atemoya_error) -> *const c_char {
    let nothing: &CStr = if error.is_null() { c"no error" } else { c"this is no error, or was freed" };
    // The error is in the table until it is freed, and so is its text.
    handle::get::<Reported>(error).map_or(nothing.as_ptr(), |error| error.message.as_ptr())
}

/// Returns the path of the file that an error is about, as the system has it, which need not be
/// UTF-8: valid until the error is freed. NULL where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_path(error: *const atemoya_error) -> *const c_char {
    let error = handle::get::<Reported>(error).ok();
    error.and_then(|error| error.path.as_ref().map(|path| path.as_ptr())).unwrap_or_default()
}

/// Writes where in its file an error is, in bytes from the start, and returns true; returns false
/// where that is not known. `offset` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_offset(error: *const atemoya_error, offset: Option<&mut MaybeUninit<u64>>) -> bool {
    tell(error, offset, |error| error.offset)
}

/// Writes the line of a text file that an error is in, counted from 1, and returns true; returns
/// false where there is none. `line` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_line(error: *const atemoya_error, line: Option<&mut MaybeUninit<u64>>) -> bool {
    tell(error, line, |error| error.line)
}

/// Writes the CUDA driver's `CUresult` and returns true; returns false where an error is not the
/// driver's. `code` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_driver_code(error: *const atemoya_error, code: Option<&mut MaybeUninit<u32>>) -> bool {
    tell(error, code, |error| error.driver_code)
}

fn tell<T>(
    error: *const atemoya_error,
    out: Option<&mut MaybeUninit<T>>,
    field: impl Fn(&Reported) -> Option<T>,
) -> bool {
    let value = handle::get::<Reported>(error).ok().and_then(|error| field(&error));
    let known = value.is_some();
    if let (Some(out), Some(value)) = (out, value) {
        out.write(value);
    }
    known
}

/// Frees an error, and the texts that it gave.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_error_free(error: *mut atemoya_error) -> atemoya_status {
    call::free::<Reported>(error)
}
