//! A stream of batches, gathered ahead by worker threads.

use crate::batch::Batch;
use crate::dataset::buffer;
use crate::error::OrRaise;
use crate::memory::Buffer;
use crate::process_local::ProcessLocal;
use atemoya::feed::{self, Loader, State};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How often somebody who waits for a batch looks for Ctrl-C.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// A loader. It is of the process that made it: a forked one has no threads that would gather.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Stream {
    /// Never locked while the interpreter's lock is waited for.
    loader: ProcessLocal<Mutex<Loader>>,
    /// Memory for the next batch, that an interrupted wait has left.
    spare: Mutex<Option<Buffer>>,
}

/// A state as Python keeps it.
pub(crate) fn to_json(state: &State) -> PyResult<String> {
    serde_json::to_string(state).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

/// A state that Python has kept.
pub(crate) fn from_json(state: &str) -> PyResult<State> {
    serde_json::from_str(state).map_err(|error| PyValueError::new_err(format!("state: {error}")))
}

impl Stream {
    pub(crate) fn new(loader: Loader) -> Stream {
        Stream { loader: ProcessLocal::new(Mutex::new(loader)), spare: Mutex::default() }
    }

    /// Works with the loader, without the interpreter's lock.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&Loader) -> T + Send) -> PyResult<T> {
        let loader = self.loader.get("stream")?;
        Ok(py.detach(|| work(&loader.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

#[pymethods]
impl Stream {
    /// Whether this process made it, so that it can be used here.
    fn usable(&self) -> bool {
        self.loader.is_usable()
    }

    /// Begins some consecutive epochs, in place of whatever was streamed.
    fn epochs(&self, py: Python<'_>, first: u64, count: u64) -> PyResult<()> {
        self.with(py, |loader| loader.epochs(first, count).detach())
    }

    /// Begins where a state says, and streams the rest of its epoch and `more` after it.
    fn resume(&self, py: Python<'_>, state: &str, more: u64) -> PyResult<()> {
        let state = from_json(state)?;
        self.with(py, |loader| loader.resume(&state, more).map(atemoya::feed::Batches::detach))?.or_raise()
    }

    /// Where it stands after the last batch that was taken, as JSON.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        to_json(&self.with(py, |loader| loader.state())?)
    }

    /// Ends what is streamed.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |loader| loader.stop())
    }

    /// Batches of an epoch.
    fn batches_per_epoch(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |loader| loader.batches_per_epoch())
    }

    /// The next batch, or None at the end. With `allocate`, as in `Dataset.stream`, the batch keeps
    /// its memory and the stream gets new; without, it does so when it holds the last slot there
    /// is, so that any number of batches may be kept.
    #[pyo3(signature = (allocate=None))]
    fn next(&self, py: Python<'_>, allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Batch>> {
        // Before a batch is taken: where there is no memory, none is lost.
        let mut memory = allocate.map(|allocate| self.memory(py, allocate)).transpose()?;
        let exchanged = memory.is_some();
        let taken = self.take(py, exchanged, &mut memory);
        if let Some(memory) = memory {
            *self.spare() = Some(memory);
        }
        taken?.map(Batch::new).transpose()
    }
}

impl Stream {
    /// The next batch, which keeps its memory where it was given other, or when it is in the last
    /// slot.
    fn take(&self, py: Python<'_>, exchanged: bool, memory: &mut Option<Buffer>) -> PyResult<Option<feed::Batch>> {
        loop {
            let next = |loader: &Loader| {
                let mut next = loader.streaming().next_within(LOOK)?;
                if let Poll::Ready(Some(batch)) = &mut next {
                    if let Some(memory) = memory.take() {
                        batch.keep_in(|_| Ok(memory))?;
                    } else if !exchanged && loader.leased() == loader.slots() {
                        batch.keep()?;
                    }
                }
                Ok(next)
            };
            match self.with(py, next)?.or_raise()? {
                Poll::Ready(batch) => return Ok(batch),
                Poll::Pending => py.check_signals()?,
            }
        }
    }

    /// Memory for a batch: what a wait has left that was interrupted, or new.
    fn memory(&self, py: Python<'_>, allocate: &Bound<'_, PyAny>) -> PyResult<Buffer> {
        if let Some(memory) = self.spare().take() {
            return Ok(memory);
        }
        buffer(allocate, self.with(py, |loader| loader.layout().bytes())?)
    }

    fn spare(&self) -> MutexGuard<'_, Option<Buffer>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.loader.drop_detached();
    }
}
