//! Machines without a driver, without a device, or with a library that is not a driver: an error,
//! and no panic.

use super::emulator::{self, Emulator};
use super::matrix::say;
use super::program::again;
use crate::Error;
use crate::cuda::Device;

/// Opens a device in a separate process with these settings, and returns its output.
fn open(settings: &[(&str, String)]) -> String {
    let output = again("absence::child", settings);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = text.lines().find_map(|line| line.split_once("OPENED ").map(|(_, said)| said.to_owned()));
    said.unwrap_or_else(|| panic!("{}: {text}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

#[test]
#[ignore = "is run by other tests, in a process of its own"]
fn child() {
    let _emulator = std::env::var_os("ATEMOYA_EMULATOR").map(|_| Emulator::load());
    let ordinal = std::env::var("ATEMOYA_ORDINAL").map_or(0, |text| text.parse().unwrap());
    for _ in 0..2 {
        match Device::open(ordinal) {
            Ok(device) => println!("OPENED ok {} {}", device.ordinal(), device.name().unwrap()),
            Err(Error::NoDriver { reason }) => println!("OPENED no driver: {reason}"),
            Err(Error::NoDevice { ordinal, reason }) => println!("OPENED no device {ordinal}: {reason}"),
            Err(error) => println!("OPENED {error}"),
        }
    }
}

fn emulated(settings: &[(&'static str, &str)]) -> String {
    let mut all = vec![("ATEMOYA_EMULATOR", String::new())];
    all.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    open(&all)
}

#[test]
fn without_a_driver_it_says_so() {
    let said = open(&[]);
    if said.starts_with("ok") {
        say("skipped: this machine has a driver and a device, so that their absence cannot be shown");
        return;
    }
    assert!(said.starts_with("no driver: ") || said.starts_with("no device 0: "), "{said}");
}

#[test]
fn without_a_device_or_without_this_one_it_says_so() {
    assert!(emulated(&[("CUDA_EMU_DEVICES", "0")]).starts_with("no device 0: "));
    assert_eq!(
        emulated(&[("CUDA_EMU_DEVICES", "2"), ("ATEMOYA_ORDINAL", "2")]),
        "no device 2: there are 2, and their numbers start at 0"
    );
    assert!(emulated(&[("CUDA_EMU_DEVICES", "2"), ("ATEMOYA_ORDINAL", "1")]).starts_with("ok 1 "));
    let stub = emulated(&[("CUDA_EMU_FAIL", "cuDriverGetVersion:1:34")]);
    assert!(stub.starts_with("no driver: it does not report its version: "), "{stub}");
    let busy = emulated(&[("CUDA_EMU_FAIL", "cuDevicePrimaryCtxRetain:1:999")]);
    assert!(busy.starts_with("cannot retain the primary context of the device: CUDA_ERROR_UNKNOWN"), "{busy}");
}

/// A library with the driver's name that is not a driver.
#[test]
fn a_library_that_is_no_driver_is_none() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let other = maps.lines().find_map(|line| line.split_once('/').filter(|(_, path)| path.contains("libgcc_s")));
    let other = format!("/{}", other.expect("the unwinder is a library").1);
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(other, directory.path().join("libcuda.so")).unwrap();
    let path = directory.path().display().to_string();
    let said = open(&[("LD_LIBRARY_PATH", path)]);
    assert!(said.starts_with("no driver: the library libcuda.so has no function cu"), "{said}");
    // The emulator with that name is a driver.
    std::fs::copy(emulator::path(), directory.path().join("libcuda.so")).unwrap();
    assert!(open(&[("LD_LIBRARY_PATH", directory.path().display().to_string())]).starts_with("ok 0 "));
}
