//! Streams of batches, on the host or on a device, gathered ahead by worker threads.

use crate::batch::Batch;
use crate::dataset::buffer;
use crate::device_batch::DeviceBatch;
use crate::error::OrRaise;
use crate::memory::Buffer;
use crate::process_local::ProcessLocal;
use atemoya::cuda::{AnyBatch, AnyLoader, StreamSpec};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How often a thread that waits for a batch checks for Ctrl-C.
const INTERRUPT_CHECK: Duration = Duration::from_millis(100);

/// A batch of either kind, as Python gets it.
#[expect(clippy::large_enum_variant, reason = "it is moved to Python at once")]
#[derive(IntoPyObject)]
pub(crate) enum PyBatch {
    Host(Batch),
    Device(DeviceBatch),
}

/// What streams on the host and on a device have in common: a loader of this process. A forked
/// process has no threads that would gather.
struct LocalLoader {
    loader: ProcessLocal<AnyLoader>,
    /// Memory for the next batch, which an interrupted wait has left.
    spare: Mutex<Option<Buffer>>,
}

impl LocalLoader {
    fn new(loader: AnyLoader) -> LocalLoader {
        LocalLoader { loader: ProcessLocal::new(loader), spare: Mutex::default() }
    }

    /// Works with the loader, without the interpreter's lock.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&AnyLoader) -> T + Send) -> PyResult<T> {
        let loader = self.loader.get("stream")?;
        Ok(py.detach(|| work(loader)))
    }

    fn begin(&self, py: Python<'_>, stream: StreamSpec) -> PyResult<()> {
        self.with(py, |loader| loader.begin(stream))?.or_raise()
    }

    fn resume(&self, py: Python<'_>, state: &str, further_epochs: u64) -> PyResult<()> {
        let state = serde_json::from_str(state).map_err(|error| PyValueError::new_err(format!("state: {error}")))?;
        self.begin(py, StreamSpec::Resume { state, further_epochs })
    }

    fn state(&self, py: Python<'_>) -> PyResult<String> {
        let state = self.with(py, AnyLoader::state)?;
        serde_json::to_string(&state).map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }

    fn batches_per_epoch(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |loader| loader.host().batches_per_epoch())
    }

    fn next(&self, py: Python<'_>, allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Option<PyBatch>> {
        // Allocated before a batch is taken: where there is no memory, no batch is lost.
        let mut memory = allocate.map(|allocate| self.memory(py, allocate)).transpose()?;
        let taken = self.take(py, &mut memory);
        if let Some(memory) = memory {
            *self.spare() = Some(memory);
        }
        Ok(match taken? {
            None => None,
            Some(AnyBatch::Host(batch)) => Some(PyBatch::Host(Batch::new(batch)?)),
            Some(AnyBatch::Device(batch)) => Some(PyBatch::Device(DeviceBatch::new(batch))),
        })
    }

    /// Takes the next batch. On the host, a batch keeps its memory where `memory` is given in
    /// exchange, or when it is in the last free slot.
    fn take(&self, py: Python<'_>, memory: &mut Option<Buffer>) -> PyResult<Option<AnyBatch>> {
        let exchanged = memory.is_some();
        loop {
            let next = |loader: &AnyLoader| {
                let mut next = loader.next_within(INTERRUPT_CHECK)?;
                if let Poll::Ready(Some(AnyBatch::Host(batch))) = &mut next {
                    if let Some(memory) = memory.take() {
                        batch.keep_in(|_| Ok(memory))?;
                    } else if !exchanged && loader.host().leased() == loader.host().slots() {
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

    /// Returns memory for a batch: what an interrupted wait has left, or new memory.
    fn memory(&self, py: Python<'_>, allocate: &Bound<'_, PyAny>) -> PyResult<Buffer> {
        if let Some(memory) = self.spare().take() {
            return Ok(memory);
        }
        buffer(allocate, self.with(py, |loader| loader.host().layout().bytes())?)
    }

    fn spare(&self) -> MutexGuard<'_, Option<Buffer>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LocalLoader {
    fn drop(&mut self) {
        self.loader.drop_detached();
    }
}

/// A stream of batches in the memory of the host. Only the process that made it may use it.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Stream(LocalLoader);

/// A stream of batches in the memory of a device. Only the process that made it may use it.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct DeviceStream(LocalLoader);

/// Writes the methods of a class of streams. PyO3 wants them written for each class.
macro_rules! stream_methods {
    ($($class:ident),*) => {$(
        impl $class {
            pub(crate) fn new(loader: AnyLoader) -> $class {
                $class(LocalLoader::new(loader))
            }
        }

        #[pymethods]
        impl $class {
            /// Returns whether this process made the stream. No other process may use it.
            fn usable(&self) -> bool {
                self.0.loader.is_usable()
            }

            /// Begins `count` consecutive epochs, from `first` on. A stream that was begun before
            /// ends.
            fn epochs(&self, py: Python<'_>, first: u64, count: u64) -> PyResult<()> {
                self.0.begin(py, StreamSpec::Epochs { first, count })
            }

            /// Begins after the batch of a saved state: the rest of its epoch, then
            /// `further_epochs` whole epochs.
            fn resume(&self, py: Python<'_>, state: &str, further_epochs: u64) -> PyResult<()> {
                self.0.resume(py, state, further_epochs)
            }

            /// Returns the state after the last batch that was taken, as JSON.
            fn state(&self, py: Python<'_>) -> PyResult<String> {
                self.0.state(py)
            }

            /// Ends the stream that was begun.
            fn stop(&self, py: Python<'_>) -> PyResult<()> {
                self.0.with(py, AnyLoader::stop)
            }

            /// Returns how many batches an epoch has.
            fn batches_per_epoch(&self, py: Python<'_>) -> PyResult<usize> {
                self.0.batches_per_epoch(py)
            }

            /// Takes the next batch; None at the end.
            ///
            /// On the host, the batch keeps its memory if `allocate`, as in `Dataset.stream`, gives
            /// the stream new memory. Without `allocate`, it keeps its memory when it is in the
            /// last free slot, so that any number of batches may be kept.
            ///
            /// On a device, the memory is the loader's, and `allocate` must be None. While all
            /// slots of the device are leased, this raises an error; the next batch comes when one
            /// is free.
            #[pyo3(signature = (allocate=None))]
            fn next(&self, py: Python<'_>, allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Option<PyBatch>> {
                self.0.next(py, allocate)
            }
        }
    )*};
}

stream_methods!(Stream, DeviceStream);
