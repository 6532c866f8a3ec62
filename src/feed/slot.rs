//! The memory of one batch: a single allocation on a page boundary.

use crate::{Error, Result};
use bytemuck::{Pod, Zeroable};

/// One page; an allocation of pages is aligned to them without any unsafe code of ours.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(4096))]
struct Page([u8; 4096]);

/// The memory that one batch is gathered into. It is allocated once and used again for batch after batch.
pub(super) struct Slot {
    pages: Vec<Page>,
}

impl Slot {
    /// Allocates and touches at least `bytes` bytes, so that no worker takes page faults later.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no such memory.
    pub(super) fn new(bytes: usize) -> Result<Slot> {
        let count = bytes.div_ceil(size_of::<Page>());
        let mut pages = Vec::new();
        let reserved = pages.try_reserve_exact(count);
        reserved.map_err(|e| Error::argument("slots", format!("cannot allocate a batch of {bytes} bytes: {e}")))?;
        pages.resize(count, Page([0; 4096]));
        Ok(Slot { pages })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.pages)
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.pages)
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").field("bytes", &(self.pages.len() * size_of::<Page>())).finish()
    }
}
