//! Page-locked memory, from which a device copies asynchronously. It is the memory of a slot of the
//! feed's ring; refilling the slot waits for the copy.
//!
//! `cudarc`'s own buffer records its event only under some settings of its context, and then safe
//! code can write to it during a copy. Here the event is recorded after every copy.
#![allow(unsafe_code, reason = "page-locked memory is the driver's")]

use super::driver::wrapped;
use super::event::Event;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use crate::Result;
use crate::feed::slot::Memory;
use cudarc::driver::{result, sys};
use std::ptr::NonNull;

/// A page-locked allocation, from which only one stream copies.
#[derive(Debug)]
pub(super) struct PageLocked {
    address: NonNull<u8>,
    bytes: usize,
    stream: Stream,
    /// Recorded after each copy.
    copied: Event,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No copy reads it.
    Idle,
    /// A copy may read it until the event has passed.
    Copied,
    /// A copy may read it, and the event could not be recorded: the stream must be waited for.
    Unrecorded,
}

// SAFETY: the memory is not bound to a thread, and the value owns it.
unsafe impl Send for PageLocked {}
// SAFETY: through a shared reference it is only read, and the device only reads it too.
unsafe impl Sync for PageLocked {}

impl PageLocked {
    /// Allocates `bytes`, at least one, filled with zeros, for copies on `stream`. The memory is
    /// page-locked for all contexts. Write-combined memory is faster to copy on some machines, and
    /// very slow to read on the host.
    pub(super) fn new(stream: &Stream, bytes: usize, write_combined: bool) -> Result<PageLocked> {
        let copied = Event::new(stream.device())?;
        let _entered = stream.device().enter()?;
        let flags = sys::CU_MEMHOSTALLOC_PORTABLE | if write_combined { sys::CU_MEMHOSTALLOC_WRITECOMBINED } else { 0 };
        let operation = || wrapped(format!("allocate {bytes} bytes of page-locked memory"));
        // SAFETY: a context is current; the memory is filled below, before it is read.
        let address = unsafe { result::malloc_host(bytes, flags) }.map_err(operation())?;
        let none = || operation()(cudarc::driver::DriverError(sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY));
        let address = NonNull::new(address.cast::<u8>()).ok_or_else(none)?;
        // SAFETY: the driver allocated `bytes` at this address, and they have no other owner.
        unsafe { address.write_bytes(0, bytes) };
        Ok(PageLocked { address, bytes, stream: stream.clone(), copied, state: State::Idle })
    }

    /// Begins to copy all of it to the start of device memory, without waiting.
    ///
    /// # Panics
    /// If the target is smaller.
    pub(super) fn copy_to(&mut self, target: &DeviceMemory) -> Result<()> {
        let address = target.address(0..self.bytes);
        let _entered = self.stream.device().enter()?;
        // SAFETY: the target is allocated and as long. The source is page-locked, and stays
        // allocated and unwritten until the copy has ended: from now on `state` says that it may be
        // read, also if the call fails, and writing and freeing wait.
        let copied = unsafe { result::memcpy_htod_async(address, self.bytes(), self.stream.raw()) };
        self.state = State::Unrecorded;
        self.copied.record(&self.stream)?;
        self.state = State::Copied;
        copied.map_err(wrapped("copy a batch to the device"))
    }

    /// Returns the event after the last copy.
    pub(super) fn copied(&self) -> &Event {
        &self.copied
    }

    /// Waits, on the host, until no copy reads it.
    fn wait(&mut self, sync_point: SyncPoint) -> Result<()> {
        match self.state {
            State::Idle => {}
            State::Copied if sync_point.left_out() => {}
            State::Copied => self.copied.synchronize()?,
            State::Unrecorded if SyncPoint::FailedCopied.left_out() => {}
            State::Unrecorded => self.stream.synchronize()?,
        }
        self.state = State::Idle;
        Ok(())
    }
}

impl Memory for PageLocked {
    fn bytes(&self) -> &[u8] {
        // SAFETY: allocated and filled in `new`, and written only through `&mut self`.
        unsafe { std::slice::from_raw_parts(self.address.as_ptr(), self.bytes) }
    }

    fn bytes_mut(&mut self) -> Result<&mut [u8]> {
        self.wait(SyncPoint::RefillPageLocked)?;
        // SAFETY: allocated and filled in `new`; `&mut self` is the only reference, and no copy
        // reads it any more.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.address.as_ptr(), self.bytes) })
    }

    fn in_use(&self) -> bool {
        self.state != State::Idle
    }
}

impl Drop for PageLocked {
    fn drop(&mut self) {
        // If the wait fails, the device may still read: a leak is safe, freeing is not.
        if self.wait(SyncPoint::FreePageLocked).is_ok() || self.stream.settle() {
            let _entered = self.stream.device().enter_to_free();
            // SAFETY: it comes from `malloc_host`, in `new`, and no copy reads it any more.
            let _ = unsafe { result::free_host(self.address.as_ptr().cast()) };
        }
    }
}
