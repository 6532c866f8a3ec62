//! The functions that the shared library exports: those of the driver, and those by which a test
//! asks the emulator.
//!
//! Each driver function does its work within one call of `calls::call`, which counts it and can
//! fail it.

#![allow(non_snake_case, reason = "the names are the driver's")]
#![allow(
    unsafe_code,
    reason = "exporting a function under a fixed name, and following pointers given to it, is unsafe by nature"
)]

pub mod copy;
pub mod device;
pub mod error;
pub mod event;
pub mod launch;
pub mod memory;
pub mod module;
pub mod probe;
pub mod stream;

use crate::codes::Code;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

/// Where a function puts its answer: a C pointer to memory that need not be initialized, or null.
pub type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Puts an answer where the caller wants it. Null is an invalid value.
fn give<T>(out: Out<'_, T>, value: T) -> Result<(), Code> {
    out.ok_or(Code::INVALID_VALUE)?.write(value);
    Ok(())
}

/// Returns a name that the caller gives; nothing for null.
///
/// # Safety
/// The pointer is null or that of a text that ends with a zero byte.
unsafe fn text(name: *const c_char) -> Option<String> {
    if name.is_null() {
        return None;
    }
    // SAFETY: it is not null, so by this function's contract it is a text with its end.
    let name = unsafe { CStr::from_ptr(name) };
    Some(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    /// Every exported function of the driver passes the gate under its own name.
    #[test]
    fn nothing_escapes_the_gate() {
        let sources = [
            include_str!("copy.rs"),
            include_str!("device.rs"),
            include_str!("error.rs"),
            include_str!("event.rs"),
            include_str!("launch.rs"),
            include_str!("memory.rs"),
            include_str!("module.rs"),
            include_str!("stream.rs"),
        ];
        let mut found = 0;
        for source in sources {
            for part in source.split("#[unsafe(no_mangle)]").skip(1) {
                let name = part.split_once("extern \"C\" fn ").unwrap().1;
                let name = name.split(['(', '<']).next().unwrap();
                assert!(part.contains(&format!("call(\"{name}\", Failing::")), "{name}");
                found += 1;
            }
        }
        assert!(found >= 45, "{found}");
    }
}
