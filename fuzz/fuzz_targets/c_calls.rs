//! Random calls of the C interface.
#![no_main]

#[path = "../calls/mod.rs"]
mod calls;

use calls::{Files, Tally};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FILES: LazyLock<Files> = LazyLock::new(Files::new);

fuzz_target!(|data: &[u8]| calls::run(data, &FILES, &mut Tally::new()));
