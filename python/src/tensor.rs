//! Columns of batches as tensors, without a copy: for numpy by its array interface, for other
//! libraries by DLPack.

#![allow(unsafe_code, reason = "capsules of DLPack hold pointers")]

use crate::array::type_string;
use crate::batch::HostMemory;
use crate::device_batch::DeviceMemory;
use atemoya::DType;
use atemoya::dlpack::{self, DLManagedTensor, DLManagedTensorVersioned, View};
use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi::{PyCapsule_GetPointer, PyCapsule_IsValid, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyTuple};
use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

const VERSIONED: &CStr = c"dltensor_versioned";
const UNVERSIONED: &CStr = c"dltensor";

/// `kDLCPU`.
const HOST: i32 = 1;

/// `kDLCUDA`.
const CUDA: i32 = 2;

/// The owner of a tensor's memory.
#[derive(Clone)]
pub(crate) enum Owner {
    Host(#[expect(dead_code, reason = "it keeps the memory and is not read")] Arc<HostMemory>),
    Device(Arc<DeviceMemory>),
}

/// A column of a batch: an array in C order.
///
/// It keeps the memory of its batch, which does not change while the tensor, or an array made of
/// it, lives. ``numpy.asarray(tensor)``, ``torch.from_dlpack(tensor)`` and
/// ``jax.dlpack.from_dlpack(tensor)`` make arrays of it without a copy; on a device, DLPack alone
/// does. :meth:`Batch.tensor` returns one.
///
/// Examples
/// --------
/// >>> import atemoya, numpy
/// >>> tensor = next(iter(atemoya.Loader("demo.atemoya"))).tensor("signal")
/// >>> numpy.asarray(tensor).shape
/// (32, 2, 1000)
#[pyclass(frozen, module = "atemoya")]
pub(crate) struct Tensor {
    owner: Owner,
    address: usize,
    dtype: DType,
    shape: Vec<usize>,
}

impl Tensor {
    /// Makes a tensor at an address in memory that `owner` keeps.
    pub(crate) fn new(owner: Owner, address: usize, dtype: DType, shape: Vec<usize>) -> Tensor {
        Tensor { owner, address, dtype, shape }
    }

    /// Returns the type of the device and its number.
    fn device(&self) -> (i32, i32) {
        match &self.owner {
            Owner::Host(_) => (HOST, 0),
            Owner::Device(batch) => (CUDA, batch.ordinal() as i32),
        }
    }

