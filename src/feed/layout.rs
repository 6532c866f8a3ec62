//! Where each column of a batch lies in its slot.

use crate::{DType, Error, Result};

/// Columns start at multiples of this many bytes, as CUDA's allocator does and DLPack recommends.
pub(super) const COLUMN_ALIGNMENT: usize = 256;

/// The most bytes of a column: 2^40.
const MAX_BYTES: usize = 1 << 40;

/// A column of a batch.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::feed::Column;
/// use atemoya::{PeakGenerator, Store};
///
/// let dataset = PeakGenerator::new(&Store::open("yeast.atemoya")?).dataset()?;
/// let batch = dataset.fetch(0, &[0, 1])?;
/// let labels = batch.column(Column::Labels).unwrap(); // as `batch.labels()`
/// assert_eq!(labels.typed::<i64>().unwrap().shape(), [2, 1, 1]);
/// for column in Column::ALL {
///     println!("{column:?}: {:?}", dataset.layout().shape(column));
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// One-hot sequence, `(n, 4, in_window)`, channels A, C, G, T. From a store it is i8 or the
    /// type set in the generator; from arrays it has their type. Packed as u64 it is `(n, 4,
    /// ceil(in_window / 64))`.
    Sequence,
    /// Control tracks, `(n, control channels, in_window)`: f32 or the type set in the generator;
    /// from arrays of windows, their type.
    Controls,
    /// Signal tracks, `(n, signal channels, out_window)`: f32 or the type set in the generator;
    /// from arrays of windows, their type.
    Signal,
    /// 1 for a peak and 0 for a negative, i64, `(n,)`.
    Labels,
    /// The index among the kept peaks or the kept negatives, i64, `(n,)`.
    Sources,
    /// Jitter, i64, `(n,)`: a peak's windows are shifted by `offset - max_jitter` positions. It is
    /// 0 for a negative.
    Offsets,
    /// 1 for an example that is reverse-complemented, otherwise 0, u8, `(n,)`.
    ReverseComplement,
}

impl Column {
    /// All columns, in the order in which they lie in a slot.
    pub const ALL: [Column; 7] = [
        Column::Sequence,
        Column::Controls,
        Column::Signal,
        Column::Labels,
        Column::Sources,
        Column::Offsets,
        Column::ReverseComplement,
    ];
}

/// The type, channels and positions of one example in a column. There is no channel where the
/// batches do not have the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnSpec {
    pub(super) dtype: DType,
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl ColumnSpec {
    /// Returns the spec of a column of one number.
    const fn number(dtype: DType) -> ColumnSpec {
        ColumnSpec { dtype, channels: 1, positions: 1 }
    }

    /// Returns the bytes of one example.
    pub(super) fn bytes(&self) -> usize {
        self.channels * self.positions * self.dtype.size()
    }
}

/// Types, shapes and offsets of the columns of a batch, all in one allocation.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::feed::Column;
/// use atemoya::{DType, PeakGenerator, Store};
///
/// let dataset = PeakGenerator::new(&Store::open("yeast.atemoya")?).dataset()?;
/// let layout = dataset.layout();
/// assert_eq!(layout.shape(Column::Signal), (2, 1000));
/// assert_eq!(layout.dtype(Column::Signal), DType::F32);
/// assert_eq!(layout.range(Column::Sequence, 4), 0..4 * 4 * 2114);
/// assert!(layout.range(Column::Signal, 4).start.is_multiple_of(256));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    batch_size: usize,
    specs: [ColumnSpec; 7],
    offsets: [usize; 7],
    bytes: usize,
}

impl Layout {
    /// Lays out batches of sequence, controls and signal.
    pub(super) fn new(batch_size: usize, [sequence, controls, signal]: [ColumnSpec; 3]) -> Result<Self> {
        let too_large = || Error::argument("batch_size", "a batch of these windows does not fit in memory");
        let (index, flag) = (ColumnSpec::number(DType::I64), ColumnSpec::number(DType::U8));
        let specs = [sequence, controls, signal, index, index, index, flag];
        let mut offsets = [0; 7];
        let mut end = 0usize;
        for (offset, spec) in offsets.iter_mut().zip(specs) {
            *offset = end.next_multiple_of(COLUMN_ALIGNMENT);
            let items = spec.channels.checked_mul(spec.positions).and_then(|size| size.checked_mul(batch_size));
            let bytes = items.and_then(|items| items.checked_mul(spec.dtype.size())).filter(|&b| b < MAX_BYTES);
            end = *offset + bytes.ok_or_else(too_large)?;
        }
        Ok(Layout { batch_size, specs, offsets, bytes: end })
    }

    /// Returns how many examples a batch has room for: this rank's part of a full batch, or all
    /// examples where the batch size is larger.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Returns the channels and positions of one example: `(1, 1)` for a column of one number, and
    /// no channel for a column that the batches do not have.
    #[must_use]
    pub fn shape(&self, column: Column) -> (usize, usize) {
        let spec = self.spec(column);
        (spec.channels, spec.positions)
    }

    /// Returns the type of a column's values.
    #[must_use]
    pub fn dtype(&self, column: Column) -> DType {
        self.spec(column).dtype
    }

    pub(super) fn spec(&self, column: Column) -> ColumnSpec {
        self.specs[column as usize]
    }

    /// Returns the bytes of a whole slot.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the bytes that `rows` examples take in all columns together, without the padding
    /// between columns.
    #[must_use]
    pub fn payload(&self, rows: usize) -> usize {
        Column::ALL.into_iter().map(|column| self.range(column, rows).len()).sum()
    }

    /// Returns where the first `rows` examples of a column lie in the slot, in bytes.
    #[must_use]
    pub fn range(&self, column: Column, rows: usize) -> std::ops::Range<usize> {
        let start = self.offsets[column as usize];
        start..start + rows * self.spec(column).bytes()
    }

    /// Cuts a slot into its columns, for writing `rows` examples.
    pub(super) fn split<'a>(&self, rows: usize, mut slot: &'a mut [u8]) -> [&'a mut [u8]; 7] {
        let mut taken = 0;
        Column::ALL.map(|column| {
            let range = self.range(column, rows);
            let (head, tail) = std::mem::take(&mut slot).split_at_mut(range.end - taken);
            slot = tail;
            let part = &mut head[range.start - taken..];
            taken = range.end;
            part
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_do_not_overlap() {
        let spec = |dtype, channels, positions| ColumnSpec { dtype, channels, positions };
        let specs = [spec(DType::I8, 4, 7), spec(DType::F32, 0, 7), spec(DType::F64, 2, 5)];
        let layout = Layout::new(3, specs).unwrap();
        let mut slot = vec![0; layout.bytes()];
        for (i, part) in layout.split(3, &mut slot).into_iter().enumerate() {
            part.fill(i as u8 + 1);
        }
        for (i, column) in Column::ALL.into_iter().enumerate() {
            let range = layout.range(column, 3);
            assert_eq!(range.start % COLUMN_ALIGNMENT, 0);
            assert!(slot[range].iter().all(|&byte| byte == i as u8 + 1));
        }
        assert_eq!((layout.dtype(Column::Signal), layout.dtype(Column::Labels)), (DType::F64, DType::I64));
        assert_eq!(layout.payload(3), 3 * (28 + 80 + 8 + 8 + 8 + 1));
        assert_eq!(layout.range(Column::Signal, 1).len(), 80);
    }
}
