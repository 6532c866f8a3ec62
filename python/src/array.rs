//! numpy's arrays as the library's, read in place.

use crate::error::OrRaise;
use crate::memory::Interface;
use atemoya::DType;
use atemoya::feed::{Array, Strided};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::sync::Arc;

/// Returns the type of numpy's type string, or `None` for another byte order than the machine's or
/// a type that the library does not have.
fn dtype(type_string: &str) -> Option<DType> {
    Some(match type_string {
        "|i1" => DType::I8,
        "|u1" | "|b1" => DType::U8,
        "<i2" => DType::I16,
        "<u2" => DType::U16,
        "<i4" => DType::I32,
        "<u4" => DType::U32,
        "<i8" => DType::I64,
        "<u8" => DType::U64,
        "<f2" => DType::F16,
        "<f4" => DType::F32,
        "<f8" => DType::F64,
        _ => return None,
    })
}

/// Returns numpy's type string of a type, or `None` for bfloat16.
pub(crate) fn type_string(dtype: DType) -> Option<&'static str> {
    Some(match dtype {
        DType::I8 => "|i1",
        DType::U8 => "|u1",
        DType::I16 => "<i2",
        DType::U16 => "<u2",
        DType::I32 => "<i4",
        DType::U32 => "<u4",
        DType::I64 => "<i8",
        DType::U64 => "<u8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        _ => return None,
    })
}

/// Makes an array of the shape (examples, channels, positions) from numpy's. `name` is what an
/// error calls it.
pub(crate) fn array(name: &str, array: &Bound<'_, PyAny>) -> PyResult<Array<'static>> {
    let interface = Interface::of(name, array)?;
    let type_string = &interface.type_string;
    let unknown = || PyTypeError::new_err(format!("{name} has elements of the type {type_string}"));
    let dtype = dtype(type_string).ok_or_else(unknown)?;
    let dimensions = || {
        let message =
            format!("{name} must have the dimensions examples, channels and positions, not {:?}", interface.shape);
        PyValueError::new_err(message)
    };
    let shape: [usize; 3] = interface.shape.as_slice().try_into().map_err(|_| dimensions())?;
    let size = dtype.size() as isize;
    let strides = match &interface.strides {
        None => Strided::c_order(dtype, shape).strides,
        Some(bytes) => {
            let bytes: [isize; 3] = bytes.as_slice().try_into().map_err(|_| dimensions())?;
            if bytes.iter().any(|stride| stride % size != 0) {
                return Err(PyValueError::new_err(format!(
                    "{name} has elements that do not lie on multiples of their size"
                )));
            }
            bytes.map(|stride| stride / size)
        }
    };
    // Bytes between the first element and the one furthest from it, in either direction.
    let reach = |sign: isize| -> usize {
        let steps = shape.iter().zip(strides).map(|(&n, stride)| (sign * stride).max(0) as usize * n.saturating_sub(1));
        steps.sum::<usize>() * dtype.size()
    };
    let (before, bytes) = match shape.contains(&0) {
        true => (0, 0),
        false => (reach(-1), reach(-1) + reach(1) + dtype.size()),
    };
    let memory = Arc::new(interface.memory(before, bytes, array));
    Array::shared(memory, Strided { dtype, shape, offset: before, strides }).or_raise()
}
