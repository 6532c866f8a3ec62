//! Delivered batches on the device: addresses, shapes and strides of their columns.

use super::lease::Lease;
use super::memory::DeviceMemory;
use super::slot::DeviceSlot;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use super::transfer::DeviceLayout;
use crate::feed::Column;
use crate::{DType, Error, Result};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A batch of examples in device memory. It holds a slot of the device until it is dropped.
///
/// It is delivered to a CUDA stream: that of the loader, or the one given to
/// [`next_on`](super::DeviceBatches::next_on). Work that this stream is given from then on finds
/// the batch complete. For work on any other stream, call [`DeviceBatch::wait_on`] first.
///
/// It may be dropped as soon as its streams have been given the last work that uses it; dropping
/// does not wait for that work. Work that they are given later must not use the batch, nor the
/// addresses in its [`DeviceTensor`]s. Any thread may use and drop it, with any current context,
/// except in a function that a stream calls on the host (`cuLaunchHostFunc`) and in a forked
/// process.
///
/// If the device has no memory pools, dropping the last batch after its loader does wait.
///
/// Its memory may be written to: the loader does not read it again. Several owners can share it in
/// an [`Arc`], as DLPack tensors do, each of which lets the stream of its consumer wait. (A
/// consumer that names DLPack's stream -1 waits by itself, on [`DeviceBatch::stream`]; other
/// streams are for [`Stream::borrow`].)
///
/// ```no_run
/// use atemoya::cuda::Stream;
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// # let mut loader = atemoya::cuda::DeviceGenerator::new(&device, generator).build()?;
/// let other = Stream::new(&device)?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     batch.wait_on(&other)?; // work that `other` is given from now on finds the batch complete
///     let (x, y) = (batch.sequence().unwrap(), batch.signal().unwrap());
///     assert_eq!((x.shape()[0], y.shape()[0]), (batch.len(), batch.len()));
///     // ... launches on `other` ...
/// } // the slot is used again after that work
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct DeviceBatch {
    lease: Mutex<Lease>,
    stream: Stream,
    layout: Arc<DeviceLayout>,
    info: BatchInfo,
}

/// The size of a batch, and its place in a stream of a loader.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchInfo {
    /// The number of examples.
    pub(super) rows: usize,
    pub(super) epoch: u64,
    /// The number of the batch in its epoch.
    pub(super) index: u64,
}

/// A batch in flight to the device, or there and not delivered.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) lease: Lease,
    pub(super) layout: Arc<DeviceLayout>,
    pub(super) info: BatchInfo,
}

impl Pending {
    /// Delivers the batch to a stream, which waits for it on the device.
    pub(super) fn deliver(mut self, stream: &Stream) -> Result<DeviceBatch> {
        self.lease.use_on(stream, SyncPoint::ConsumerAfterBatch)?;
        let Pending { lease, layout, info } = self;
        Ok(DeviceBatch { lease: Mutex::new(lease), stream: stream.clone(), layout, info })
    }
}

/// A column of a batch in device memory, in C order, as DLPack describes it. Its address is valid
/// as long as the batch, and for work that its streams were given before the batch was dropped.
///
/// ```no_run
/// use atemoya::DType;
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// # let mut loader = atemoya::cuda::DeviceGenerator::new(&device, generator).build()?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     let y = batch.signal().unwrap();
///     let [n, channels, positions] = y.shape();
///     assert_eq!((y.dtype(), y.strides()), (DType::F32, [channels * positions, positions, 1]));
///     assert_eq!(y.byte_len(), 4 * n * channels * positions);
///     println!("{} bytes at {:#x}", y.byte_len(), y.pointer());
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceTensor<'a> {
    pointer: u64,
    dtype: DType,
    shape: [usize; 3],
    device: usize,
    batch: PhantomData<&'a DeviceBatch>,
}

impl DeviceTensor<'_> {
    /// Returns the device address, a `CUdeviceptr`, a multiple of 256.
    #[must_use]
    pub fn pointer(&self) -> u64 {
        self.pointer
    }

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

    /// Returns the strides of examples, channels and positions, in elements.
    #[must_use]
    pub fn strides(&self) -> [usize; 3] {
        [self.shape[1] * self.shape[2], self.shape[2], 1]
    }

    /// Returns the bytes of all values.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.size()
    }

    /// Returns the number of the device.
    #[must_use]
    pub fn device(&self) -> usize {
        self.device
    }
}

