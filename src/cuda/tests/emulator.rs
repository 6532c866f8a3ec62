//! The emulator in this process: loads it in place of the driver, and reads its report.

use std::ffi::{CString, c_char};
use std::path::PathBuf;

/// The emulator, loaded with the name by which `cudarc` finds the driver.
pub(super) struct Emulator(libloading::Library);

/// The objects of the driver that are alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Live {
    pub(super) device_allocations: u64,
    pub(super) device_bytes: u64,
    pub(super) page_locked: u64,
    pub(super) page_locked_bytes: u64,
    pub(super) events: u64,
    pub(super) streams: u64,
    pub(super) modules: u64,
    pub(super) contexts: u64,
}

/// Returns the path of the emulator, which cargo puts beside this test.
pub(super) fn path() -> PathBuf {
    let path = std::env::current_exe().unwrap().with_file_name("libcuda_emu.so");
    assert!(path.exists(), "{} is missing", path.display());
    path
}

impl Emulator {
    /// Loads the emulator. This process must not have called the driver before.
    pub(super) fn load() -> Emulator {
        // SAFETY: the emulator does nothing when it is loaded.
        Emulator(unsafe { libloading::Library::new(path()) }.unwrap())
    }

    fn number(&self, name: &str) -> u64 {
        // SAFETY: the functions that are looked up here take nothing and return a number.
        let function = unsafe { self.0.get::<extern "C" fn() -> u64>(name.as_bytes()) }.unwrap();
        function()
    }

    fn numbers(&self, name: &str) -> [u64; 8] {
        let mut numbers = [0; 8];
        // SAFETY: the functions that are looked up here have this type.
        let function = unsafe { self.0.get::<unsafe extern "C" fn(*mut u64, usize)>(name.as_bytes()) }.unwrap();
        // SAFETY: there is room for 8.
        unsafe { function(numbers.as_mut_ptr(), numbers.len()) };
        numbers
    }

    /// Returns the number of violations of the driver's rules.
    pub(super) fn violations(&self) -> u64 {
        self.number("cuEmuViolations")
    }

    /// Returns the detectors that found them, each once.
    pub(super) fn detectors(&self) -> Vec<String> {
        type Text = unsafe extern "C" fn(*mut c_char, usize) -> usize;
        // SAFETY: the function has this type.
        let function = unsafe { self.0.get::<Text>(b"cuEmuViolationText") }.unwrap();
        let mut text = vec![0u8; 1 << 20];
        // SAFETY: there is room for as many bytes.
        unsafe { function(text.as_mut_ptr().cast(), text.len()) };
        let text = String::from_utf8_lossy(&text);
        let tags = text.lines().filter_map(|line| line.split_once('[')?.1.split_once(']'));
        let mut tags: Vec<String> = tags.map(|(tag, _)| tag.to_owned()).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    /// Returns the number of copies to the device from memory that is not page-locked.
    pub(super) fn pageable_copies(&self) -> u64 {
        self.numbers("cuEmuStats")[4]
    }

    pub(super) fn live(&self) -> Live {
        let [device_allocations, device_bytes, page_locked, page_locked_bytes, events, streams, modules, contexts] =
            self.numbers("cuEmuLive");
        Live { device_allocations, device_bytes, page_locked, page_locked_bytes, events, streams, modules, contexts }
    }

    /// Returns how often this thread may have waited for the device.
    pub(super) fn host_waits(&self) -> u64 {
        self.number("cuEmuHostWaits")
    }

    /// Returns the number of calls of a function of the driver, or of all functions.
    pub(super) fn calls(&self, name: Option<&str>) -> u64 {
        let name = name.map(|name| CString::new(name).unwrap());
        // SAFETY: the function has this type.
        let function = unsafe { self.0.get::<unsafe extern "C" fn(*const c_char) -> u64>(b"cuEmuCalls") }.unwrap();
        // SAFETY: the name is null or a text that ends with a zero byte.
        unsafe { function(name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr())) }
    }

    /// Makes the `nth` call from now of a function of the driver, or of any function, fail; 0 for
    /// none.
    pub(super) fn fail(&self, name: Option<&str>, nth: u64, code: u32) {
        type Fail = unsafe extern "C" fn(*const c_char, u64, u32);
        let name = name.map(|name| CString::new(name).unwrap());
        // SAFETY: the function has this type.
        let function = unsafe { self.0.get::<Fail>(b"cuEmuFail") }.unwrap();
        // SAFETY: the name is null or a text that ends with a zero byte.
        unsafe { function(name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr()), nth, code) };
    }
}
