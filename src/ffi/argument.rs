//! Pointers from C as text, paths and slices, checked as far as they can be.

use super::options::ATEMOYA_ALL;
use super::status::Failure;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Reads the text of the parameter `name`: `None` for NULL.
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

/// Reads the text of the parameter `name`.
///
/// # Safety
/// As of [`optional_text`].
pub(super) unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise.
    unsafe { optional_text(name, text) }?.ok_or_else(|| Failure::null(name))
}

/// Reads the path of the parameter `name`, which may hold any bytes.
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

/// Reads `count` items of the parameter `name`. With a `count` of 0 it may be NULL.
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

/// Borrows the parameter `name` as memory of `count` values to be written, which may hold any bytes
/// before. With a `count` of 0 it may be NULL.
///
/// # Safety
/// `items` is NULL, or points to memory for `count` items that nobody else reads or writes as long
/// as `'a`.
pub(super) unsafe fn slice_mut<'a, T: bytemuck::Pod>(
    name: &str,
    items: *mut T,
    count: usize,
) -> Result<&'a mut [T], Failure> {
    check_array(name, items, count)?;
    if items.is_null() {
        return if count == 0 { Ok(&mut []) } else { Err(Failure::null(name)) };
    }
    // SAFETY: the caller's promise; length and alignment were checked, and any bytes are a value of
    // a `Pod` type. To the compiler they are initialised, since C may have written them.
    Ok(unsafe { std::slice::from_raw_parts_mut(items, count) })
}

/// Borrows the parameter `name` as memory of `count` items to be written. With a `count` of 0 it
/// may be NULL.
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

/// More memory than any process has: a larger array is a mistake of the caller.
const MAX_BYTES: usize = 1 << 56;

/// Checks alignment and length as `slice::from_raw_parts` requires them.
fn check_array<T>(name: &str, items: *const T, count: usize) -> Result<(), Failure> {
    if !items.is_aligned() {
        return Err(Failure::argument(name, format!("{items:p} is not a multiple of {}", align_of::<T>())));
    }
    match count.checked_mul(size_of::<T>()) {
        Some(bytes) if bytes <= MAX_BYTES && items.addr().checked_add(bytes).is_some() => Ok(()),
        _ => Err(Failure::argument(name, format!("{count} items are more than memory can hold"))),
    }
}

/// Reads the names of the parameter `name`: `None` where `count` is `ATEMOYA_ALL`. With a `count`
/// of 0 it may be NULL.
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

/// Makes text for C. It ends at the first zero byte, which no name in a store contains.
pub(super) fn c_text(text: impl Into<Vec<u8>>) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}
