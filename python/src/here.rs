//! What is of one process: its threads, and the driver's memory, are not there in a process that
//! was forked from it.

#![allow(unsafe_code, reason = "whether a value is dropped depends on the process")]

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::mem::ManuallyDrop;

/// A value that only the process which made it may look at, and drop.
pub(crate) struct Here<T> {
    /// None once it was taken.
    value: ManuallyDrop<Option<T>>,
    process: u32,
}

impl<T> Here<T> {
    pub(crate) fn new(value: T) -> Here<T> {
        Here { value: ManuallyDrop::new(Some(value)), process: std::process::id() }
    }

    /// Whether this process made it.
    pub(crate) fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// The value; `name` is what an error calls it.
    pub(crate) fn get(&self, name: &str) -> PyResult<&T> {
        let value = self.value.as_ref().filter(|_| self.is_here());
        value.ok_or_else(|| {
            PyRuntimeError::new_err(format!("the {name} is of the process that this one was forked from"))
        })
    }
}

impl<T: Send> Here<T> {
    /// Drops the value now, without the interpreter's lock: for one whose threads are waited for.
    pub(crate) fn end(&mut self) {
        if !self.is_here() {
            return;
        }
        let mut value = self.value.take();
        // At the interpreter's end there may be no way to it any more; then nobody waits for its
        // lock either.
        let _ = Python::try_attach(|py| py.detach(|| drop(value.take())));
        drop(value);
    }
}

impl<T> Drop for Here<T> {
    fn drop(&mut self) {
        // In a forked process there are no threads to wait for, locks may be held for ever by one
        // that is not there, and the driver must not be called.
        if self.is_here() {
            // SAFETY: it is not used again, since this is being dropped itself.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
