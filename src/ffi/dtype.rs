//! The types of values as numbers of C's, with their sizes and names.

use super::call;
use super::error::atemoya_error;
use super::status::{Failure, atemoya_status};
use crate::DType;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// The type of the values of an array, in the byte order of this machine.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_dtype {
    /// int8_t
    ATEMOYA_DTYPE_I8 = 0,
    /// uint8_t
    ATEMOYA_DTYPE_U8 = 1,
    /// int16_t
    ATEMOYA_DTYPE_I16 = 2,
    /// uint16_t
    ATEMOYA_DTYPE_U16 = 3,
    /// int32_t
    ATEMOYA_DTYPE_I32 = 4,
    /// uint32_t
    ATEMOYA_DTYPE_U32 = 5,
    /// int64_t
    ATEMOYA_DTYPE_I64 = 6,
    /// uint64_t; as the type of a sequence, 64 packed bits
    ATEMOYA_DTYPE_U64 = 7,
    /// IEEE 754 half precision
    ATEMOYA_DTYPE_F16 = 8,
    /// bfloat16, the upper half of a float
    ATEMOYA_DTYPE_BF16 = 9,
    /// float
    ATEMOYA_DTYPE_F32 = 10,
    /// double
    ATEMOYA_DTYPE_F64 = 11,
}

/// Returns the type of a number of C's, which is an index of `DType::ALL`. `name` is the parameter.
pub(super) fn dtype(name: &str, number: i32) -> Result<DType, Failure> {
    let known = usize::try_from(number).ok().and_then(|at| DType::ALL.get(at).copied());
    known.ok_or_else(|| Failure::argument(name, format!("there is no atemoya_dtype {number}")))
}

/// Returns the number of a type.
pub(super) fn number(dtype: DType) -> i32 {
    (match dtype {
        DType::I8 => atemoya_dtype::ATEMOYA_DTYPE_I8,
        DType::U8 => atemoya_dtype::ATEMOYA_DTYPE_U8,
        DType::I16 => atemoya_dtype::ATEMOYA_DTYPE_I16,
        DType::U16 => atemoya_dtype::ATEMOYA_DTYPE_U16,
        DType::I32 => atemoya_dtype::ATEMOYA_DTYPE_I32,
        DType::U32 => atemoya_dtype::ATEMOYA_DTYPE_U32,
        DType::I64 => atemoya_dtype::ATEMOYA_DTYPE_I64,
        DType::U64 => atemoya_dtype::ATEMOYA_DTYPE_U64,
        DType::F16 => atemoya_dtype::ATEMOYA_DTYPE_F16,
        DType::BF16 => atemoya_dtype::ATEMOYA_DTYPE_BF16,
        DType::F32 => atemoya_dtype::ATEMOYA_DTYPE_F32,
        DType::F64 => atemoya_dtype::ATEMOYA_DTYPE_F64,
    }) as i32
}

/// Writes how many bytes a value of an `atemoya_dtype` has.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_dtype_size(
    dtype: i32,
    size: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("size", size), || Ok(self::dtype("dtype", dtype)?.size()))
}

/// Returns numpy's name of an `atemoya_dtype`, such as "float32", and "bfloat16", which numpy does
/// not have. Returns NULL for any other number. The text stays valid.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_dtype_name(dtype: i32) -> *const c_char {
    let Ok(dtype) = self::dtype("dtype", dtype) else { return std::ptr::null() };
    let name = match dtype {
        DType::I8 => c"int8",
        DType::U8 => c"uint8",
        DType::I16 => c"int16",
        DType::U16 => c"uint16",
        DType::I32 => c"int32",
        DType::U32 => c"uint32",
        DType::I64 => c"int64",
        DType::U64 => c"uint64",
        DType::F16 => c"float16",
        DType::BF16 => c"bfloat16",
        DType::F32 => c"float32",
        DType::F64 => c"float64",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn numbers_and_names_are_those_of_the_types() {
        for known in DType::ALL {
            assert_eq!(dtype("dtype", number(known)).unwrap(), known);
            // SAFETY: the name is a text of the library's.
            let name = unsafe { CStr::from_ptr(atemoya_dtype_name(number(known))) };
            assert_eq!(name.to_str().unwrap(), known.name());
        }
        for unknown in [-1, 12, i32::MAX, i32::MIN] {
            assert!(atemoya_dtype_name(unknown).is_null() && dtype("dtype", unknown).is_err());
        }
    }
}
