//! What the detectors found, in words: on standard error, and kept for the test to ask for.

#![allow(clippy::print_stderr, reason = "a finding must be seen even if the test that caused it never asks")]

use crate::guard;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Which detector found something. Its name stands in brackets at the start of the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detector {
    /// Page-locked memory changed between a copy's submission and its end.
    Checksum,
    /// The host wrote to page-locked memory that a copy may still read.
    Guard,
    /// Two accesses to device memory, one of them a write, in no order.
    Race,
    /// An access outside every allocation.
    Bounds,
    /// An access to an address that is no multiple of its size.
    Misaligned,
    /// Page-locked memory freed while a copy may still use it.
    FreedWhileCopied,
    /// A module unloaded while a launch of its kernels may still run.
    UnloadedWhileRunning,
    /// Device memory named in a call after it was freed.
    UseAfterFree,
    /// Memory freed that was not allocated, or freed before.
    DoubleFree,
    /// One byte written by two threads of a launch.
    DoubleWrite,
    /// One byte read by one thread of a launch and written by another.
    ReadWrite,
    /// A stream or an event used while another context than its own is current.
    WrongContext,
    /// A thread of a kernel that does not end.
    Endless,
    /// Nothing happens, and the host waits.
    Deadlock,
}

impl fmt::Display for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Detector::Checksum => "[checksum]",
            Detector::Guard => "[guard]",
            Detector::Race => "[race]",
            Detector::Bounds => "[bounds]",
            Detector::Misaligned => "[misaligned]",
            Detector::FreedWhileCopied => "[freed-while-copied]",
            Detector::UnloadedWhileRunning => "[unloaded-while-running]",
            Detector::UseAfterFree => "[use-after-free]",
            Detector::DoubleFree => "[double-free]",
            Detector::DoubleWrite => "[double-write]",
            Detector::ReadWrite => "[read-write]",
            Detector::WrongContext => "[wrong-context]",
            Detector::Endless => "[endless]",
            Detector::Deadlock => "[deadlock]",
        })
    }
}

/// What a line on standard error begins with when it is a finding.
pub(crate) const PREFIX: &str = "cuda-emu VIOLATION: ";

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Reports a violation of the driver's rules.
pub(crate) fn violation(detector: Detector, text: impl fmt::Display) {
    let line = format!("{detector} {text}");
    eprintln!("{PREFIX}{line}");
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).push(line);
}

/// Says something that is not a violation.
pub(crate) fn note(text: &str) {
    eprintln!("cuda-emu: {text}");
}

/// Returns how many violations there were, those that the signal handler counted included.
pub(crate) fn count() -> u64 {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).len() as u64 + guard::hits()
}

/// Returns all violations, one a line; those of the signal handler in one line, since it cannot
/// tell them apart.
pub(crate) fn texts() -> String {
    let mut lines = FOUND.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let hits = guard::hits();
    if hits > 0 {
        lines.push(format!("{} {} ({hits} times)", Detector::Guard, guard::MESSAGE));
    }
    lines.join("\n")
}

/// Forgets all violations.
pub(crate) fn clear() {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).clear();
    guard::forget_hits();
}
