//! Values that only the process which made them may use. A forked process does not have the threads
//! of its parent, nor the memory of the CUDA driver.

#![allow(unsafe_code, reason = "whether a value is dropped depends on the process")]

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::mem::ManuallyDrop;

/// A value that only the process which made it may use and drop.
pub(crate) struct ProcessLocal<T> {
    /// `None` after [`ProcessLocal::drop_detached`].
    value: ManuallyDrop<Option<T>>,
    process: u32,
}

impl<T> ProcessLocal<T> {
    pub(crate) fn new(value: T) -> ProcessLocal<T> {
        ProcessLocal { value: ManuallyDrop::new(Some(value)), process: std::process::id() }
    }

    /// Returns whether this process made the value.
    pub(crate) fn is_usable(&self) -> bool {
        self.process == std::process::id()
    }

    /// Returns the value, or an error in a forked process. `name` is what the error calls the
    /// value.
    pub(crate) fn get(&self, name: &str) -> PyResult<&T> {
        let value = self.value.as_ref().filter(|_| self.is_usable());
        value.ok_or_else(|| {
            let message = format!(
                "the {name} belongs to the process that this one was forked from: make another one in this process"
            );
            PyRuntimeError::new_err(message)
        })
    }
}

impl<T: Send> ProcessLocal<T> {
    /// Drops the value now, without the interpreter's lock, which the threads of the value may wait
    /// for before they end.
    pub(crate) fn drop_detached(&mut self) {
        if !self.is_usable() {
            return;
        }
        let mut value = self.value.take();
        // While the interpreter shuts down it may not be attached. Then no thread waits for its
        // lock either.
        let _ = Python::try_attach(|py| py.detach(|| drop(value.take())));
        drop(value);
    }
}

impl<T> Drop for ProcessLocal<T> {
    fn drop(&mut self) {
        // A forked process must not drop the value: there are no threads to join, a lock may be
        // held for ever by a thread that is not there, and the driver must not be called.
        if self.is_usable() {
            // SAFETY: the value is not used again, since this is being dropped itself.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
