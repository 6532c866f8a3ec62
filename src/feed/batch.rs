//! A batch in the consumer's hands: typed views of the columns of its slot.

use super::layout::{Column, Layout};
use super::lease::Lease;
use super::slot::Slot;
use crate::dtype::Element;
use crate::{DType, Result};
use std::ops::Deref;
use std::sync::Arc;

/// A batch of examples. When it was streamed, it holds a slot of the ring until it is dropped, so a
/// consumer that keeps many needs as many slots; when it was [fetched](super::Dataset::fetch), its
/// memory is its own.
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

/// A borrowed column of any type: its bytes in C order, little-endian, and its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyTensor<'a> {
    dtype: DType,
    bytes: &'a [u8],
    shape: [usize; 3],
}

impl<'a> AnyTensor<'a> {
    /// The type of the values.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Examples, channels, positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The values' bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The values as `T`, or `None` when they are of another type.
    #[must_use]
    pub fn typed<T: Element>(&self) -> Option<Tensor<'a, T>> {
        let data = (T::DTYPE == self.dtype).then(|| bytemuck::try_cast_slice(self.bytes).ok())??;
        Some(Tensor { data, shape: self.shape })
    }
}

impl Batch {
    pub(super) fn new(lease: Lease, layout: Arc<Layout>, rows: usize, epoch: u64, index: u64) -> Batch {
        Batch { lease, layout, rows, epoch, index }
    }

    /// Number of examples: this rank's part of the batch size, or less in the last batch of an
    /// epoch, where the last ranks may have none.
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

    /// The batch's number in its epoch, the same on every rank; 0 when it was fetched.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Any column, of whatever type, or `None` when the batches do not have it. The shape of a
    /// column of one number is `(n, 1, 1)`.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<AnyTensor<'_>> {
        let (channels, positions) = self.layout.shape(column);
        let any = || AnyTensor {
            dtype: self.layout.dtype(column),
            bytes: self.bytes(column),
            shape: [self.rows, channels, positions],
        };
        (channels > 0).then(any)
    }

    /// One-hot sequence, `(n, 4, in_window)`, channels A, C, G, T; a base that is none of them is 0
    /// in all. `None` when there is no sequence, or its type is not i8: [`Batch::column`] gives
    /// any.
    #[must_use]
    pub fn sequence(&self) -> Option<Tensor<'_, i8>> {
        self.column(Column::Sequence)?.typed()
    }

    /// Control tracks, `(n, channels, in_window)`, or `None` when there are none, or their type is
    /// not f32.
    #[must_use]
    pub fn controls(&self) -> Option<Tensor<'_, f32>> {
        self.column(Column::Controls)?.typed()
    }

    /// Signal tracks, `(n, channels, out_window)`, or `None` when there are none, or their type is
    /// not f32.
    #[must_use]
    pub fn signal(&self) -> Option<Tensor<'_, f32>> {
        self.column(Column::Signal)?.typed()
    }

    /// 1 for a peak, 0 for a negative; `(n,)`.
    #[must_use]
    pub fn labels(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Labels))
    }

    /// Which of the kept peaks (for a peak) or of the kept negatives; `(n,)`.
    #[must_use]
    pub fn sources(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Sources))
    }

    /// The jitter, `0 ..= 2 * max_jitter`: a peak's window is shifted by `offset - max_jitter`. 0
    /// for a negative; `(n,)`.
    #[must_use]
    pub fn offsets(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Offsets))
    }

    /// 1 where the example is reverse-complemented; `(n,)`.
    #[must_use]
    pub fn reverse_complemented(&self) -> &[u8] {
        self.bytes(Column::ReverseComplement)
    }

    /// The whole slot, and where everything lies in it ([`Layout::range`]): for one copy of the
    /// whole batch. In a short batch, what lies past the rows of a column is of an earlier batch.
    #[must_use]
    pub fn slot(&self) -> (&[u8], &Layout) {
        (&self.lease.bytes()[..self.layout.bytes()], &self.layout)
    }

    /// The whole slot for writing: what is written there is seen by whoever reads the batch, and by
    /// nobody after it.
    ///
    /// # Errors
    /// None for batches in plain memory.
    pub fn slot_mut(&mut self) -> Result<&mut [u8]> {
        let bytes = self.layout.bytes();
        self.lease.slot_mut().map_or(Ok(&mut [][..]), |slot| Ok(&mut slot.bytes_mut()?[..bytes]))
    }

    /// Lets the batch keep its memory, and gives the ring other memory in place of it: for a
    /// consumer that holds more batches than there are slots. A batch that was fetched, or is kept
    /// already, stays as it is.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when there is no memory for another slot.
    pub fn keep(&mut self) -> Result<()> {
        self.keep_for(Slot::plain)
    }

    /// The same, with memory of the caller's in place of the batch's: at least so many bytes, on a
    /// multiple of 256.
    ///
    /// # Errors
    /// What `allocate` gives; [`Error::Argument`](crate::Error::Argument) when its memory is too
    /// short or not aligned.
    pub fn keep_in<M: AsRef<[u8]> + AsMut<[u8]> + Send + Sync + 'static>(
        &mut self,
        allocate: impl FnOnce(usize) -> Result<M>,
    ) -> Result<()> {
        self.keep_for(|bytes| Slot::foreign(allocate(bytes)?, bytes))
    }

    fn keep_for(&mut self, allocate: impl FnOnce(usize) -> Result<Slot>) -> Result<()> {
        if !self.lease.is_owned() {
            self.lease.keep(allocate(self.layout.bytes())?);
        }
        Ok(())
    }

    /// The memory of the batch's slot, if it is of this kind.
    #[cfg(feature = "cuda")]
    pub(crate) fn memory_mut<M: super::slot::Memory>(&mut self) -> Option<&mut M> {
        self.lease.slot_mut()?.memory_mut()
    }

    fn bytes(&self, column: Column) -> &[u8] {
        &self.lease.bytes()[self.layout.range(column, self.rows)]
    }
}
