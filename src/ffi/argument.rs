//! What C passes by pointer: text, arrays and memory, checked as far as they can be.

use super::options::ATEMOYA_ALL;
use super::status::Failure;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The text of the parameter `name`, or `None` for NULL.
///
/// # Safety
/// `text` is NULL, or points to bytes of which one is zero and which nobody writes as long as `'a`.
pub(super) unsafe fn optional_text<'a>(name: &str, text: *const c_char) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|error| Failure::argument(name, format!("{text:?} is not UTF-8: {error}")))
}

/// The text of the parameter `name`.
///
/// # Safety
/// As of [`optional_text`].
pub(super) unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise.
    unsafe { optional_text(name, text) }?.ok_or_else(|| Failure::null(name))
}

/// The path of the parameter `name`, of any bytes.
///
/// # Safety
/// As of [`optional_text`].
pub(super) unsafe fn path<'a>(name: &str, path: *const c_char) -> Result<&'a Path, Failure> {
    if path.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: the caller's promise.
    let path = unsafe { CStr::from_ptr(path) };
    Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
}

/// An array of the parameter `name`; NULL is one of no length.
///
/// # Safety
/// `items` is NULL, or points to `count` items that nobody writes as long as `'a`.
pub(super) unsafe fn slice<'a, T>(name: &str, items: *const T, count: usize) -> Result<&'a [T], Failure> {
    check_array(name, items, count)?;
    if items.is_null() {
        return if count == 0 { Ok(&[]) } else { Err(Failure::null(name)) };
    }
    // SAFETY: the caller's promise; length and alignment were checked.
    Ok(unsafe { std::slice::from_raw_parts(items, count) })
}

/// Memory to be written, of the parameter `name`; NULL is one of no length. What it holds before
/// may be anything, also nothing yet.
///
/// # Safety
/// `items` is NULL, or points to memory for `count` items that nobody else reads or writes as long
/// as `'a`; any bytes are such items.
pub(super) unsafe fn slice_mut<'a, T: bytemuck::Pod>(
    name: &str,
    items: *mut T,
    count: usize,
) -> Result<&'a mut [T], Failure> {
    check_array(name, items, count)?;
    if items.is_null() {
        return if count == 0 { Ok(&mut []) } else { Err(Failure::null(name)) };
    }
    // SAFETY: the caller's promise; length and alignment were checked. It is memory of C's, whose
    // bytes the compiler of Rust knows nothing of: they are whatever is there.
    Ok(unsafe { std::slice::from_raw_parts_mut(items, count) })
}

/// Memory for items to be written to, of the parameter `name`; NULL is one of no length.
///
/// # Safety
/// `items` is NULL, or points to memory for `count` items that nobody else reads or writes as long
/// as `'a`.
pub(super) unsafe fn out<'a, T>(name: &str, items: *mut T, count: usize) -> Result<&'a mut [MaybeUninit<T>], Failure> {
    check_array(name, items, count)?;
    if items.is_null() {
        return if count == 0 { Ok(&mut []) } else { Err(Failure::null(name)) };
    }
    // SAFETY: the caller's promise; length and alignment were checked.
    Ok(unsafe { std::slice::from_raw_parts_mut(items.cast(), count) })
}

/// No process has more memory; a count that says so is a mistake, and need not be believed.
const MAX_BYTES: usize = 1 << 56;

/// Checks what `slice::from_raw_parts` demands and a caller from C may get wrong.
fn check_array<T>(name: &str, items: *const T, count: usize) -> Result<(), Failure> {
    if !items.is_aligned() {
        return Err(Failure::argument(name, format!("{items:p} is not a multiple of {}", align_of::<T>())));
    }
    match count.checked_mul(size_of::<T>()) {
        Some(bytes) if bytes <= MAX_BYTES && items.addr().checked_add(bytes).is_some() => Ok(()),
        _ => Err(Failure::argument(name, format!("{count} items are more than memory can hold"))),
    }
}

/// Names of the parameter `name`; `None` for all. NULL is a list of no length.
///
/// # Safety
/// `names` is NULL, or points to `count` pointers, each as [`optional_text`] wants it.
pub(super) unsafe fn names(
    name: &str,
    names: *const *const c_char,
    count: usize,
) -> Result<Option<Vec<String>>, Failure> {
    if count == ATEMOYA_ALL {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let names = unsafe { slice(name, names, count) }?;
    let texts = names.iter().map(|&item| {
        // SAFETY: the caller's promise.
        let text = unsafe { text(name, item) };
        text.map(str::to_owned)
    });
    texts.collect::<Result<_, _>>().map(Some)
}

/// Text for C. What follows a zero byte, which no name in a store has, is lost.
pub(super) fn c_text(text: impl Into<Vec<u8>>) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}
