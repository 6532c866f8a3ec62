//! Page-locked memory, from which a device copies by itself: a slot of the feed's ring, whose reuse
//! waits for the copy.
//!
//! `cudarc`'s own buffer records its event only under some settings of its context, so that safe
//! code can write to it while it is read. Here the event is recorded after every copy.
#![allow(unsafe_code, reason = "page-locked memory is the driver's")]

use super::driver::wrapped;
use super::event::Event;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::waits::Wait;
use crate::Result;
use crate::feed::slot::Memory;
use cudarc::driver::{result, sys};
use std::ptr::NonNull;

/// A page-locked allocation, copied from by one stream only.
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
    /// Nothing reads it.
    Idle,
    /// A copy may read it until the event is past.
    Copied,
    /// The same, but the event could not be recorded: the stream has to be waited for.
    Unrecorded,
}

// SAFETY: the memory is not bound to a thread, and it is the value's own.
unsafe impl Send for PageLocked {}
// SAFETY: through a shared reference it is only read, and the device only reads it too.
unsafe impl Sync for PageLocked {}

impl PageLocked {
    /// Allocates exactly `bytes`, at least one, filled with zeros, for copies on `stream`. It is
    /// page-locked for all contexts. Write-combined memory is faster to copy on some machines and
    /// very slow to read for the host.
    pub(super) fn new(stream: &Stream, bytes: usize, write_combined: bool) -> Result<PageLocked> {
        let copied = Event::new(stream.device())?;
        let _entered = stream.device().enter()?;
        let flags = sys::CU_MEMHOSTALLOC_PORTABLE | if write_combined { sys::CU_MEMHOSTALLOC_WRITECOMBINED } else { 0 };
        let operation = || wrapped(format!("allocate {bytes} bytes of page-locked memory"));
        // SAFETY: a context is current; the memory is filled below, before it is read.
        let address = unsafe { result::malloc_host(bytes, flags) }.map_err(operation())?;
        let none = || operation()(cudarc::driver::DriverError(sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY));
        let address = NonNull::new(address.cast::<u8>()).ok_or_else(none)?;
        // SAFETY: the driver gave so many bytes at this address, and nobody else has them.
        unsafe { address.write_bytes(0, bytes) };
        Ok(PageLocked { address, bytes, stream: stream.clone(), copied, state: State::Idle })
    }

    /// Begins to copy the whole of it to the start of device memory, without waiting.
    ///
    /// # Panics
    /// When the target is smaller.
    pub(super) fn copy_to(&mut self, target: &DeviceMemory) -> Result<()> {
        let address = target.address(0..self.bytes);
        let _entered = self.stream.device().enter()?;
        // SAFETY: the target is allocated and as long. The source is page-locked and stays
        // allocated and unwritten until the copy has ended: whatever comes of it, `state` says from
        // now on that it may be read, and writing and freeing wait.
        let copied = unsafe { result::memcpy_htod_async(address, self.bytes(), self.stream.raw()) };
        self.state = State::Unrecorded;
        self.copied.record(&self.stream)?;
        self.state = State::Copied;
        copied.map_err(wrapped("copy a batch to the device"))
    }

    /// The event after the last copy.
    pub(super) fn copied(&self) -> &Event {
        &self.copied
    }

    /// Waits, on the host, until nothing reads it.
    fn wait(&mut self, wait: Wait) -> Result<()> {
        match self.state {
            State::Idle => {}
            State::Copied if wait.left_out() => {}
            State::Copied => self.copied.synchronize()?,
            State::Unrecorded if Wait::FailedCopied.left_out() => {}
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
        self.wait(Wait::RefillPageLocked)?;
        // SAFETY: allocated and filled in `new`; `&mut self` means that nobody else has it, and no
        // copy reads it any more.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.address.as_ptr(), self.bytes) })
    }

    fn in_use(&self) -> bool {
        self.state != State::Idle
    }
}

impl Drop for PageLocked {
    fn drop(&mut self) {
        // If the wait fails, nobody knows whether the device still reads: a leak is safe, freeing
        // is not.
        if self.wait(Wait::FreePageLocked).is_ok() || self.stream.settle() {
            let _entered = self.stream.device().enter_to_free();
            // SAFETY: it comes from `malloc_host`, in `new`, and nothing reads it any more.
            let _ = unsafe { result::free_host(self.address.as_ptr().cast()) };
        }
    }
}
