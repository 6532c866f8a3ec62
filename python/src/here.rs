//! What is of one process: its threads, and the driver's memory, are not there in a process that was forked from it.

#![allow(unsafe_code, reason = "whether a value is dropped depends on the process")]

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::mem::ManuallyDrop;

/// A value that only the process which made it may look at, and drop.
pub(crate) struct Here<T> {
    value: ManuallyDrop<T>,
    process: u32,
}

impl<T> Here<T> {
    pub(crate) fn new(value: T) -> Here<T> {
        Here { value: ManuallyDrop::new(value), process: std::process::id() }
    }

    /// Whether this process made it.
    pub(crate) fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// The value; `name` is what an error calls it.
    pub(crate) fn get(&self, name: &str) -> PyResult<&T> {
        if !self.is_here() {
            let message = format!("the {name} is of the process that this one was forked from");
            return Err(PyRuntimeError::new_err(message));
        }
        Ok(&self.value)
    }
}

impl<T> Drop for Here<T> {
    fn drop(&mut self) {
        // In a forked process there are no threads to wait for, locks may be held for ever by one that is not there, and the driver
        // must not be called.
        if self.is_here() {
            // SAFETY: it is not used again, since this is being dropped itself.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
