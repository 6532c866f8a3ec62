//! Reads windows of a store: its sequence, or some of its tracks, through the memory maps or by
//! `pread`. While one window is gathered, the bytes of the next two are prefetched.

use super::access::Access;
use super::channels::PanelChannels;
use super::mapped::Mapped;
use super::pool::Pool;
use super::pread::{Pread, Scratch};
use super::prefetch::PrefetchStep;
use super::simd::Isa;
use super::source::{Content, ReadSpec, Source};
use super::window::Window;
use crate::format::manifest::GroupEntry;
use crate::store::Store;
use crate::{DType, Result};

/// How many windows ahead tiles are prefetched, and the directories that name them.
const TILES_AHEAD: usize = 2;
const DIRECTORIES_AHEAD: usize = 4;

/// Reads windows of a store into elements of one type. Any number of threads may use it at once.
#[derive(Debug, Clone)]
pub(crate) struct StoreReader {
    pub(super) spec: ReadSpec,
    channels: usize,
    access: Access,
    prefetches: bool,
    pub(super) scratch: Pool<Scratch>,
}

impl StoreReader {
    /// Reads one-hot sequence, in a type that [`super::types::check_sequence`] accepts. The store
    /// must have a sequence.
    pub(crate) fn sequence(store: &Store, dtype: DType) -> StoreReader {
        StoreReader::new(store, dtype, Content::Sequence, 4)
    }

    /// Reads the tracks of some groups, in their order and in a type that holds all their values.
    pub(crate) fn tracks<'a>(
        store: &Store,
        dtype: DType,
        groups: impl IntoIterator<Item = &'a GroupEntry>,
    ) -> StoreReader {
        let (panels, channels) = PanelChannels::of_groups(groups);
        StoreReader::new(store, dtype, Content::Tracks(panels), channels)
    }

    /// Reads groups of tracks that are given as a panel's number and the tracks' numbers there.
    pub(super) fn panels(store: &Store, dtype: DType, groups: &[(usize, &[usize])]) -> StoreReader {
        let (panels, channels) = PanelChannels::of_tracks(groups.iter().copied());
        StoreReader::new(store, dtype, Content::Tracks(panels), channels)
    }

    fn new(store: &Store, dtype: DType, content: Content, channels: usize) -> StoreReader {
        let spec = ReadSpec { store: store.clone(), content, dtype, isa: Isa::best() };
        StoreReader { spec, channels, access: Access::Map, prefetches: true, scratch: Pool::default() }
    }

    /// Sets how the files are read; through the maps by default.
    pub(crate) fn access(mut self, access: Access) -> StoreReader {
        self.access = access;
        self
    }

    /// Sets the kernels' instruction set, and whether the next windows are prefetched.
    pub(super) fn kernel(mut self, isa: Isa, prefetches: bool) -> StoreReader {
        (self.spec.isa, self.prefetches) = (isa, prefetches);
        self
    }

    pub(crate) fn store(&self) -> &Store {
        &self.spec.store
    }

    pub(crate) fn dtype(&self) -> DType {
        self.spec.dtype
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the elements of each channel of a window of `width` bases; packed sequence has 64
    /// positions to an element.
    pub(crate) fn positions(&self, width: usize) -> usize {
        if self.spec.dtype == DType::U64 { width.div_ceil(64) } else { width }
    }

    /// Gathers windows of one width into `(windows, channels, positions)` elements, which are
    /// aligned for their type. The windows' contigs are the store's, with their lengths.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] for damaged tiles, and by `pread` also for a file that was cut;
    /// [`crate::Error::Io`] where reading fails.
    pub(crate) fn gather(&self, windows: &[Window], out: &mut [u8]) -> Result<()> {
        match self.access {
            Access::Map => self.gather_from(&mut Mapped::new(&self.spec), windows, out),
            Access::Read => {
                self.scratch.with(|scratch| self.gather_from(&mut Pread { spec: &self.spec, scratch }, windows, out))
            }
        }
    }

    #[inline]
    fn gather_from<S: Source>(&self, source: &mut S, windows: &[Window], out: &mut [u8]) -> Result<()> {
        let Some(window) = windows.first() else { return Ok(()) };
        let size = self.channels * self.positions(window.width) * self.spec.dtype.size();
        let prefetch = |source: &_, step, at: usize| {
            if let Some(window) = windows.get(at).filter(|_| self.prefetches) {
                S::prefetch(source, step, window);
            }
        };
        for at in 0..DIRECTORIES_AHEAD {
            prefetch(source, PrefetchStep::Directory, at);
        }
        for at in 0..TILES_AHEAD {
            prefetch(source, PrefetchStep::Tiles, at);
        }
        for (i, (window, out)) in windows.iter().zip(out.chunks_exact_mut(size.max(1))).enumerate() {
            prefetch(source, PrefetchStep::Directory, i + DIRECTORIES_AHEAD);
            prefetch(source, PrefetchStep::Tiles, i + TILES_AHEAD);
            source.gather(window, out)?;
        }
        Ok(())
    }
}
