//! Values of some tracks over a stretch of a contig, for those who sum them: a store's, or what
//! another floor gives.

use super::scratch::with_values;
use super::{Channels, Isa, Window};
use crate::Result;
use crate::store::Store;
use std::fmt::Debug;

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
    with_values(tracks.channels() * width, |values| {
        tracks.read(contig, start, width, values)?;
        Ok(of(values))
    })
}

/// Some tracks of a panel of a store.
#[derive(Debug)]
pub(super) struct PanelValues<'a> {
    pub(super) store: &'a Store,
    pub(super) panel: usize,
    /// Numbered from 0 without gaps.
    pub(super) channels: Channels,
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
        super::signal(Isa::best(), &file.view(), &self.channels, &window, out)
            .map_err(|(row, error)| file.error(row, error))
    }
}
