//! The memory of one batch: a single allocation on a page boundary, of huge pages where the system has them.

use crate::{Error, Result};
use memmap2::MmapMut;

/// From this size on, a slot takes whole huge pages.
const HUGE_PAGE: usize = 2 << 20;

/// The memory that one batch is gathered into. It is allocated once and used again for batch after batch.
pub(super) struct Slot {
    memory: MmapMut,
}

impl Slot {
    /// Allocates and touches at least `bytes` bytes, so that no worker takes page faults later.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no such memory.
    pub(super) fn new(bytes: usize) -> Result<Slot> {
        let rounded = if bytes < HUGE_PAGE { Some(bytes.max(1)) } else { bytes.checked_next_multiple_of(HUGE_PAGE) };
        let failed = |why: String| Error::argument("slots", format!("cannot allocate a batch of {bytes} bytes: {why}"));
        let rounded = rounded.ok_or_else(|| failed("it is larger than memory can be".to_owned()))?;
        let mut memory = MmapMut::map_anon(rounded).map_err(|error| failed(error.to_string()))?;
        // An advice: where it is not taken, the pages are small.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        memory.fill(0);
        Ok(Slot { memory })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.memory
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").field("bytes", &self.memory.len()).finish()
    }
}
