//! The columns of a batch as numbers of C's, and a column's tensor.

use super::status::Failure;
use crate::feed::Column;
use std::ffi::c_void;

/// A column of a batch. In the shapes, n is the number of examples.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_column {
    /// One-hot sequence, (n, 4, in_window), with the channels A, C, G, T. Packed as
    /// ATEMOYA_DTYPE_U64, it is (n, 4, ceil(in_window / 64)).
    ATEMOYA_COLUMN_SEQUENCE = 0,
    /// Control tracks, (n, control channels, in_window).
    ATEMOYA_COLUMN_CONTROLS = 1,
    /// Signal tracks, (n, signal channels, out_window).
    ATEMOYA_COLUMN_SIGNAL = 2,
    /// 1 for a peak and 0 for a negative: int64_t, (n,).
    ATEMOYA_COLUMN_LABELS = 3,
    /// The number of the locus among the kept peaks or negatives: int64_t, (n,).
    ATEMOYA_COLUMN_SOURCES = 4,
    /// Jitter: int64_t, (n,). A peak's windows are shifted by `offset - max_jitter` bases. It is 0
    /// for a negative.
    ATEMOYA_COLUMN_OFFSETS = 5,
    /// 1 where the example is reverse-complemented, and 0 elsewhere: uint8_t, (n,).
    ATEMOYA_COLUMN_REVERSE_COMPLEMENT = 6,
}

/// Where an array lies. The numbers are those of DLPack.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_device_type {
    /// In the memory of the host.
    ATEMOYA_DEVICE_CPU = 1,
    /// In the memory of a CUDA device.
    ATEMOYA_DEVICE_CUDA = 2,
}

/// A column of a batch: an array in C order, in the memory of the batch. It is valid until the
/// batch is freed. On a device it also stays valid for the work that streams were given before.
/// Memory of the host must not be written to. Memory of a device may be, when nothing else uses the
/// batch.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct atemoya_tensor {
    /// The address of the first value, a multiple of 256. On a device it is an address of the
    /// device. NULL where there is no value.
    pub data: *const c_void,
    /// The type of the values, an `atemoya_dtype`.
    pub dtype: i32,
    /// The number of axes: 3, or 1 for columns with one number an example.
    pub ndim: i32,
    /// The sizes of the axes: examples, channels, positions. From `ndim` on they are 1.
    pub shape: [i64; 3],
    /// The distance between neighbours along each axis, in values.
    pub strides: [i64; 3],
    /// The bytes of all values.
    pub bytes: usize,
    /// Where the array lies, an `atemoya_device_type`.
    pub device_type: i32,
    /// The number of the device. 0 on the host.
    pub device: i32,
}

/// Returns the column of a number of C's, which is an index of `Column::ALL`.
pub(super) fn column(number: i32) -> Result<Column, Failure> {
    let known = usize::try_from(number).ok().and_then(|at| Column::ALL.get(at).copied());
    known.ok_or_else(|| Failure::argument("column", format!("there is no atemoya_column {number}")))
}

/// Returns the number of axes of a column.
pub(super) fn axes(column: Column) -> i32 {
    match column {
        Column::Sequence | Column::Controls | Column::Signal => 3,
        Column::Labels | Column::Sources | Column::Offsets | Column::ReverseComplement => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atemoya_column::*;

    #[test]
    fn numbers_are_those_of_the_columns() {
        for (number, known) in [
            (ATEMOYA_COLUMN_SEQUENCE, Column::Sequence),
            (ATEMOYA_COLUMN_CONTROLS, Column::Controls),
            (ATEMOYA_COLUMN_SIGNAL, Column::Signal),
            (ATEMOYA_COLUMN_LABELS, Column::Labels),
            (ATEMOYA_COLUMN_SOURCES, Column::Sources),
            (ATEMOYA_COLUMN_OFFSETS, Column::Offsets),
            (ATEMOYA_COLUMN_REVERSE_COMPLEMENT, Column::ReverseComplement),
        ] {
            assert_eq!(column(number as i32).unwrap(), known);
        }
        assert!(column(7).is_err() && column(-1).is_err());
    }
}
