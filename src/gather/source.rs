//! A source of a store's bytes: what is read, and what each way to the bytes can do. The two ways
//! are [`super::mapped`] and [`super::pread`].

use super::channels::PanelChannels;
use super::prefetch::PrefetchStep;
use super::simd::Isa;
use super::window::Window;
use crate::store::Store;
use crate::{DType, Result};

/// What is read of a store, into elements of which type, and by which kernels.
#[derive(Debug, Clone)]
pub(super) struct ReadSpec {
    pub(super) store: Store,
    pub(super) content: Content,
    pub(super) dtype: DType,
    pub(super) isa: Isa,
}

/// What is read of a store.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Sequence,
    Tracks(Vec<PanelChannels>),
}

/// A way to the bytes of a store's files, for the windows of one call.
pub(super) trait Source {
    /// Prefetches a part of what [`Source::gather`] will read for a window.
    fn prefetch(&self, step: PrefetchStep, window: &Window);

    /// Gathers a window into its `(channels, positions)` elements.
    fn gather(&mut self, window: &Window, out: &mut [u8]) -> Result<()>;
}
