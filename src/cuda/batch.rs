//! A batch on the device, in the consumer's hands: addresses, shapes and strides of its columns.

use super::device::Device;
use super::memory::DeviceMemory;
use super::pool::Pool;
use super::slot::DeviceSlot;
use super::stream::Stream;
use super::transfer::DeviceLayout;
use super::waits::Wait;
use crate::feed::Column;
use crate::{DType, Error, Result};
use std::marker::PhantomData;
use std::sync::Arc;

/// A batch of examples in a device's memory. It holds a slot of the device until it is dropped.
///
/// It was delivered to a stream, the loader's own or the one given to [`next_on`](super::DeviceBatches::next_on): work that this stream is given
/// from then on finds the batch complete. Work on any other stream needs [`DeviceBatch::wait_on`] first.
///
/// Dropping it is not to wait for that work: it may be dropped as soon as the last work that uses it has been given to its
/// streams. What they are given after that must not use it. The same holds of the addresses in [`DeviceTensor`].
#[derive(Debug)]
pub struct DeviceBatch {
    /// Taken by `drop` only.
    slot: Option<DeviceSlot>,
    pool: Arc<Pool>,
    layout: Arc<DeviceLayout>,
    rows: usize,
    epoch: u64,
    index: u64,
    /// The consumer's, the one that it was delivered to first; none before that.
    streams: Vec<Stream>,
}

/// A column of a batch in a device's memory, in C order. All that DLPack wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceTensor<'a> {
    pointer: u64,
    dtype: DType,
    shape: [usize; 3],
    device: usize,
    batch: PhantomData<&'a DeviceBatch>,
}

impl DeviceTensor<'_> {
    /// The address in the device's memory, a `CUdeviceptr`, a multiple of 256.
    #[must_use]
    pub fn pointer(&self) -> u64 {
        self.pointer
    }

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

    /// From one example, channel or position to the next, in elements.
    #[must_use]
    pub fn strides(&self) -> [usize; 3] {
        [self.shape[1] * self.shape[2], self.shape[2], 1]
    }

    /// Bytes of all values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.size()
    }

    /// The number of the device.
    #[must_use]
    pub fn device(&self) -> usize {
        self.device
    }
}

impl DeviceBatch {
    /// A batch that is under way, to be delivered. `place` is its examples, its epoch and its number there.
    pub(super) fn new(
        slot: DeviceSlot,
        pool: Arc<Pool>,
        layout: Arc<DeviceLayout>,
        (rows, epoch, index): (usize, u64, u64),
    ) -> DeviceBatch {
        DeviceBatch { slot: Some(slot), pool, layout, rows, epoch, index, streams: Vec::with_capacity(1) }
    }

    /// Number of examples; see [`Batch::len`](crate::feed::Batch::len).
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

    /// Any column, or `None` when the batches do not have it. The shape of a column of one number is `(n, 1, 1)`.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<DeviceTensor<'_>> {
        let form = self.layout.form(column);
        let slot = self.slot.as_ref().filter(|_| form.channels > 0)?;
        let (expanded, place) = self.layout.place(column, self.rows);
        let memory = memory(slot, expanded);
        Some(DeviceTensor {
            pointer: memory.address(place),
            dtype: form.dtype,
            shape: [self.rows, form.channels, form.positions],
            device: memory.device().ordinal(),
            batch: PhantomData,
        })
    }

    /// One-hot sequence, `(n, 4, in_window)`, channels A, C, G, T, or `None` when the store has none.
    #[must_use]
    pub fn sequence(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Sequence)
    }

    /// Control tracks, `(n, channels, in_window)`, or `None` when there are none.
    #[must_use]
    pub fn controls(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Controls)
    }

    /// Signal tracks, `(n, channels, out_window)`, or `None` when the store has none.
    #[must_use]
    pub fn signal(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Signal)
    }

    /// Copies a column to the host, behind the work that the batch's stream has been given, and waits for it: its values' bytes
    /// in C order. For looking at batches, not for training.
    ///
    /// # Errors
    /// [`Error::Driver`], also with what went wrong in that work; [`Error::Argument`] when the batches do not have the column.
    pub fn read(&self, column: Column) -> Result<Vec<u8>> {
        let slot = self.slot.as_ref().filter(|_| self.layout.form(column).channels > 0);
        let (Some(slot), Some(stream)) = (slot, self.streams.first()) else {
            return Err(Error::argument("column", "the batches do not have it"));
        };
        let (expanded, place) = self.layout.place(column, self.rows);
        memory(slot, expanded).read(place, stream)
    }

    /// The stream that the batch was delivered to.
    ///
    /// # Panics
    /// Never: a batch in the consumer's hands was delivered.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.streams[0]
    }

    /// Lets another stream use the batch: what it is given from now on finds the batch complete, and the slot is not used again
    /// before what it was given until the batch is dropped.
    ///
    /// # Errors
    /// [`Error::Argument`] for a stream of another device; [`Error::Driver`].
    pub fn wait_on(&mut self, stream: &Stream) -> Result<()> {
        let wait = if self.streams.is_empty() { Wait::ConsumerAfterBatch } else { Wait::OtherAfterBatch };
        let Some(slot) = self.slot.as_mut().filter(|_| !self.streams.contains(stream)) else { return Ok(()) };
        check(stream, slot.memory().0.device())?;
        slot.prepare(self.streams.len() + 1)?;
        if !wait.left_out() {
            slot.ready.before(stream)?;
        }
        self.streams.push(stream.clone());
        Ok(())
    }
}

/// Checks that a stream is of a device.
pub(super) fn check(stream: &Stream, device: &Device) -> Result<()> {
    if stream.device() != device {
        let (its, here) = (stream.device().ordinal(), device.ordinal());
        return Err(Error::argument("stream", format!("it belongs to device {its}, and the batches to device {here}")));
    }
    Ok(())
}

fn memory(slot: &DeviceSlot, expanded: bool) -> &DeviceMemory {
    let (crossed, other) = slot.memory();
    other.filter(|_| expanded).unwrap_or(crossed)
}

impl Drop for DeviceBatch {
    fn drop(&mut self) {
        let Some(mut slot) = self.slot.take() else { return };
        if self.streams.is_empty() || slot.release(&self.streams) {
            self.pool.give_back(slot);
        } else {
            // Nobody knows when its users end.
            self.pool.lose(slot);
        }
    }
}
