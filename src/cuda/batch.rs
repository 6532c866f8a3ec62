//! A batch on the device, in the consumer's hands: addresses, shapes and strides of its columns.

use super::lease::Lease;
use super::memory::DeviceMemory;
use super::slot::DeviceSlot;
use super::stream::Stream;
use super::transfer::DeviceLayout;
use super::waits::Wait;
use crate::feed::Column;
use crate::{DType, Error, Result};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A batch of examples in a device's memory. It holds a slot of the device until it is dropped.
///
/// It was delivered to a stream, the loader's own or the one given to
/// [`next_on`](super::DeviceBatches::next_on): work that this stream is given from then on finds
/// the batch complete. Work on any other stream needs [`DeviceBatch::wait_on`] first.
///
/// Dropping it is not to wait for that work: it may be dropped as soon as the last work that uses
/// it has been given to its streams. What they are given after that must not use it. The same holds
/// of the addresses in [`DeviceTensor`]. It may be used and dropped by any thread, whatever context
/// is current there, but not in a function that a stream calls on the host (`cuLaunchHostFunc`),
/// nor in a process that was forked.
///
/// Where the device has no memory pools, the last batch that outlives its loader does wait when it
/// is dropped.
///
/// Its memory may be written to: nothing is read from it again. Several owners share it in an
/// [`Arc`]: tensors of a DLPack consumer, say, each of which lets its own stream wait. (DLPack's
/// stream -1 is that of a consumer which waits by itself, on [`DeviceBatch::stream`]; the others
/// are for [`Stream::borrow`].)
#[derive(Debug)]
pub struct DeviceBatch {
    lease: Mutex<Lease>,
    stream: Stream,
    layout: Arc<DeviceLayout>,
    place: Place,
}

/// Which batch it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Examples.
    pub(super) rows: usize,
    pub(super) epoch: u64,
    /// Its number in the epoch.
    pub(super) index: u64,
}

/// A batch that is under way to the device, or there and not delivered.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) lease: Lease,
    pub(super) layout: Arc<DeviceLayout>,
    pub(super) place: Place,
}

impl Pending {
    /// Makes a stream wait for it.
    pub(super) fn deliver(mut self, stream: &Stream) -> Result<DeviceBatch> {
        self.lease.use_on(stream, Wait::ConsumerAfterBatch)?;
        let Pending { lease, layout, place } = self;
        Ok(DeviceBatch { lease: Mutex::new(lease), stream: stream.clone(), layout, place })
    }
}

/// A column of a batch in a device's memory, in C order: all that DLPack wants to know. Its address
/// is valid as long as the batch, and the work that its streams were given before the batch was
/// dropped.
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
    pub fn byte_len(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.size()
    }

    /// The number of the device.
    #[must_use]
    pub fn device(&self) -> usize {
        self.device
    }
}

impl DeviceBatch {
    /// Number of examples; see [`Batch::len`](crate::feed::Batch::len).
    #[must_use]
    pub fn len(&self) -> usize {
        self.place.rows
    }

    /// Whether this rank has no example of the batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.place.rows == 0
    }

    /// The epoch that the batch belongs to.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.place.epoch
    }

    /// The batch's number in its epoch, the same on every rank.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.place.index
    }

    /// Any column, or `None` when the batches do not have it. The shape of a column of one number
    /// is `(n, 1, 1)`.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<DeviceTensor<'_>> {
        let form = self.layout.form(column);
        if form.channels == 0 {
            return None;
        }
        let lease = self.lease();
        let (expanded, place) = self.layout.place(column, self.place.rows);
        let memory = memory(lease.slot(), expanded);
        Some(DeviceTensor {
            pointer: memory.address(place),
            dtype: form.dtype,
            shape: [self.place.rows, form.channels, form.positions],
            device: memory.device().ordinal(),
            batch: PhantomData,
        })
    }

    /// One-hot sequence, `(n, 4, in_window)`, channels A, C, G, T, or packed as `u64`,
    /// `(n, 4, ceil(in_window / 64))`; `None` when the store has none.
    #[must_use]
    pub fn sequence(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Sequence)
    }

    /// Control tracks, `(n, control channels, in_window)`, or `None` when there are none.
    #[must_use]
    pub fn controls(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Controls)
    }

    /// Signal tracks, `(n, signal channels, out_window)`, or `None` when the store has none.
    #[must_use]
    pub fn signal(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Signal)
    }

    /// Copies a column to the host, behind the work that the batch's stream has been given, and
    /// waits for it: its values' bytes in C order. For looking at batches, not for training.
    ///
    /// # Errors
    /// [`Error::Driver`], also with what went wrong in that work; [`Error::Argument`] when the
    /// batches do not have the column.
    pub fn read(&self, column: Column) -> Result<Vec<u8>> {
        if self.layout.form(column).channels == 0 {
            return Err(Error::argument("column", "the batches do not have it"));
        }
        let (expanded, place) = self.layout.place(column, self.place.rows);
        memory(self.lease().slot(), expanded).read(place, &self.stream)
    }

    /// Looks at its slot.
    pub(super) fn with_slot<T>(&self, look: impl FnOnce(&DeviceSlot) -> T) -> T {
        look(self.lease().slot())
    }

    /// Never gives its slot back, nor frees it: for when nobody knows whether it is still in use.
    pub(super) fn lose(self) {
        self.lease().lose();
    }

    /// The stream that the batch was delivered to.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Lets another stream use the batch: what it is given from now on finds the batch complete,
    /// and the slot is not used again before what it was given until the batch is dropped. A stream
    /// that has the batch already is left as it is.
    ///
    /// # Errors
    /// [`Error::Argument`] for a stream of another device; [`Error::Driver`].
    pub fn wait_on(&self, stream: &Stream) -> Result<()> {
        self.lease().use_on(stream, Wait::OtherAfterBatch)
    }

    /// Says that a stream is done with the batch: what it is given from now on must not use it, and
    /// it need not exist any longer. Streams of which this is not said are done when the batch is
    /// dropped. For DLPack, whose consumers bring a stream and do not say how long it lives.
    ///
    /// # Errors
    /// [`Error::Driver`]; the stream is not done then.
    pub fn done_on(&self, stream: &Stream) -> Result<()> {
        self.lease().done_on(stream)
    }

    /// The lease stays whole if a thread dies while holding the lock.
    fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn memory(slot: &DeviceSlot, expanded: bool) -> &DeviceMemory {
    let (crossed, other) = slot.memory();
    other.filter(|_| expanded).unwrap_or(crossed)
}
