//! The command `atemoya`, for the entry point that pip installs.

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the command with these arguments, without the program's name. Returns the exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| atemoya_tools::run(arguments))
}
