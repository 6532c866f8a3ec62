//! A made-up interface that has each convention of `src/ffi` once: what the tests make a header of.
#![allow(unsafe_code, non_camel_case_types, reason = "names of C's, exported unmangled")]

mod error;

pub mod batch;
#[cfg(test)]
mod of_tests;

use std::ffi::{c_char, c_void};

/// The version of the binary interface.
pub const ATEMOYA_ABI_VERSION: u32 = 1;

/// What a call came to.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum atemoya_status {
    /// All went well.
    ATEMOYA_OK = 0,
    /// An argument makes no sense.
    ATEMOYA_INVALID_ARGUMENT = 1,
    /// A file is damaged.
    ATEMOYA_CORRUPT = 20,
}

/// Is told how far it is; returns false to stop.
pub type atemoya_progress = Option<unsafe extern "C" fn(data: *mut c_void, done: u64, total: u64) -> bool>;

/// The version of the library.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_abi_version() -> u32 {
    ATEMOYA_ABI_VERSION
}

/// The library's version, never freed.
///
/// A second paragraph with `code` and */ in it.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_version() -> *const c_char {
    c"0".as_ptr()
}
