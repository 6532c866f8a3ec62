//! Where each column of a batch lies in its slot.

use crate::{Error, Result};

/// Columns start on multiples of this, which is what CUDA's allocator gives and DLPack recommends.
const COLUMN_ALIGNMENT: usize = 256;

/// The most bytes of a column: 2^40.
const MAX_BYTES: usize = 1 << 40;

/// A column of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// One-hot sequence, i8, `(n, 4, in_window)`, channels A, C, G, T.
    Sequence,
    /// Control tracks, f32, `(n, control channels, in_window)`.
    Controls,
    /// Signal tracks, f32, `(n, signal channels, out_window)`.
    Signal,
    /// 1 for a peak and 0 for a negative, i64, `(n,)`.
    Labels,
    /// Which of the kept peaks or of the kept negatives, i64, `(n,)`.
    Sources,
    /// Jitter, i64, `(n,)`: a peak's window is shifted by `offset - max_jitter` bases; 0 for a negative.
    Offsets,
    /// 1 where the example is reverse-complemented, u8, `(n,)`.
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

    fn item(self) -> usize {
        match self {
            Column::Sequence | Column::ReverseComplement => 1,
            Column::Controls | Column::Signal => 4,
            Column::Labels | Column::Sources | Column::Offsets => 8,
        }
    }
}

/// Shapes and places of the columns of a batch, all in one allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    batch_size: usize,
    /// Rows and positions of one example of each column; the columns of one number have `(1, 1)`.
    shapes: [(usize, usize); 7],
    offsets: [usize; 7],
    bytes: usize,
}

impl Layout {
    /// The shapes are channels and positions of one example.
    pub(super) fn new(
        batch_size: usize,
        sequence: (usize, usize),
        controls: (usize, usize),
        signal: (usize, usize),
    ) -> Result<Self> {
        let too_large = || Error::argument("batch_size", "a batch of these windows does not fit in memory");
        let shapes = [sequence, controls, signal, (1, 1), (1, 1), (1, 1), (1, 1)];
        let mut offsets = [0; 7];
        let mut end = 0usize;
        for (i, column) in Column::ALL.into_iter().enumerate() {
            offsets[i] = end.next_multiple_of(COLUMN_ALIGNMENT);
            let items = shapes[i].0.checked_mul(shapes[i].1).and_then(|size| size.checked_mul(batch_size));
            let bytes = items.and_then(|items| items.checked_mul(column.item())).filter(|&b| b < MAX_BYTES);
            end = offsets[i] + bytes.ok_or_else(too_large)?;
        }
        Ok(Layout { batch_size, shapes, offsets, bytes: end })
    }

    /// Examples of a full batch.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Channels and positions of one example; `(1, 1)` for the columns of one number, and no channel for one that the
    /// batches do not have.
    #[must_use]
    pub fn shape(&self, column: Column) -> (usize, usize) {
        self.shapes[column as usize]
    }

    /// Bytes of a whole slot.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that `rows` examples take in all columns together, without the padding between columns.
    #[must_use]
    pub fn payload(&self, rows: usize) -> usize {
        Column::ALL.into_iter().map(|column| self.range(column, rows).len()).sum()
    }

    /// Where the first `rows` examples of a column lie in the slot, in bytes.
    #[must_use]
    pub fn range(&self, column: Column, rows: usize) -> std::ops::Range<usize> {
        let (channels, positions) = self.shape(column);
        let start = self.offsets[column as usize];
        start..start + rows * channels * positions * column.item()
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
        let layout = Layout::new(3, (4, 7), (0, 7), (2, 5)).unwrap();
        let mut slot = vec![0; layout.bytes()];
        for (i, part) in layout.split(3, &mut slot).into_iter().enumerate() {
            part.fill(i as u8 + 1);
        }
        for (i, column) in Column::ALL.into_iter().enumerate() {
            let range = layout.range(column, 3);
            assert_eq!(range.start % COLUMN_ALIGNMENT, 0);
            assert!(slot[range].iter().all(|&byte| byte == i as u8 + 1));
        }
        assert_eq!(layout.payload(3), 3 * (28 + 40 + 8 + 8 + 8 + 1));
        assert_eq!(layout.range(Column::Signal, 1).len(), 40);
    }
}
