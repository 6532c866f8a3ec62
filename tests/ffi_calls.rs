//! Random calls of the C interface, by the driver of the fuzz target `c_calls`, keep what the
//! header promises.
#![cfg(all(feature = "ffi", feature = "ingest"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "../fuzz/calls/mod.rs"]
mod calls;

use calls::{Files, Tally};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = include_str!("../include/atemoya.h");
    let lines = header.lines().filter(|line| !line.starts_with([' ', '/', '#', '}']) && !line.starts_with("typedef"));
    let name = |line: &str| {
        let start = line.find("atemoya_").filter(|_| line.contains('('))?;
        let before = line.find('(')?;
        Some(line[..before].rsplit([' ', '*']).next().unwrap().to_owned()).filter(|_| start < before)
    };
    lines.filter_map(name).collect()
}

/// Functions that cannot succeed without a device.
const NEVER_SUCCEED: [&str; 6] = [
    "atemoya_batch_done_on",
    "atemoya_batch_stream",
    "atemoya_batch_wait_on",
    "atemoya_device_count",
    "atemoya_error_driver_code",
    "atemoya_loader_next_on",
];

/// Functions that cannot fail.
const NEVER_FAIL: [&str; 5] =
    ["atemoya_abi_revision", "atemoya_abi_version", "atemoya_has_cuda", "atemoya_live_handles", "atemoya_version"];

#[test]
fn random_calls_keep_the_headers_promises() {
    let files = Files::new();
    let tally = RefCell::new(Tally::new());
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    // The same bytes on every run, so that they always reach the same functions, checked below.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&vec(any::<u8>(), 0..2000), |data| {
        calls::run(&data, &files, &mut tally.borrow_mut());
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let tally = tally.into_inner();
    let called: BTreeSet<String> = tally.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(called, declared());
    for (name, (done, failed)) in tally {
        assert!(done > 0 || NEVER_SUCCEED.contains(&name), "{name} never succeeded");
        assert!(failed > 0 || NEVER_FAIL.contains(&name), "{name} never failed");
    }
}
