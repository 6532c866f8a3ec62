//! A batch in the consumer's hands: typed views of the columns of its slot.

use super::layout::{Column, Layout};
use super::slot::{Lease, Slot};
use super::tensor::{AnyTensor, Tensor};
use crate::Result;
use std::sync::Arc;

/// A batch of examples: one-hot sequence, controls and signal, and what each example is.
///
/// A streamed batch holds a slot of the loader's ring until it is dropped, so a consumer that holds
/// many batches needs as many slots, or [keeps](Batch::keep) them. A
/// [fetched](crate::Dataset::fetch) batch has memory of its own.
///
/// All columns lie in one allocation that begins on a page boundary. Each starts at a multiple of
/// 256 bytes.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).max_jitter(50).build()?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     let n = batch.len();
///     assert_eq!(batch.sequence().unwrap().shape(), [n, 4, 2114]); // i8
///     assert_eq!(batch.controls().unwrap().shape(), [n, 1, 2114]); // f32
///     assert_eq!(batch.signal().unwrap().shape(), [n, 2, 1000]); // f32
///
///     for (row, &label) in batch.labels().iter().enumerate() {
///         let loci = if label == 1 { loader.peaks() } else { loader.negatives() };
///         let locus = loci[batch.sources()[row] as usize];
///         let shift = if label == 1 { batch.offsets()[row] - 50 } else { 0 };
///         let centre = locus.centre + shift; // of this example's windows
///         let reversed = batch.reverse_complemented()[row] == 1;
///         println!("contig {}, centre {centre}, reversed: {reversed}", locus.contig);
///     }
/// }
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
        let shape = [self.rows, channels, positions];
        (channels > 0).then(|| AnyTensor::new(self.layout.dtype(column), self.bytes(column), shape))
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
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::feed::Column;
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let dataset = PeakGenerator::new(&Store::open("yeast.atemoya")?).dataset()?;
    /// let batch = dataset.fetch(0, &[0, 1, 5])?;
    /// let (bytes, layout) = batch.slot();
    /// let labels = &bytes[layout.range(Column::Labels, batch.len())];
    /// assert_eq!(labels.len(), 3 * 8); // i64
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    #[must_use]
    pub fn slot(&self) -> (&[u8], &Layout) {
        (&self.lease.bytes()[..self.layout.bytes()], &self.layout)
    }

    /// Returns the whole slot for writing. What is written there changes this batch and no later
    /// one.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::feed::Column;
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
    /// let mut batch = loader.epoch(0).next().unwrap()?;
    /// let controls = batch.slot().1.range(Column::Controls, batch.len());
    /// batch.slot_mut()?[controls].fill(0); // an ablation: without controls
    /// assert_eq!(batch.controls().unwrap().iter().sum::<f32>(), 0.0);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
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
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{Batch, PeakGenerator, Store};
    ///
    /// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
    /// let loader = generator.batch_size(4).slots(Some(2)).build()?;
    /// let mut epoch: Vec<Batch> = Vec::new();
    /// for batch in loader.epoch(0) {
    ///     let mut batch = batch?;
    ///     batch.keep()?; // without it, the third batch would be `Error::AllLeased`
    ///     epoch.push(batch);
    /// }
    /// assert_eq!(epoch.len(), 11);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
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
    #[doc(hidden)]
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
