//! Memory of a device, which is freed in the order of a stream.
#![allow(unsafe_code, reason = "device memory is the driver's")]

use super::device::Device;
use super::driver::wrapped;
use super::stream::Stream;
use super::waits::Wait;
use crate::Result;
use cudarc::driver::result;
use std::ops::Range;

/// An allocation of a device. It is freed behind what its stream has been given by then: whoever
/// drops it has made that stream wait for all else that uses it. A slot does so in its `drop`, and
/// gives its memory to nobody.
#[derive(Debug)]
pub(super) struct DeviceMemory {
    stream: Stream,
    address: u64,
    bytes: usize,
}

impl DeviceMemory {
    /// Allocates exactly `bytes`, at least one, for work that is given to `stream` or ordered after
    /// it. Nothing is in it.
    pub(super) fn new(stream: &Stream, bytes: usize) -> Result<DeviceMemory> {
        let _entered = stream.device().enter()?;
        let address = if stream.device().pools() {
            // SAFETY: the stream exists; what is in the memory is never read before it was written.
            unsafe { result::malloc_async(stream.raw(), bytes) }
        } else {
            // SAFETY: as above.
            unsafe { result::malloc_sync(bytes) }
        };
        let address = address.map_err(wrapped(format!("allocate {bytes} bytes of the device")))?;
        Ok(DeviceMemory { stream: stream.clone(), address, bytes })
    }

    pub(super) fn device(&self) -> &Device {
        self.stream.device()
    }

    /// The device's address of a part, in bytes from the start.
    ///
    /// # Panics
    /// When it is not a part.
    pub(super) fn address(&self, part: Range<usize>) -> u64 {
        assert!(part.start <= part.end && part.end <= self.bytes, "{part:?} is not in {} bytes", self.bytes);
        self.address + part.start as u64
    }

    /// Copies a part to the host, behind the work that `stream` has been given, and waits for it.
    ///
    /// # Panics
    /// When it is not a part.
    pub(super) fn read(&self, part: Range<usize>, stream: &Stream) -> Result<Vec<u8>> {
        let mut bytes = vec![0; part.len()];
        if part.is_empty() {
            return Ok(bytes);
        }
        let _entered = self.device().enter()?;
        let address = self.address(part);
        // SAFETY: the part is allocated and as long as the vector, which is alive until the stream
        // was waited for below.
        let copied = unsafe { result::memcpy_dtoh_async(&mut bytes, address, stream.raw()) };
        if let Err(error) = stream.synchronize() {
            // Nobody knows whether the device still writes: a leak is safe, freeing is not.
            let _ = bytes.leak();
            return Err(error);
        }
        copied.map_err(wrapped("copy from the device"))?;
        Ok(bytes)
    }

    /// Never frees it: for when nobody knows whether it is still in use.
    pub(super) fn leak(self) {
        let _ = std::mem::ManuallyDrop::new(self);
    }
}

impl Drop for DeviceMemory {
    fn drop(&mut self) {
        let _entered = self.device().enter_to_free();
        if self.device().pools() {
            // SAFETY: it was allocated in `new`, and the stream frees it after all its uses, as the
            // type asks for.
            let _ = unsafe { result::free_async(self.address, self.stream.raw()) };
        } else if Wait::FreeOnHost.left_out() || self.stream.settle() {
            // SAFETY: it was allocated in `new`, and the stream, which comes after all its uses,
            // has been waited for.
            let _ = unsafe { result::free_sync(self.address) };
        }
    }
}
