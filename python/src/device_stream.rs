//! A stream of batches on a device, gathered ahead by worker threads and under way before they are
//! asked for.

use crate::device::{Delivery, Device};
use crate::device_batch::DeviceBatch;
use crate::error::OrRaise;
use crate::process_local::ProcessLocal;
use crate::stream::{LOOK, from_json, to_json};
use atemoya::PeakGenerator;
use atemoya::cuda::{DeviceBatches, DeviceLoader};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

/// A loader on a device: a `Stream` whose batches are there. It is of the process that made it.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct DeviceStream {
    /// Never locked while the interpreter's lock is waited for.
    loader: ProcessLocal<Mutex<DeviceLoader>>,
}

impl DeviceStream {
    pub(crate) fn new(
        py: Python<'_>,
        device: &Device,
        delivery: Delivery,
        generator: PeakGenerator,
    ) -> PyResult<DeviceStream> {
        let generator = delivery.of(device.get()?, generator)?;
        let loader = py.detach(|| generator.build()).or_raise()?;
        Ok(DeviceStream { loader: ProcessLocal::new(Mutex::new(loader)) })
    }

    /// Works with the loader, without the interpreter's lock.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut DeviceLoader) -> T + Send) -> PyResult<T> {
        let loader = self.loader.get("stream")?;
        Ok(py.detach(|| work(&mut loader.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

impl Drop for DeviceStream {
    fn drop(&mut self) {
        self.loader.drop_detached();
    }
}

#[pymethods]
impl DeviceStream {
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
        self.with(py, |loader| loader.resume(&state, more).map(DeviceBatches::detach))?.or_raise()
    }

    /// Where it stands after the last batch that was taken, as JSON.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        to_json(&self.with(py, |loader| loader.state())?)
    }

    /// Ends what is streamed.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, DeviceLoader::stop)
    }

    /// Batches of an epoch.
    fn batches_per_epoch(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |loader| loader.host().batches_per_epoch())
    }

    /// The next batch, or None at the end. When all slots of the device are held, that is an error;
    /// the next batch comes when one is free. There is no `_allocate`: the memory is the loader's.
    #[pyo3(signature = (_allocate=None))]
    fn next(&self, py: Python<'_>, _allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Option<DeviceBatch>> {
        loop {
            match self.with(py, |loader| loader.streaming().next_within(LOOK))?.or_raise()? {
                Poll::Ready(batch) => return Ok(batch.map(DeviceBatch::new)),
                Poll::Pending => py.check_signals()?,
            }
        }
    }
}
