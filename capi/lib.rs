//! The library for C: the functions of [`atemoya::ffi`], and nothing else. It is a crate of its
//! own, so that a user of the library from Rust does not build it too.

pub use atemoya::ffi::*;
