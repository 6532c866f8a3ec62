//! The memory of numpy's arrays and torch's buffers as slices. It is the only place of this crate
//! that follows addresses from Python.

#![allow(unsafe_code, reason = "the memory of Python objects comes as addresses")]

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

/// Bytes of a Python object, which keeps them.
pub(crate) struct Memory {
    address: usize,
    bytes: usize,
    _owner: Py<PyAny>,
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the bytes are there as long as the owner lives, which this holds: the maker of
        // `Memory` has checked it. That nobody writes to an array while batches are made of it is
        // what the documentation asks of the user, as of any code that runs without the lock.
        unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(self.address), self.bytes) }
    }
}

/// Memory that was allocated to be written to, and that nobody else uses.
pub(crate) struct Buffer(Memory);

impl Buffer {
    /// Takes the bytes at an address.
    ///
    /// # Safety
    /// `owner` keeps as many bytes there, and nobody else uses them while this lives.
    pub(crate) unsafe fn new(address: usize, bytes: usize, owner: Py<PyAny>) -> Buffer {
        Buffer(Memory { address, bytes, _owner: owner })
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        let Memory { address, bytes, .. } = self.0;
        // SAFETY: as for reading; and nobody else uses the bytes, and this is borrowed alone. Any
        // bytes are values of a byte; torch does not set them, but asks the system for memory,
        // whose pages have values.
        unsafe { std::slice::from_raw_parts_mut(std::ptr::with_exposed_provenance_mut(address), bytes) }
    }
}

/// The description of one of numpy's arrays.
pub(crate) struct Interface {
    pub(crate) address: usize,
    pub(crate) type_string: String,
    pub(crate) shape: Vec<usize>,
    /// In bytes; `None` when the array is in C order without gaps.
    pub(crate) strides: Option<Vec<isize>>,
    read_only: bool,
}

impl Interface {
    /// Reads the description of a numpy array. `name` is what an error calls it. Objects of other
    /// types are refused, since their descriptions may be wrong. numpy's own description is read,
    /// not that of a derived class.
    pub(crate) fn of(name: &str, array: &Bound<'_, PyAny>) -> PyResult<Interface> {
        static NDARRAY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let ndarray = NDARRAY.import(array.py(), "numpy", "ndarray")?;
        if !array.is_instance(ndarray)? {
            let kind = array.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{name} must be a numpy array, not {kind}")));
        }
        let interface = ndarray.getattr("__array_interface__")?.call_method1("__get__", (array,))?;
        let interface = interface.cast::<PyDict>()?;
        let missing = || PyTypeError::new_err("the description of the array is not complete");
        let (address, read_only) = interface.get_item("data")?.ok_or_else(missing)?.extract()?;
        Ok(Interface {
            address,
            read_only,
            type_string: interface.get_item("typestr")?.ok_or_else(missing)?.extract()?,
            shape: interface.get_item("shape")?.ok_or_else(missing)?.extract()?,
            strides: interface.get_item("strides")?.map(|strides| strides.extract()).transpose()?.flatten(),
        })
    }

    /// Returns `bytes` bytes of the array's memory, from `before` bytes ahead of the first element
    /// on. The caller has computed both from shape and strides.
    pub(crate) fn memory(&self, before: usize, bytes: usize, array: &Bound<'_, PyAny>) -> Memory {
        // An empty array may have any address, and numpy may give none.
        let address = if bytes == 0 { std::ptr::dangling::<u64>().addr() } else { self.address - before };
        Memory { address, bytes, _owner: array.clone().unbind() }
    }

    /// Checks that the array is of one of these types and in C order. Returns how many elements it
    /// has.
    fn check(&self, name: &str, type_strings: &[&str]) -> PyResult<usize> {
        if !type_strings.contains(&self.type_string.as_str()) || self.strides.is_some() {
            let message = format!("{name} must be in C order and of type {}", type_strings.join(" or "));
            return Err(PyTypeError::new_err(message));
        }
        Ok(self.shape.iter().product())
    }
}

/// Copies an array of integers of 64 bits.
pub(crate) fn integers(name: &str, array: &Bound<'_, PyAny>) -> PyResult<Vec<i64>> {
    let interface = Interface::of(name, array)?;
    let bytes = interface.check(name, &["<i8"])? * 8;
    Ok(bytemuck::allocation::pod_collect_to_vec(interface.memory(0, bytes, array).as_ref()))
}

/// Copies an array of flags.
pub(crate) fn flags(name: &str, array: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let interface = Interface::of(name, array)?;
    let bytes = interface.check(name, &["|b1"])?;
    Ok(interface.memory(0, bytes, array).as_ref().to_vec())
}

/// Calls `write` with the bytes of an array of a type, in C order.
pub(crate) fn write<T>(
    name: &str,
    array: &Bound<'_, PyAny>,
    (type_string, size): (&str, usize),
    write: impl FnOnce(&mut [u8]) -> T,
) -> PyResult<T> {
    let interface = Interface::of(name, array)?;
    let bytes = interface.check(name, &[type_string])? * size;
    if interface.read_only {
        return Err(pyo3::exceptions::PyValueError::new_err(format!("{name} is read-only")));
    }
    let memory = interface.memory(0, bytes, array);
    // SAFETY: numpy vouches for the bytes of its array, which `array` keeps meanwhile. That nobody
    // else uses an array that is being written to is what the documentation asks of the user, as of
    // any code that runs without the lock.
    let mut buffer = unsafe { Buffer::new(memory.address, bytes, array.clone().unbind()) };
    Ok(write(buffer.as_mut()))
}