impl DeviceBatch {
    /// Returns the number of examples. Several ranks share each batch; this is the number of this
    /// rank.
    #[must_use]
    pub fn len(&self) -> usize {
        self.info.rows
    }

    /// Returns whether this rank has no example of the batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.info.rows == 0
    }

    /// Returns the epoch of the batch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.info.epoch
    }

    /// Returns the number of the batch in its epoch, the same on every rank.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.info.index
    }

    /// Returns a column, or `None` if the batches do not have it. The shape of a column with one
    /// number for each example is `(n, 1, 1)`.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<DeviceTensor<'_>> {
        let on_device = self.layout.column(column);
        if on_device.channels == 0 {
            return None;
        }
        let lease = self.lease();
        let (expanded, range) = self.layout.range(column, self.info.rows);
        let memory = memory(lease.slot(), expanded);
        Some(DeviceTensor {
            pointer: memory.address(range),
            dtype: on_device.dtype,
            shape: [self.info.rows, on_device.channels, on_device.positions],
            device: memory.device().ordinal(),
            batch: PhantomData,
        })
    }

    /// Returns the one-hot sequence, `(n, 4, in_window)`, channels A, C, G, T, or packed as `u64`,
    /// `(n, 4, ceil(in_window / 64))`; `None` if the store has none.
    #[must_use]
    pub fn sequence(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Sequence)
    }

    /// Returns the controls, `(n, control channels, in_window)`, or `None` if there are none.
    #[must_use]
    pub fn controls(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Controls)
    }

    /// Returns the signal, `(n, signal channels, out_window)`, or `None` if the store has none.
    #[must_use]
    pub fn signal(&self) -> Option<DeviceTensor<'_>> {
        self.column(Column::Signal)
    }

    /// Copies a column to the host, after the work that the batch's stream has been given, and
    /// waits for the copy. Returns the bytes of the values in C order. For inspection, not for
    /// training.
    ///
    /// # Errors
    /// [`Error::Driver`], also for errors of that work; [`Error::Argument`] if the batches do not
    /// have the column.
    pub fn read(&self, column: Column) -> Result<Vec<u8>> {
        if self.layout.column(column).channels == 0 {
            return Err(Error::argument("column", "the batches do not have this column"));
        }
        let (expanded, range) = self.layout.range(column, self.info.rows);
        memory(self.lease().slot(), expanded).read(range, &self.stream)
    }

    /// Calls a function with the slot of the batch.
    pub(super) fn with_slot<T>(&self, function: impl FnOnce(&DeviceSlot) -> T) -> T {
        function(self.lease().slot())
    }

    /// Gives up the slot, which is neither used again nor freed, for when the device may still use
    /// it.
    pub(super) fn lose(self) {
        self.lease().lose();
    }

    /// Returns the stream that the batch was delivered to.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Lets another stream use the batch. Work that it is given from now on finds the batch
    /// complete. The slot is used again only after the work that the stream has been given when the
    /// batch is dropped. For a stream that uses the batch already, this does nothing.
    ///
    /// # Errors
    /// [`Error::Argument`] for a stream of another device; [`Error::Driver`].
    pub fn wait_on(&self, stream: &Stream) -> Result<()> {
        self.lease().use_on(stream, SyncPoint::OtherAfterBatch)
    }

    /// Declares that a stream is done with the batch. Work that it is given from now on must not
    /// use the batch, and the stream may be destroyed. All other streams are done when the batch is
    /// dropped. This is for DLPack, whose consumers name a stream without its lifetime.
    ///
    /// # Errors
    /// [`Error::Driver`]; the stream is not done then.
    pub fn done_on(&self, stream: &Stream) -> Result<()> {
        self.lease().done_on(stream)
    }

    /// Ignores poisoning: the lease is whole if a thread panics while it holds the lock.
    fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn memory(slot: &DeviceSlot, expanded: bool) -> &DeviceMemory {
    let (crossed, other) = slot.memory();
    other.filter(|_| expanded).unwrap_or(crossed)
}
