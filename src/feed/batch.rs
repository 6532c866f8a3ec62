//! A batch in the consumer's hands: typed views of the columns of its slot.

use super::layout::{Column, Layout};
use super::ring::Lease;
use std::ops::Deref;
use std::sync::Arc;

/// A batch of examples. It holds a slot of the ring until it is dropped, so a consumer that keeps many needs as many
/// slots.
///
/// All columns lie in one allocation on a page boundary, each starting at a multiple of 256 bytes.
#[derive(Debug)]
pub struct Batch {
    lease: Lease,
    layout: Arc<Layout>,
    rows: usize,
    epoch: u64,
    index: u64,
}

/// A borrowed column: its values in C order, and its shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor<'a, T> {
    data: &'a [T],
    shape: [usize; 3],
}

impl<T> Tensor<'_, T> {
    /// Examples, channels, positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The values of one example, `(channels, positions)` in C order.
    ///
    /// # Panics
    /// When the batch has no such row, as indexing a slice does.
    #[must_use]
    pub fn row(&self, row: usize) -> &[T] {
        let size = self.shape[1] * self.shape[2];
        &self.data[row * size..(row + 1) * size]
    }
}

impl<T> Deref for Tensor<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.data
    }
}

impl Batch {
    pub(super) fn new(lease: Lease, layout: Arc<Layout>, rows: usize, epoch: u64, index: u64) -> Batch {
        Batch { lease, layout, rows, epoch, index }
    }

    /// Number of examples: this rank's part of the batch size, or less in the last batch of an epoch, where the last ranks may
    /// have none.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether this rank has no example of the batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The epoch that the batch belongs to.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The batch's number in its epoch, the same on every rank.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// One-hot sequence, `(n, 4, in_window)`, channels A, C, G, T; a base that is none of them is 0 in all. `None` when
    /// the store has no sequence.
    #[must_use]
    pub fn sequence(&self) -> Option<Tensor<'_, i8>> {
        self.tensor(Column::Sequence)
    }

    /// Control tracks, `(n, channels, in_window)`, or `None` when the store has none.
    #[must_use]
    pub fn controls(&self) -> Option<Tensor<'_, f32>> {
        self.tensor(Column::Controls)
    }

    /// Signal tracks, `(n, channels, out_window)`, or `None` when the store has none.
    #[must_use]
    pub fn signal(&self) -> Option<Tensor<'_, f32>> {
        self.tensor(Column::Signal)
    }

    /// 1 for a peak, 0 for a negative; `(n,)`.
    #[must_use]
    pub fn labels(&self) -> &[i64] {
        self.column(Column::Labels)
    }

    /// Which of the kept peaks (for a peak) or of the kept negatives; `(n,)`.
    #[must_use]
    pub fn sources(&self) -> &[i64] {
        self.column(Column::Sources)
    }

    /// The jitter, `0 ..= 2 * max_jitter`: a peak's window is shifted by `offset - max_jitter`. 0 for a negative; `(n,)`.
    #[must_use]
    pub fn offsets(&self) -> &[i64] {
        self.column(Column::Offsets)
    }

    /// 1 where the example is reverse-complemented; `(n,)`.
    #[must_use]
    pub fn reverse_complemented(&self) -> &[u8] {
        self.column(Column::ReverseComplement)
    }

    /// The whole slot, and where everything lies in it ([`Layout::range`]): for one copy of the whole batch. In a short batch,
    /// what lies past the rows of a column is of an earlier batch.
    #[must_use]
    pub fn slot(&self) -> (&[u8], &Layout) {
        (&self.lease.bytes()[..self.layout.bytes()], &self.layout)
    }

    fn tensor<T: bytemuck::Pod>(&self, column: Column) -> Option<Tensor<'_, T>> {
        let (channels, positions) = self.layout.shape(column);
        (channels > 0).then(|| Tensor { data: self.column(column), shape: [self.rows, channels, positions] })
    }

    fn column<T: bytemuck::Pod>(&self, column: Column) -> &[T] {
        bytemuck::cast_slice(&self.lease.bytes()[self.layout.range(column, self.rows)])
    }
}
