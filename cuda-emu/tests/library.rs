//! The shared library, as a test of another crate loads it.

#![allow(unsafe_code, reason = "opening a library and calling what it exports is unsafe by nature")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::ffi::{CStr, CString, c_void};
use std::path::PathBuf;
use std::ptr;

/// Returns the library that was built with this test.
fn path() -> PathBuf {
    let directory = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    directory.join("libcuda_emu.so")
}

fn open(name: &CStr, flags: i32) -> *mut c_void {
    // SAFETY: the name ends with a zero byte; the library runs no code of its own when it is
    // loaded.
    unsafe { libc::dlopen(name.as_ptr(), flags) }
}

fn symbol(library: *mut c_void, name: &str) -> *mut c_void {
    let name = CString::new(name).unwrap();
    // SAFETY: the handle is that of an open library, and the name ends with a zero byte.
    unsafe { libc::dlsym(library, name.as_ptr()) }
}

#[test]
fn who_opens_the_driver_gets_it() {
    let path = CString::new(path().to_str().unwrap()).unwrap();
    let library = open(&path, libc::RTLD_NOW);
    assert!(!library.is_null(), "{path:?}");
    assert_eq!(open(c"libcuda.so", libc::RTLD_NOW | libc::RTLD_NOLOAD), library);

    let sources = ["copy", "device", "error", "event", "launch", "memory", "module", "probe", "stream"];
    let sources = sources.map(|name| {
        let path = format!("{}/src/entry/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let exported = sources.iter().flat_map(|source| source.split("#[unsafe(no_mangle)]").skip(1));
    let names = exported.map(|part| {
        let rest = part.split_once("extern \"C\" fn ").unwrap().1;
        rest.split(['(', '<']).next().unwrap().to_owned()
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() > 50, "{names:?}");
    for name in &names {
        assert!(!symbol(library, name).is_null(), "{name}");
    }

    type Init = extern "C" fn(u32) -> u32;
    type Calls = unsafe extern "C" fn(*const i8) -> u64;
    // SAFETY: these are the signatures of the exported functions.
    let init = unsafe { std::mem::transmute::<*mut c_void, Init>(symbol(library, "cuInit")) };
    // SAFETY: as above.
    let calls = unsafe { std::mem::transmute::<*mut c_void, Calls>(symbol(library, "cuEmuCalls")) };
    assert_eq!(init(0), 0);
    // SAFETY: null stands for all calls.
    assert_eq!(unsafe { calls(ptr::null()) }, 1);
}
