//! The memory of one batch: a slot, and a lease, which is a slot in a consumer's hands until it is
//! given back.

use super::layout::COLUMN_ALIGNMENT;
use crate::{Error, Result};
use memmap2::MmapMut;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// Memory that a batch is gathered into, aligned to at least 256 bytes. Its length never changes.
pub(crate) trait Memory: Any + Debug + Send + Sync {
    /// Returns the bytes.
    fn bytes(&self) -> &[u8];

    /// Returns the bytes for writing, after waiting until nothing else reads them.
    ///
    /// # Errors
    /// When the wait fails. The memory must not be written then.
    fn bytes_mut(&mut self) -> Result<&mut [u8]>;

    /// Returns whether something else may still read the memory, so that writing may have to wait.
    fn in_use(&self) -> bool {
        false
    }
}

/// The memory of one batch of a ring. It is allocated once and used again for batch after batch.
#[derive(Debug)]
pub(crate) struct Slot(Box<dyn Memory>);

impl Slot {
    pub(crate) fn new(memory: impl Memory) -> Slot {
        Slot(Box::new(memory))
    }

    /// Allocates a slot of at least `bytes` bytes of plain memory.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is not as much memory.
    pub(super) fn plain(bytes: usize) -> Result<Slot> {
        Ok(Slot::new(Plain::new(bytes)?))
    }

    /// Makes a slot of memory of the caller's: at least `bytes` bytes, beginning at a multiple of
    /// 256.
    ///
    /// # Errors
    /// [`Error::Argument`] when it is too short or not aligned.
    pub(super) fn foreign<M>(mut memory: M, bytes: usize) -> Result<Slot>
    where
        M: AsRef<[u8]> + AsMut<[u8]> + Send + Sync + 'static,
    {
        for got in [memory.as_ref().len(), memory.as_mut().len()] {
            if got < bytes {
                return Err(Error::argument("memory", format!("a batch needs {bytes} bytes, not {got}")));
            }
        }
        if !memory.as_ref().as_ptr().addr().is_multiple_of(COLUMN_ALIGNMENT) {
            let message = format!("a batch's memory must begin at a multiple of {COLUMN_ALIGNMENT} bytes");
            return Err(Error::argument("memory", message));
        }
        Ok(Slot::new(Foreign(memory)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    pub(super) fn bytes_mut(&mut self) -> Result<&mut [u8]> {
        self.0.bytes_mut()
    }

    pub(super) fn in_use(&self) -> bool {
        self.0.in_use()
    }

    /// Returns the memory, if it is of this type.
    pub(super) fn memory_mut<M: Memory>(&mut self) -> Option<&mut M> {
        let memory: &mut dyn Any = &mut *self.0;
        memory.downcast_mut()
    }
}

/// Memory of the caller's.
struct Foreign<M>(M);

impl<M: AsRef<[u8]> + AsMut<[u8]> + Send + Sync + 'static> Memory for Foreign<M> {
    fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    fn bytes_mut(&mut self) -> Result<&mut [u8]> {
        Ok(self.0.as_mut())
    }
}

impl<M> Debug for Foreign<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Foreign")
    }
}

/// From this size on, plain memory takes whole huge pages.
const HUGE_PAGE: usize = 2 << 20;

/// A single allocation on a page boundary, of huge pages where the system has them.
struct Plain(MmapMut);

impl Plain {
    /// Allocates at least `bytes` bytes and writes to them, so that no worker takes page faults
    /// later.
    fn new(bytes: usize) -> Result<Plain> {
        let rounded = if bytes < HUGE_PAGE { Some(bytes.max(1)) } else { bytes.checked_next_multiple_of(HUGE_PAGE) };
        let failed = |why: String| Error::argument("slots", format!("cannot allocate a batch of {bytes} bytes: {why}"));
        let rounded = rounded.ok_or_else(|| failed("it is larger than memory can be".to_owned()))?;
        let mut memory = MmapMut::map_anon(rounded).map_err(|error| failed(error.to_string()))?;
        // Where the system does not follow this advice, the pages are small.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        memory.fill(0);
        Ok(Plain(memory))
    }
}

impl Memory for Plain {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> Result<&mut [u8]> {
        Ok(&mut self.0)
    }
}

impl Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").field("bytes", &self.0.len()).finish()
    }
}

/// What slots are leased from, and given back to.
pub(super) trait Lessor: Debug + Send + Sync {
    /// Takes a slot back. Any thread may call it.
    fn give_back(&self, slot: Slot);
}

/// The slot of a batch. Dropping it gives a leased slot back, from any thread.
#[derive(Debug)]
pub(super) struct Lease {
    /// `None` only while the lease is dropped.
    slot: Option<Slot>,
    /// `None` where the memory is the batch's own.
    lessor: Option<Arc<dyn Lessor>>,
}

impl Lease {
    pub(super) fn new(slot: Slot, lessor: Arc<dyn Lessor>) -> Lease {
        Lease { slot: Some(slot), lessor: Some(lessor) }
    }

    /// Makes a slot the batch's own: it is given back to nobody.
    pub(super) fn owned(slot: Slot) -> Lease {
        Lease { slot: Some(slot), lessor: None }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], Slot::bytes)
    }

    pub(super) fn slot_mut(&mut self) -> Option<&mut Slot> {
        self.slot.as_mut()
    }

    /// Returns whether the memory is the batch's own.
    pub(super) fn is_owned(&self) -> bool {
        self.lessor.is_none()
    }

    /// Makes the memory the batch's own, and gives back another slot in its place.
    pub(super) fn keep(&mut self, other: Slot) {
        if let Some(lessor) = self.lessor.take() {
            lessor.give_back(other);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (Some(slot), Some(lessor)) = (self.slot.take(), self.lessor.take()) {
            lessor.give_back(slot);
        }
    }
}
