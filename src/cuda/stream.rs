//! Streams: sequences of work of a device, of our own or borrowed.
#![allow(unsafe_code, reason = "streams are the driver's")]

use super::device::Device;
use super::driver::wrapped;
use crate::{Error, Result};
use cudarc::driver::{result, sys};
use std::ffi::c_void;
use std::sync::Arc;

/// The handle `CU_STREAM_PER_THREAD`.
const PER_THREAD: usize = 2;

/// A stream of a device. Clones are the same one.
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
    /// Makes a stream that no other one waits for of itself, the default stream included
    /// (`CU_STREAM_NON_BLOCKING`): work on another stream needs
    /// [`wait_on`](super::DeviceBatch::wait_on) to see what is on this one.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn new(device: &Device) -> Result<Stream> {
        let _entered = device.enter()?;
        let kind = result::stream::StreamKind::NonBlocking;
        let raw = result::stream::create(kind).map_err(wrapped("make a stream"))?;
        Ok(Stream(Arc::new(Inner { device: device.clone(), raw, owned: true })))
    }

    /// Borrows a stream, a `CUstream` or `cudaStream_t` (PyTorch's
    /// `torch.cuda.current_stream().cuda_stream`). Null and 1 are the legacy default stream,
    /// however the caller was compiled.
    ///
    /// ```no_run
    /// # fn current_stream() -> *mut std::ffi::c_void { std::ptr::null_mut() }
    /// use atemoya::cuda::{Device, DeviceGenerator, Stream};
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let device = Device::open(0)?;
    /// // SAFETY: the framework's stream is one of this device, and is there as long as the process.
    /// let stream = unsafe { Stream::borrow(&device, current_stream()) }?;
    /// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
    /// let mut loader = DeviceGenerator::new(&device, generator).stream(Some(stream)).build()?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for 2, `CU_STREAM_PER_THREAD`, which is another stream on each thread,
    /// while batches may be dropped on any.
    ///
    /// # Safety
    /// It must be a stream of the device's primary context, or one of the above, and exist as long
    /// as any clone of what is returned. Loaders and batches that were given one hold a clone.
    pub unsafe fn borrow(device: &Device, raw: *mut c_void) -> Result<Stream> {
        if raw.addr() == PER_THREAD {
            return Err(Error::argument("stream", "CU_STREAM_PER_THREAD is another stream on each thread"));
        }
        Ok(Stream(Arc::new(Inner { device: device.clone(), raw: raw.cast(), owned: false })))
    }

    /// The device that it belongs to.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.0.device
    }

    /// The driver's handle, a `CUstream`. It is valid as long as any clone of this lives.
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
    /// [`Error::Driver`], also with what went wrong in that work.
    pub fn synchronize(&self) -> Result<()> {
        let _entered = self.0.device.enter()?;
        // SAFETY: the stream exists as long as `self`, by its construction.
        unsafe { result::stream::synchronize(self.0.raw) }.map_err(wrapped("wait for a stream"))
    }

    /// The same before something that its work uses is used again or freed. Returns whether the
    /// work has ended. An answer of the driver may be the error of some earlier, asynchronous work,
    /// as its documentation says of nearly every call, and then says nothing of this wait: so a
    /// second attempt is made.
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
            // SAFETY: it was made by `new` and nobody else has it. Work that it still has is
            // finished by the driver.
            let _ = unsafe { result::stream::destroy(self.raw) };
        }
    }
}
