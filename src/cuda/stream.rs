//! CUDA streams: queues of work of a device, owned or borrowed.
#![allow(unsafe_code, reason = "streams are the driver's")]

use super::device::Device;
use super::driver::wrapped;
use crate::{Error, Result};
use cudarc::driver::{result, sys};
use std::ffi::c_void;
use std::sync::Arc;

/// The handle `CU_STREAM_PER_THREAD`.
const PER_THREAD: usize = 2;

/// A CUDA stream of a device. Clones are the same one.
///
/// ```no_run
/// use atemoya::cuda::{DeviceGenerator, Stream};
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// let stream = Stream::new(&device)?;
/// let generator = DeviceGenerator::new(&device, generator).stream(Some(stream.clone()));
/// let mut loader = generator.build()?;
/// let batch = loader.epoch(0).next().unwrap()?;
/// assert_eq!(batch.stream(), &stream);
/// stream.synchronize()?; // the host waits for the batch
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    device: Device,
    raw: sys::CUstream,
    owned: bool,
}

// SAFETY: the driver's functions may be called, and its handles used, from any thread at once.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl Stream {
    /// Creates a stream with `CU_STREAM_NON_BLOCKING`: no other stream, the default one included,
    /// waits for it implicitly. Work on another stream that reads a batch of this one needs
    /// [`wait_on`](super::DeviceBatch::wait_on).
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn new(device: &Device) -> Result<Stream> {
        let _entered = device.enter()?;
        let kind = result::stream::StreamKind::NonBlocking;
        let raw = result::stream::create(kind).map_err(wrapped("create a stream"))?;
        Ok(Stream(Arc::new(Inner { device: device.clone(), raw, owned: true })))
    }

    /// Borrows a stream, a `CUstream` or `cudaStream_t` (PyTorch's
    /// `torch.cuda.current_stream().cuda_stream`). Null and 1 are the legacy default stream, also
    /// for a caller that was compiled with per-thread default streams.
    ///
    /// ```no_run
    /// # fn current_stream() -> *mut std::ffi::c_void { std::ptr::null_mut() }
    /// use atemoya::cuda::{Device, DeviceGenerator, Stream};
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let device = Device::open(0)?;
    /// // SAFETY: the framework's stream is of this device, and lives as long as the process.
    /// let stream = unsafe { Stream::borrow(&device, current_stream()) }?;
    /// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
    /// let mut loader = DeviceGenerator::new(&device, generator).stream(Some(stream)).build()?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for 2, `CU_STREAM_PER_THREAD`. It is a different stream on each thread,
    /// and a batch may be dropped on any thread.
    ///
    /// # Safety
    /// It must be a stream of the device's primary context, or null or 1. It must exist as long as
    /// any clone of the returned value; loaders and batches hold clones.
    pub unsafe fn borrow(device: &Device, raw: *mut c_void) -> Result<Stream> {
        if raw.addr() == PER_THREAD {
            return Err(Error::argument(
                "stream",
                "CU_STREAM_PER_THREAD is a different stream on each thread: give a created stream or the default, 1",
            ));
        }
        Ok(Stream(Arc::new(Inner { device: device.clone(), raw: raw.cast(), owned: false })))
    }

    /// Returns the device that it belongs to.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.0.device
    }

    /// Returns the driver's handle, a `CUstream`. It is valid as long as any clone lives.
    #[must_use]
    pub fn as_raw(&self) -> *mut c_void {
        self.0.raw.cast()
    }

    pub(super) fn raw(&self) -> sys::CUstream {
        self.0.raw
    }

    /// Waits, on the host, for all work that the stream has been given.
    ///
    /// # Errors
    /// [`Error::Driver`], also for errors of that work.
    pub fn synchronize(&self) -> Result<()> {
        let _entered = self.0.device.enter()?;
        // SAFETY: the stream exists as long as `self`, by its construction.
        unsafe { result::stream::synchronize(self.0.raw) }.map_err(wrapped("wait for a stream"))
    }

    /// Waits before memory that the work uses is used again or freed. Returns whether the work has
    /// ended. Nearly every call of the driver may return the error of earlier asynchronous work,
    /// which says nothing about this wait: therefore there is a second attempt.
    pub(super) fn settle(&self) -> bool {
        self.synchronize().is_ok() || self.synchronize().is_ok()
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Stream) -> bool {
        self.0.raw == other.0.raw && self.0.device == other.0.device
    }
}

impl Eq for Stream {}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.owned {
            let _entered = self.device.enter_to_free();
            // SAFETY: it was created by `new` and has no other owner. The driver finishes the work
            // that it still has.
            let _ = unsafe { result::stream::destroy(self.raw) };
        }
    }
}
