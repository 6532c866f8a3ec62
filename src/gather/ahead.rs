//! Fetching ahead: a gather waits for memory more than for anything else, and whoever knows the
//! next windows can have their bytes on the way while this one is decoded.
//!
//! A tile is found in two steps, each of which reads what the one before has fetched: index to
//! directory, directory to tile. So a window should be announced twice, [`Step::Directory`] before
//! [`Step::Tiles`], with work in between. Nothing here can fail: what is damaged is not fetched,
//! and found by the gather.

use super::simd::prefetch;
use super::{Channels, Window};
use crate::format::onehot::Block;
use crate::store::PanelView;

/// Bytes fetched of a tile: all of a sparse tile of a few percent, the running counts and the
/// beginning of others.
const TILE_BYTES: usize = 320;

/// What is fetched of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The directories of the rows under a window.
    Directory,
    /// The tiles that the directories name.
    Tiles,
}

/// Fetches the masks that [`super::sequence`] will read.
#[inline]
pub fn sequence_ahead(blocks: &[Block], window: &Window) {
    let (from, end, _) = window.on_contig();
    if let Some(blocks) = blocks.get(from / 64..end.div_ceil(64)) {
        prefetch(blocks);
    }
}

/// Fetches a part of what [`super::signal`] will read.
#[inline]
pub fn signal_ahead(step: Step, panel: &PanelView<'_>, channels: &Channels, window: &Window) {
    let (from, end, _) = window.on_contig();
    if from == end {
        return;
    }
    let first_row = panel.first_row(window.contig);
    for row in from >> panel.tile_log2()..=(end - 1) >> panel.tile_log2() {
        let Ok(Some(tiles)) = panel.row(first_row + row) else { continue };
        for &(track, _) in channels.of(false) {
            match step {
                Step::Directory => prefetch(tiles.entry(track)),
                Step::Tiles => {
                    if let Ok((_, bytes)) = tiles.tile(track) {
                        prefetch(&bytes[..bytes.len().min(TILE_BYTES)]);
                    }
                }
            }
        }
    }
}
