//! The gate that every exported function of the driver passes: it counts the call and fails it if a
//! test wants that.

use crate::codes::Code;
use crate::config::config;
use crate::faults::Failure;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Which failures may be put upon an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    /// One for its name, and one for any.
    Any,
    /// Only one for its name: it cleans up, and a clean-up that fails is by itself a leak.
    ByName,
    /// None: it only explains codes.
    Never,
}

#[derive(Debug, Default)]
struct Calls {
    total: u64,
    of: HashMap<&'static str, u64>,
    failure: Option<Failure>,
}

/// Does what an entry point does, unless the call is to fail, and gives the driver's code.
pub(crate) fn call(name: &'static str, failing: Failing, body: impl FnOnce() -> Result<(), Code>) -> u32 {
    let failure = {
        let mut calls = calls();
        calls.total += 1;
        *calls.of.entry(name).or_insert(0) += 1;
        let failure = calls.failure.as_mut().filter(|_| failing != Failing::Never);
        failure.and_then(|failure| failure.due(name, failing == Failing::Any))
    };
    let result = match failure {
        Some(code) => Err(code),
        None => body(),
    };
    match result {
        Ok(()) => 0,
        Err(Code(code)) => code,
    }
}

/// Returns how many calls there were, of one entry point or of all.
pub(crate) fn count(name: Option<&str>) -> u64 {
    let calls = calls();
    match name {
        Some(name) => calls.of.get(name).copied().unwrap_or(0),
        None => calls.total,
    }
}

/// Sets or clears the failure to come.
pub(crate) fn fail(failure: Option<Failure>) {
    calls().failure = failure;
}

fn calls() -> MutexGuard<'static, Calls> {
    static CALLS: OnceLock<Mutex<Calls>> = OnceLock::new();
    let calls = CALLS.get_or_init(|| Mutex::new(Calls { failure: config().failure.clone(), ..Calls::default() }));
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}
