//! Values of tracks over a stretch of a contig, to be summed. The tracks are those of a store, or
//! of arrays, which the feed reads.

use super::channels::Channels;
use super::kernels;
use super::simd::Isa;
use super::window::Window;
use crate::store::Store;
use crate::{DType, Result};
use bytemuck::cast_slice_mut;
use std::cell::RefCell;
use std::fmt::Debug;

thread_local! {
    /// Values that are summed and forgotten, in memory that is used again.
    static VALUES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Tracks whose values can be read.
pub(crate) trait Values: Debug + Send + Sync {
    /// Returns the number of tracks.
    fn channels(&self) -> usize;

    /// Returns the length of a contig in bases.
    fn length(&self, contig: usize) -> u64;

    /// Writes the values of the `width` bases from `start` on, `(channels, width)`. Those outside
    /// the contig are 0.
    ///
    /// # Errors
    /// What went wrong in reading.
    fn read(&self, contig: usize, start: i64, width: usize, out: &mut [f32]) -> Result<()>;
}

/// Calls `of` with the values of `width` bases of a contig from `start` on, channel after channel.
pub(super) fn over<R>(
    tracks: &dyn Values,
    contig: usize,
    start: i64,
    width: usize,
    of: impl FnOnce(&[f32]) -> R,
) -> Result<R> {
    let count = tracks.channels() * width;
    VALUES.with_borrow_mut(|values| {
        if values.len() < count {
            values.resize(count, 0.0);
        }
        tracks.read(contig, start, width, &mut values[..count])?;
        Ok(of(&values[..count]))
    })
}

/// Tracks of a panel of a store.
#[derive(Debug)]
pub(super) struct PanelValues<'a> {
    store: &'a Store,
    panel: usize,
    channels: Channels,
}

impl<'a> PanelValues<'a> {
    /// Takes tracks of a panel by their numbers there.
    pub(super) fn boxed(store: &'a Store, panel: usize, tracks: &[usize]) -> Box<dyn Values + 'a> {
        Box::new(PanelValues { store, panel, channels: Channels::of_tracks(tracks) })
    }
}

impl Values for PanelValues<'_> {
    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn length(&self, contig: usize) -> u64 {
        self.store.contigs().length(contig)
    }

    fn read(&self, contig: usize, start: i64, width: usize, out: &mut [f32]) -> Result<()> {
        let window = Window { contig, length: self.length(contig), start, width, reverse: false };
        let file = &self.store.panels()[self.panel];
        let out = cast_slice_mut(out);
        kernels::signal(Isa::best(), DType::F32, &file.view(), &self.channels, &window, out)
            .map_err(|(row, error)| file.error(row, error))
    }
}
