//! Types of array elements: their sizes, names and Rust types.

use std::fmt;

/// The type of an array's elements, little-endian. It displays as its name in numpy.
///
/// ```
/// use atemoya::{DType, Element};
///
/// assert_eq!(f32::DTYPE, DType::F32);
/// assert_eq!((DType::F32.name(), DType::F32.size()), ("float32", 4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// `i8`.
    I8,
    /// `u8`.
    U8,
    /// `i16`.
    I16,
    /// `u16`.
    U16,
    /// `i32`.
    I32,
    /// `u32`.
    U32,
    /// `i64`.
    I64,
    /// `u64`.
    U64,
    /// IEEE 754 half precision, `half::f16`.
    F16,
    /// The upper half of an `f32`, `half::bf16`.
    BF16,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
}

impl DType {
    /// All types.
    pub const ALL: [DType; 12] = [
        DType::I8,
        DType::U8,
        DType::I16,
        DType::U16,
        DType::I32,
        DType::U32,
        DType::I64,
        DType::U64,
        DType::F16,
        DType::BF16,
        DType::F32,
        DType::F64,
    ];

    /// Returns the size of an element in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            DType::I8 | DType::U8 => 1,
            DType::I16 | DType::U16 | DType::F16 | DType::BF16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 => 8,
        }
    }

    /// Returns the name in numpy, or for `bfloat16`, which numpy lacks, the name in its extensions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            DType::I8 => "int8",
            DType::U8 => "uint8",
            DType::I16 => "int16",
            DType::U16 => "uint16",
            DType::I32 => "int32",
            DType::U32 => "uint32",
            DType::I64 => "int64",
            DType::U64 => "uint64",
            DType::F16 => "float16",
            DType::BF16 => "bfloat16",
            DType::F32 => "float32",
            DType::F64 => "float64",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A Rust type of array elements, which has a [`DType`].
///
/// ```
/// use atemoya::{DType, Element};
///
/// fn dtype_of<T: Element>(_: &[T]) -> DType {
///     T::DTYPE
/// }
/// assert_eq!(dtype_of(&[1u16]), DType::U16);
/// ```
pub trait Element: bytemuck::Pod + Send + Sync + sealed::Sealed {
    /// Its [`DType`].
    const DTYPE: DType;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($rust:ty, $dtype:ident;)*) => {
        $(impl sealed::Sealed for $rust {}

        impl Element for $rust {
            const DTYPE: DType = DType::$dtype;
        })*
    };
}

elements! {
    i8, I8;
    u8, U8;
    i16, I16;
    u16, U16;
    i32, I32;
    u32, U32;
    i64, I64;
    u64, U64;
    half::f16, F16;
    half::bf16, BF16;
    f32, F32;
    f64, F64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_with_their_bits() {
        for dtype in DType::ALL {
            assert!(dtype.to_string().ends_with(&(8 * dtype.size()).to_string()), "{dtype}");
        }
    }

    #[test]
    fn elements_are_as_large_as_their_types_say() {
        fn check<T: Element>(name: &str) {
            assert_eq!((T::DTYPE.size(), T::DTYPE.name()), (size_of::<T>(), name));
        }
        check::<i8>("int8");
        check::<u8>("uint8");
        check::<i16>("int16");
        check::<u16>("uint16");
        check::<i32>("int32");
        check::<u32>("uint32");
        check::<i64>("int64");
        check::<u64>("uint64");
        check::<half::f16>("float16");
        check::<half::bf16>("bfloat16");
        check::<f32>("float32");
        check::<f64>("float64");
    }
}
