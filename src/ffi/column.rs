//! The columns of a batch, by number, and where one lies.

use super::status::Failure;
use crate::feed::Column;
use std::ffi::c_void;

/// A column of a batch; n is the number of examples.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_column {
    /// One-hot sequence, (n, 4, in_window), channels A, C, G, T; packed as ATEMOYA_DTYPE_U64, (n,
    /// 4, ceil(in_window / 64)).
    ATEMOYA_COLUMN_SEQUENCE = 0,
    /// Control tracks, (n, control channels, in_window).
    ATEMOYA_COLUMN_CONTROLS = 1,
    /// Signal tracks, (n, signal channels, out_window).
    ATEMOYA_COLUMN_SIGNAL = 2,
    /// 1 for a peak and 0 for a negative, int64_t, (n,).
    ATEMOYA_COLUMN_LABELS = 3,
    /// Which of the kept peaks or of the kept negatives, int64_t, (n,).
    ATEMOYA_COLUMN_SOURCES = 4,
    /// Jitter, int64_t, (n,): a peak's window is shifted by `offset - max_jitter` bases; 0 for a
    /// negative.
    ATEMOYA_COLUMN_OFFSETS = 5,
    /// 1 where the example is reverse-complemented, uint8_t, (n,).
    ATEMOYA_COLUMN_REVERSE_COMPLEMENT = 6,
}

/// Where an array is; the numbers are those of DLPack.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_device_type {
    /// The memory of the host.
    ATEMOYA_DEVICE_CPU = 1,
    /// The memory of a CUDA device.
    ATEMOYA_DEVICE_CUDA = 2,
}

/// A column of a batch where it lies, in C order. The memory is the batch's: valid until the batch
/// is freed, on a device also for the work that its streams were given before. In the host's memory
/// it must not be written; a device's may be, by whoever has the batch to itself.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct atemoya_tensor {
    /// The first value, at a multiple of 256 bytes; on a device, an address there. NULL where there
    /// is no value.
    pub data: *const c_void,
    /// The type of the values, an `atemoya_dtype`.
    pub dtype: i32,
    /// How many axes there are: 3, or 1 for the columns of one number.
    pub ndim: i32,
    /// Examples, channels, positions; 1 past `ndim`.
    pub shape: [i64; 3],
    /// From one to the next along each axis, in values.
    pub strides: [i64; 3],
    /// Bytes of all values.
    pub bytes: usize,
    /// Where it is, an `atemoya_device_type`.
    pub device_type: i32,
    /// The number of the device, 0 on the host.
    pub device: i32,
}

/// The column of a number of C's; numbers count `Column::ALL`.
pub(super) fn column(number: i32) -> Result<Column, Failure> {
    let known = usize::try_from(number).ok().and_then(|at| Column::ALL.get(at).copied());
    known.ok_or_else(|| Failure::argument("column", format!("there is no atemoya_column {number}")))
}

/// How many axes a column has.
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
