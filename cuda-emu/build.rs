//! Gives the shared library the driver's SONAME: a process that has opened the file by its path
//! gets it again when it opens `libcuda.so`, because the C library knows what is loaded by that
//! name.

#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

fn main() {
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcuda.so");
    println!("cargo:rerun-if-changed=build.rs");
}