    fn view(&self) -> View {
        let (mut shape, mut strides) = ([1; 3], [1; 3]);
        let mut step = 1;
        for (i, size) in self.shape.iter().enumerate().rev() {
            (shape[i], strides[i]) = (*size as i64, step);
            step *= *size as i64;
        }
        let (data, dtype) = (std::ptr::with_exposed_provenance_mut(self.address), self.dtype);
        View { data, device: self.device(), dtype, ndim: self.shape.len() as i32, shape, strides, read_only: false }
    }
}

#[pymethods]
impl Tensor {
    /// The size of each dimension.
    ///
    /// Examples
    /// --------
    /// >>> import atemoya
    /// >>> next(iter(atemoya.Loader("demo.atemoya"))).tensor("labels").shape
    /// (32,)
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.shape)
    }

    /// numpy's name of the elements' type; ``bfloat16`` is none of numpy's.
    ///
    /// Examples
    /// --------
    /// >>> import atemoya
    /// >>> next(iter(atemoya.Loader("demo.atemoya"))).tensor("labels").dtype
    /// 'int64'
    #[getter]
    fn dtype(&self) -> &'static str {
        self.dtype.name()
    }

    fn __len__(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    fn __repr__(&self) -> String {
        format!("Tensor(shape={:?}, dtype={})", self.shape, self.dtype)
    }

    /// Returns what numpy needs to make an array of the memory.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        if let Owner::Device(batch) = &self.owner {
            let message = format!("the tensor is on the CUDA device {}: use DLPack", batch.ordinal());
            return Err(PyTypeError::new_err(message));
        }
        let name = type_string(self.dtype);
        let name = name.ok_or_else(|| PyTypeError::new_err(format!("numpy has no {}: use DLPack", self.dtype)))?;
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("typestr", name)?;
        interface.set_item("shape", self.shape(py)?)?;
        interface.set_item("data", (self.address, false))?;
        interface.set_item("strides", py.None())?;
        Ok(interface)
    }

    /// Returns the type of the device and its number: (1, 0) is the host, (2, n) a CUDA device.
    fn __dlpack_device__(&self) -> (i32, i32) {
        self.device()
    }

    /// Returns a capsule with a tensor of DLPack 1.0, or of the version before 1.0 unless
    /// `max_version` allows 1.0.
    ///
    /// On a device, `stream` is the consumer's. It is made to wait for the batch, as by
    /// `DeviceBatch.wait_on`. With -1 the consumer waits by itself for the batch's stream, and
    /// makes that stream wait for its own work.
    #[pyo3(signature = (*, stream=None, max_version=None, dl_device=None, copy=None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<&Bound<'py, PyAny>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        if dl_device.is_some_and(|device| device != self.device()) {
            let (kind, number) = self.device();
            return Err(PyBufferError::new_err(format!("the tensor is on the device ({kind}, {number})")));
        }
        if copy == Some(true) {
            return Err(PyBufferError::new_err("the tensor cannot be copied here: copy the array that is made of it"));
        }
        match &self.owner {
            Owner::Host(_) if stream.is_some() => {
                return Err(PyBufferError::new_err(
                    "the tensor is in the memory of the host, which has no streams: pass stream=None",
                ));
            }
            Owner::Host(_) => {}
            Owner::Device(batch) => batch.hand_over(py, stream)?,
        }
        let (view, owner) = (self.view(), self.owner.clone());
        let (pointer, name, destructor) = match max_version {
            Some((major, _)) if major >= 1 => (view.versioned(owner).cast(), VERSIONED, drop_versioned as Destructor),
            _ => (view.unversioned(owner).cast(), UNVERSIONED, drop_unversioned as Destructor),
        };
        // SAFETY: the pointer is valid until the tensor's deleter is called. A consumer that takes
        // the tensor renames the capsule and calls the deleter; otherwise the destructor calls it.
        // The owner may be dropped by any thread.
        unsafe { PyCapsule::new_with_pointer_and_destructor(py, pointer, name, Some(destructor)) }
    }
}

type Destructor = unsafe extern "C" fn(*mut PyObject);

/// Returns the pointer of a capsule whose tensor was not taken.
///
/// # Safety
/// `capsule` is a capsule that is being destroyed.
unsafe fn not_taken(capsule: *mut PyObject, name: &CStr) -> Option<NonNull<std::ffi::c_void>> {
    // SAFETY: it is a capsule, and the name a string that lives for ever.
    let valid = unsafe { PyCapsule_IsValid(capsule, name.as_ptr()) };
    if valid == 0 {
        return None;
    }
    // SAFETY: it is a capsule of this name.
    NonNull::new(unsafe { PyCapsule_GetPointer(capsule, name.as_ptr()) })
}

unsafe extern "C" fn drop_versioned(capsule: *mut PyObject) {
    // SAFETY: Python calls this with the capsule that it destroys.
    if let Some(tensor) = unsafe { not_taken(capsule, VERSIONED) } {
        // SAFETY: `__dlpack__` put it there, and nobody has taken it.
        unsafe { dlpack::free_versioned(tensor.cast::<DLManagedTensorVersioned>()) }
    }
}

unsafe extern "C" fn drop_unversioned(capsule: *mut PyObject) {
    // SAFETY: Python calls this with the capsule that it destroys.
    if let Some(tensor) = unsafe { not_taken(capsule, UNVERSIONED) } {
        // SAFETY: `__dlpack__` put it there, and nobody has taken it.
        unsafe { dlpack::free_unversioned(tensor.cast::<DLManagedTensor>()) }
    }
}
