//! A batch in the consumer's hands: typed views of the columns of its slot.

use super::layout::{Column, Layout};
use super::slot::{Lease, Slot};
use crate::dtype::Element;
use crate::{DType, Result};
use std::ops::Deref;
use std::sync::Arc;

/// A batch of examples.
///
/// A streamed batch holds a slot of the loader's ring until it is dropped, so a consumer that holds
/// many batches needs as many slots. A [fetched](super::Dataset::fetch) batch has memory of its
/// own.
///
/// All columns lie in one allocation that begins on a page boundary. Each starts at a multiple of
/// 256 bytes.
///
/// ```
/// # use atemoya::ArrayGenerator;
/// # use atemoya::feed::Array;
/// # let sequences = Array::from_vec(vec![0i8; 8 * 4 * 20], [8, 4, 20])?;
/// # let signals = Array::from_vec(vec![1.0f32; 8 * 10], [8, 1, 10])?;
/// # let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
/// # let generator = generator.negative_ratio(0.0).batch_size(4);
/// let batch = generator.dataset()?.fetch(0, &[0, 1, 5])?;
/// assert_eq!(batch.sequence().unwrap().shape(), [3, 4, 20]);
/// assert_eq!(batch.labels(), [1, 1, 1]); // peaks
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    lease: Lease,
    layout: Arc<Layout>,
    rows: usize,
    epoch: u64,
    index: u64,
}

/// A borrowed column: its values in C order, and its shape.
///
/// ```
/// # use atemoya::ArrayGenerator;
/// # use atemoya::feed::Array;
/// # let sequences = Array::from_vec(vec![0i8; 8 * 4 * 20], [8, 4, 20])?;
/// # let signals = Array::from_vec(vec![1.0f32; 8 * 10], [8, 1, 10])?;
/// # let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
/// # let generator = generator.negative_ratio(0.0).batch_size(4);
/// let batch = generator.dataset()?.fetch(0, &[0, 1, 5])?;
/// let signal = batch.signal().unwrap();
/// assert_eq!((signal.shape(), signal.row(2)), ([3, 1, 10], &[1.0; 10][..]));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor<'a, T> {
    data: &'a [T],
    shape: [usize; 3],
}

impl<T> Tensor<'_, T> {
    /// Returns the numbers of examples, channels and positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Returns the values of one example, `(channels, positions)` in C order.
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
///
/// ```
/// # use atemoya::ArrayGenerator;
/// # use atemoya::feed::Array;
/// # let sequences = Array::from_vec(vec![0i8; 8 * 4 * 20], [8, 4, 20])?;
/// # let signals = Array::from_vec(vec![1.0f32; 8 * 10], [8, 1, 10])?;
/// # let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
/// # let generator = generator.negative_ratio(0.0).batch_size(4);
/// use atemoya::{DType, feed::Column};
///
/// let batch = generator.dataset()?.fetch(0, &[0, 1, 5])?;
/// let signal = batch.column(Column::Signal).unwrap();
/// assert_eq!((signal.dtype(), signal.bytes().len()), (DType::F32, 3 * 10 * 4));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyTensor<'a> {
    dtype: DType,
    bytes: &'a [u8],
    shape: [usize; 3],
}

impl<'a> AnyTensor<'a> {
    /// Returns the type of the values.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Returns the numbers of examples, channels and positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Returns the bytes of the values.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the values as `T`, or `None` when they are of another type.
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

    /// Returns the number of examples: this rank's part of the batch size, or less in the last
    /// batch of an epoch, where the last ranks may have none.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether this rank has no example of the batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns the epoch that the batch belongs to. It is 0 for draws of the caller's own.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns the batch's number in its epoch, from 0, the same on every rank. It is 0 for a batch
    /// that was fetched.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Returns a column of any type, or `None` when the batches do not have it. The shape of a
    /// column of one number an example is `(n, 1, 1)`.
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

    /// Returns the one-hot sequence, `(n, 4, in_window)`, channels A, C, G, T. A base that is none
    /// of them is 0 in all four. `None` when there is no sequence or its type is not i8;
    /// [`Batch::column`] gives other types.
    #[must_use]
    pub fn sequence(&self) -> Option<Tensor<'_, i8>> {
        self.column(Column::Sequence)?.typed()
    }

    /// Returns the control tracks, `(n, channels, in_window)`, or `None` when there are none, or
    /// their type is not f32.
    #[must_use]
    pub fn controls(&self) -> Option<Tensor<'_, f32>> {
        self.column(Column::Controls)?.typed()
    }

    /// Returns the signal tracks, `(n, channels, out_window)`, or `None` when there are none, or
    /// their type is not f32.
    #[must_use]
    pub fn signal(&self) -> Option<Tensor<'_, f32>> {
        self.column(Column::Signal)?.typed()
    }

    /// Returns 1 for each peak and 0 for each negative, `(n,)`.
    #[must_use]
    pub fn labels(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Labels))
    }

    /// Returns the index of each example among the kept peaks (for a peak) or the kept negatives,
    /// `(n,)`.
    #[must_use]
    pub fn sources(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Sources))
    }

    /// Returns the jitter of each example, `0 ..= 2 * max_jitter`, `(n,)`: a peak's windows are
    /// shifted by `offset - max_jitter` positions. It is 0 for a negative.
    #[must_use]
    pub fn offsets(&self) -> &[i64] {
        bytemuck::cast_slice(self.bytes(Column::Offsets))
    }

    /// Returns 1 for each example that is reverse-complemented and 0 for the others, `(n,)`.
    #[must_use]
    pub fn reverse_complemented(&self) -> &[u8] {
        self.bytes(Column::ReverseComplement)
    }

    /// Returns the whole slot, and where each column lies in it ([`Layout::range`]), to copy the
    /// batch in one piece. In a short batch, the bytes behind the rows of a column are those of an
    /// earlier batch.
    #[must_use]
    pub fn slot(&self) -> (&[u8], &Layout) {
        (&self.lease.bytes()[..self.layout.bytes()], &self.layout)
    }

    /// Returns the whole slot for writing. What is written there changes this batch and no later
    /// one.
    ///
    /// # Errors
    /// [`Error::Driver`](crate::Error::Driver) when waiting for a device that reads the memory
    /// fails. Batches in plain memory have no error.
    pub fn slot_mut(&mut self) -> Result<&mut [u8]> {
        let bytes = self.layout.bytes();
        self.lease.slot_mut().map_or(Ok(&mut [][..]), |slot| Ok(&mut slot.bytes_mut()?[..bytes]))
    }

    /// Keeps the memory for this batch, and gives the ring a new slot in its place, for a consumer
    /// that holds more batches than there are slots. A batch that was fetched, or is kept already,
    /// stays as it is.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when there is no memory for another slot.
    pub fn keep(&mut self) -> Result<()> {
        self.keep_for(Slot::plain)
    }

    /// Keeps the memory as [`Batch::keep`] does, and gives the ring memory of the caller's in its
    /// place. `allocate` is called with the bytes of a slot, and gives at least that many,
    /// beginning at a multiple of 256.
    ///
    /// # Errors
    /// What `allocate` returns; [`Error::Argument`](crate::Error::Argument) when its memory is too
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

    /// Returns the memory of the batch's slot, if it is of this type.
    pub(crate) fn memory_mut<M: super::slot::Memory>(&mut self) -> Option<&mut M> {
        self.lease.slot_mut()?.memory_mut()
    }

    fn bytes(&self, column: Column) -> &[u8] {
        &self.lease.bytes()[self.layout.range(column, self.rows)]
    }
}
