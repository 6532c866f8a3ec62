//! Device memory, which is freed in the order of a CUDA stream.
#![allow(unsafe_code, reason = "device memory is the driver's")]

use super::device::Device;
use super::driver::wrapped;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use crate::Result;
use cudarc::driver::result;
use std::ops::Range;

/// An allocation of a device. It is freed after the work that its stream has been given. Its owner
/// must have made that stream wait for all other uses before it drops the memory: a slot does so in
/// its `drop`.
#[derive(Debug)]
pub(super) struct DeviceMemory {
    stream: Stream,
    address: u64,
    bytes: usize,
}

impl DeviceMemory {
    /// Allocates `bytes`, at least one, for work of `stream` or ordered after it. The memory is not
    /// initialised.
    pub(super) fn new(stream: &Stream, bytes: usize) -> Result<DeviceMemory> {
        let _entered = stream.device().enter()?;
        let address = if stream.device().pools() {
            // SAFETY: the stream exists; the memory is never read before it is written.
            unsafe { result::malloc_async(stream.raw(), bytes) }
        } else {
            // SAFETY: as above.
            unsafe { result::malloc_sync(bytes) }
        };
        let address = address.map_err(wrapped(format!("allocate {bytes} bytes on the device")))?;
        Ok(DeviceMemory { stream: stream.clone(), address, bytes })
    }

    pub(super) fn device(&self) -> &Device {
        self.stream.device()
    }

    /// Returns the device address of a range, in bytes from the start.
    ///
    /// # Panics
    /// If the range does not lie in the memory.
    pub(super) fn address(&self, range: Range<usize>) -> u64 {
        assert!(range.start <= range.end && range.end <= self.bytes, "{range:?} is not in {} bytes", self.bytes);
        self.address + range.start as u64
    }

    /// Copies a range to the host, after the work that `stream` has been given, and waits for it.
    ///
    /// # Panics
    /// If the range does not lie in the memory.
    pub(super) fn read(&self, range: Range<usize>, stream: &Stream) -> Result<Vec<u8>> {
        let mut bytes = vec![0; range.len()];
        if range.is_empty() {
            return Ok(bytes);
        }
        let _entered = self.device().enter()?;
        let address = self.address(range);
        // SAFETY: the range is allocated and as long as the vector, which lives until the stream
        // has been waited for below.
        let copied = unsafe { result::memcpy_dtoh_async(&mut bytes, address, stream.raw()) };
        if let Err(error) = stream.synchronize() {
            // The device may still write: a leak is safe, freeing is not.
            let _ = bytes.leak();
            return Err(error);
        }
        copied.map_err(wrapped("copy from the device"))?;
        Ok(bytes)
    }

    /// Leaks the memory, for when the device may still use it.
    pub(super) fn leak(self) {
        let _ = std::mem::ManuallyDrop::new(self);
    }
}

impl Drop for DeviceMemory {
    fn drop(&mut self) {
        let _entered = self.device().enter_to_free();
        if self.device().pools() {
            // SAFETY: it was allocated in `new`. The stream frees it after all its uses, which the
            // owner has ordered before.
            let _ = unsafe { result::free_async(self.address, self.stream.raw()) };
        } else if SyncPoint::FreeOnHost.left_out() || self.stream.settle() {
            // SAFETY: it was allocated in `new`, and the stream, which is ordered after all its
            // uses, has been waited for.
            let _ = unsafe { result::free_sync(self.address) };
        }
    }
}
