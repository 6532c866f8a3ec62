//! The memory of one batch: a single allocation on a page boundary.

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
    pub(super) fn new(bytes: usize) -> Slot {
        Slot { pages: vec![Page([0; 4096]); bytes.div_ceil(size_of::<Page>())] }
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
