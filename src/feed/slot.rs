//! The memory of one batch: plain, of the caller's, or of a kind that a floor above brings.

use super::layout::COLUMN_ALIGNMENT;
use crate::{Error, Result};
use memmap2::MmapMut;
use std::any::Any;
use std::fmt::Debug;

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
