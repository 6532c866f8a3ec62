//! A scenario: a program in a separate process, with settings of the emulator, and its outcome.

use super::emulator::{Emulator, Live};
use super::programs::PROGRAMS;
use crate::cuda::device::Device;
use crate::cuda::driver::FUNCTIONS;
use std::process::{Command, Output};
use std::time::Duration;

/// The outcome of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The number of wrong batches.
    pub(super) wrong: u64,
    pub(super) violations: u64,
    pub(super) detectors: Vec<String>,
    /// The number of copies to the device from memory that is not page-locked.
    pub(super) pageable: u64,
    /// Whether an object of the driver was left.
    pub(super) leaked: bool,
    /// How often the consumer's thread may have waited for the device while it took and dropped
    /// batches.
    pub(super) host_waits: u64,
    /// The bytes of an example on the bus, for each transfer that the program tried.
    pub(super) bytes_per_example: Vec<usize>,
    /// How the process failed, if it did.
    pub(super) failure: Option<String>,
}

impl Outcome {
    /// Returns whether there was no failure of any kind.
    pub(super) fn is_clean(&self) -> bool {
        *self == Outcome::default()
    }
}

/// Runs an ignored test of this module in a separate process, with these settings.
pub(super) fn again(test: &str, settings: &[(&str, String)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("cuda::tests::{test}"), "--exact", "--ignored", "--nocapture"]);
    command.env("CUDA_EMU_DELAY", "300").env("CUDA_EMU_DEVICES", "2").envs(settings.iter().cloned());
    command.output().unwrap()
}

/// Runs a program in a separate process, with these settings.
pub(super) fn run(program: &str, settings: &[(&str, String)]) -> Outcome {
    let mut settings = settings.to_vec();
    settings.push(("ATEMOYA_PROGRAM", program.to_owned()));
    let output = again("program::child", &settings);
    let text = String::from_utf8_lossy(&output.stdout);
    let Some(line) = text.lines().find_map(|line| line.split_once("OUTCOME ").map(|(_, line)| line)) else {
        let error = String::from_utf8_lossy(&output.stderr);
        let failure = format!("{}\n{text}\n{error}", output.status);
        return Outcome { failure: Some(failure), ..Outcome::default() };
    };
    let mut outcome = Outcome::default();
    for field in line.split(' ') {
        let (key, value) = field.split_once('=').unwrap();
        match key {
            "wrong" => outcome.wrong = value.parse().unwrap(),
            "violations" => outcome.violations = value.parse().unwrap(),
            "pageable" => outcome.pageable = value.parse().unwrap(),
            "host_waits" => outcome.host_waits = value.parse().unwrap(),
            "leaked" => outcome.leaked = value == "true",
            "bytes_per_example" => outcome.bytes_per_example = value.split(',').map(|n| n.parse().unwrap()).collect(),
            "detectors" => outcome.detectors = value.split(',').filter(|tag| !tag.is_empty()).map(Into::into).collect(),
            other => panic!("{other}"),
        }
    }
    if !output.status.success() {
        outcome.failure = Some(output.status.to_string());
    }
    outcome
}

/// The result of a program.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) wrong: usize,
    pub(super) host_waits: u64,
    pub(super) bytes_per_example: Vec<usize>,
}

/// Functions of the driver that only these tests call.
const TESTS_OWN: [&str; 2] = ["cuCtxSynchronize", "cuMemcpyDtoDAsync_v2"];

#[test]
#[ignore = "is run by other tests, in a process of its own"]
fn child() {
    let name = std::env::var("ATEMOYA_PROGRAM").expect("the test that runs this says which program");
    let (_, program) = PROGRAMS.into_iter().find(|(known, _)| *known == name).unwrap();
    std::thread::spawn(|| {
        // Longer than any program takes.
        std::thread::sleep(Duration::from_secs(500));
        std::process::abort();
    });
    let emulator = Emulator::load();
    let done = program(&emulator);
    // The remaining work of destroyed streams. A lost device has none.
    if let Ok(device) = Device::open(0) {
        let _entered = device.enter();
        let _ = cudarc::driver::result::ctx::synchronize();
    }
    // If a driver lacked a function that the list misses, its call would panic.
    let listed: u64 = FUNCTIONS.into_iter().chain(TESTS_OWN).map(|name| emulator.calls(Some(name))).sum();
    assert_eq!(listed, emulator.calls(None), "all functions of the driver that are called are listed");
    let sizes: Vec<String> = done.bytes_per_example.iter().map(ToString::to_string).collect();
    println!(
        "OUTCOME wrong={} violations={} pageable={} host_waits={} leaked={} detectors={}{}{}",
        done.wrong,
        emulator.violations(),
        emulator.pageable_copies(),
        done.host_waits,
        emulator.live() != Live::default(),
        emulator.detectors().join(","),
        if sizes.is_empty() { "" } else { " bytes_per_example=" },
        sizes.join(",")
    );
}
