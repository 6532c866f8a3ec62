//! Values of some tracks over a stretch of a contig, to be summed: those of a store, or of arrays,
//! which the feed knows.

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
    /// Values that are only summed, in memory that is used again.
    static VALUES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Some tracks, whose values can be read.
pub(crate) trait Values: Debug + Send + Sync {
    /// How many tracks there are.
    fn channels(&self) -> usize;

    /// Bases of a contig.
    fn length(&self, contig: usize) -> u64;

    /// Writes the values of the `width` bases from `start` on, `(channels, width)`; 0 for those
    /// outside the contig.
    ///
    /// # Errors
    /// Whatever went wrong in reading.
    fn read(&self, contig: usize, start: i64, width: usize, out: &mut [f32]) -> Result<()>;
}

/// Calls `of` with the values of the `width` bases of a contig from `start` on, channel after
/// channel.
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

/// Some tracks of a panel of a store.
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
