//! Batches on a device in Python, and the streams of consumers that use them.

#![allow(unsafe_code, reason = "streams of consumers come as numbers")]

use crate::batch::{column, shape};
use crate::error::OrRaise;
use crate::process_local::ProcessLocal;
use crate::tensor::{Owner, Tensor};
use atemoya::cuda::{self, Stream};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::sync::Arc;

/// The legacy default stream, as the library names it.
const LEGACY: isize = 0;

/// The owner of a batch's memory on a device, which the batch and its tensors keep. The memory is
/// used again when the last of these is dropped, after the work that its streams were given until
/// then.
pub(crate) struct DeviceMemory {
    batch: ProcessLocal<cuda::DeviceBatch>,
    ordinal: usize,
}

/// Reads the stream that a consumer passes by DLPack's protocol: `None` where it waits by itself.
fn stream_handle(stream: Option<&Bound<'_, PyAny>>) -> PyResult<Option<isize>> {
    let Some(stream) = stream else { return Ok(Some(LEGACY)) };
    let number = || PyTypeError::new_err("stream must be None or an integer");
    match stream.extract::<isize>().map_err(|_| number())? {
        -1 => Ok(None),
        0 => Err(PyValueError::new_err("stream: 0 is ambiguous: 1 is the legacy default stream")),
        1 => Ok(Some(LEGACY)),
        other if other < 0 => Err(PyValueError::new_err(format!("stream: there is no stream {other}"))),
        other => Ok(Some(other)),
    }
}

impl DeviceMemory {
    /// Returns the number of the device.
    pub(crate) fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn get(&self) -> PyResult<&cuda::DeviceBatch> {
        self.batch.get("batch")
    }

    /// Lets a consumer use the batch. Its stream is made to wait, unless the consumer waits by
    /// itself.
    pub(crate) fn hand_over(&self, py: Python<'_>, stream: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        match stream_handle(stream)? {
            None => self.get().map(|_| ()),
            Some(stream) => self.with(py, stream, cuda::DeviceBatch::wait_on),
        }
    }

    /// Calls `then` with the batch and a stream, without the interpreter's lock.
    fn with(
        &self,
        py: Python<'_>,
        stream: isize,
        then: impl FnOnce(&cuda::DeviceBatch, &Stream) -> atemoya::Result<()> + Send,
    ) -> PyResult<()> {
        let batch = self.get()?;
        let work = || {
            let raw = std::ptr::with_exposed_provenance_mut(stream.cast_unsigned());
            // SAFETY: by the protocol of DLPack, and by what `wait_on` asks of the user, it is a
            // stream of the device. It exists until the batch and all tensors of it are dropped, or
            // until the user has called `done_on` for it.
            let stream = unsafe { Stream::borrow(batch.stream().device(), raw) }?;
            then(batch, &stream)
        };
        py.detach(work).or_raise()
    }
}

/// A batch of examples on a device. Its memory is not used again while the batch, or anything made
/// of its columns, lives.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct DeviceBatch(Arc<DeviceMemory>);

impl DeviceBatch {
    pub(crate) fn new(batch: cuda::DeviceBatch) -> DeviceBatch {
        let ordinal = batch.stream().device().ordinal();
        DeviceBatch(Arc::new(DeviceMemory { batch: ProcessLocal::new(batch), ordinal }))
    }
}

#[pymethods]
impl DeviceBatch {
    /// Returns the number of examples: this rank's part of the batch.
    fn __len__(&self) -> PyResult<usize> {
        Ok(self.0.get()?.len())
    }

    /// Returns the epoch that the batch is of.
    #[getter]
    fn epoch(&self) -> PyResult<u64> {
        Ok(self.0.get()?.epoch())
    }

    /// Returns the batch's number in its epoch, the same on every rank.
    #[getter]
    fn index(&self) -> PyResult<u64> {
        Ok(self.0.get()?.index())
    }

    /// Returns the number of the device that the batch is on.
    #[getter]
    fn device(&self) -> usize {
        self.0.ordinal()
    }

    /// Returns the stream that the batch was delivered to, a `CUstream`. It is valid as long as the
    /// batch.
    #[getter]
    fn stream(&self) -> PyResult<usize> {
        Ok(self.0.get()?.stream().as_raw().expose_provenance())
    }

    /// Returns a column as a tensor, or None when batches do not have it.
    fn tensor(&self, name: &str) -> PyResult<Option<Tensor>> {
        let column = column(name)?;
        let tensor = self.0.get()?.column(column);
        let owner = || Owner::Device(Arc::clone(&self.0));
        let make = |tensor: cuda::DeviceTensor<'_>| {
            Tensor::new(owner(), tensor.pointer() as usize, tensor.dtype(), shape(column, tensor.shape()))
        };
        Ok(tensor.map(make))
    }

    /// Lets a stream, passed as to `__dlpack__`, use the batch. Work that it is given from now on
    /// begins when the batch is complete, and the memory is not used again before that work is
    /// done. The stream must be one of the device. It must exist until the batch and its tensors
    /// are dropped, or until `done_on` is called for it.
    fn wait_on(&self, py: Python<'_>, stream: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        self.0.hand_over(py, stream)
    }

    /// Declares that a stream is done with the batch: work that it is given from now on does not
    /// use the batch, and the stream may be destroyed.
    fn done_on(&self, py: Python<'_>, stream: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        match stream_handle(stream)? {
            None => Ok(()),
            Some(stream) => self.0.with(py, stream, cuda::DeviceBatch::done_on),
        }
    }
}
