//! Prefetching: which bytes a window will read, fetched into the processor's cache.
//!
//! A kernel waits for memory more than for anything else. So the bytes of the next windows are
//! fetched while one is decoded. A tile is found in two steps, each of which reads what the one
//! before has fetched: index to directory, directory to tile. So a window is prefetched twice, with
//! work in between. Nothing here can fail: what is damaged is not fetched, and the kernel finds it.

use super::channels::Channels;
use super::simd::prefetch;
use super::window::Window;
use crate::format::onehot::Block;
use crate::store::PanelView;

/// Bytes fetched of a tile: all of a sparse tile of a few percent, the running counts and the
/// beginning of others.
const TILE_BYTES: usize = 320;

/// What is prefetched of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrefetchStep {
    /// The directories of the rows under a window.
    Directory,
    /// The tiles that the directories name.
    Tiles,
}

/// Prefetches the masks that the sequence kernel will read.
#[inline]
pub(super) fn prefetch_sequence(blocks: &[Block], window: &Window) {
    let inside = window.inside();
    if let Some(blocks) = blocks.get(inside.start / 64..inside.end.div_ceil(64)) {
        prefetch(blocks);
    }
}

/// Prefetches a part of what the signal kernel will read.
#[inline]
pub(super) fn prefetch_signal(step: PrefetchStep, panel: &PanelView<'_>, channels: &Channels, window: &Window) {
    let inside = window.inside();
    if inside.is_empty() {
        return;
    }
    let first_row = panel.first_row(window.contig);
    for row in inside.start >> panel.tile_log2()..=(inside.end - 1) >> panel.tile_log2() {
        let Ok(Some(tiles)) = panel.row(first_row + row) else { continue };
        for &(track, _) in channels.of(false) {
            match step {
                PrefetchStep::Directory => prefetch(tiles.entry(track)),
                PrefetchStep::Tiles => {
                    if let Ok((_, bytes)) = tiles.tile(track) {
                        prefetch(&bytes[..bytes.len().min(TILE_BYTES)]);
                    }
                }
            }
        }
    }
}
