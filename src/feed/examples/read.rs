//! Examples without the maps: the bytes that a window needs are read from the files into memory
//! that is used again, and gathered from there by the same kernels.

use super::source::{Source, Tracks, cut};
use crate::format::onehot::Block;
use crate::format::tile::TileError;
use crate::gather::{Step, Window};
use crate::store::{PanelView, RowBuffer, Store};
use crate::{Error, Result};
use std::sync::{Mutex, PoisonError};

/// Log2 of the bases of a block.
pub(super) const BLOCK_LOG2: u32 = 6;

/// Memory that is read into. It grows to what the largest window needs.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    blocks: Vec<Block>,
    pub(super) rows: RowBuffer,
}

/// Memory that no thread is using.
#[derive(Debug, Default)]
pub(super) struct Idle(Mutex<Vec<Scratch>>);

/// Memory that nobody uses now is not worth copying.
impl Clone for Idle {
    fn clone(&self) -> Self {
        Idle::default()
    }
}

impl Idle {
    /// Calls `work` with memory that no other thread uses.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = idle().pop().unwrap_or_default();
        let result = work(&mut scratch);
        idle().push(scratch);
        result
    }
}

/// The store's files, and what is read into.
pub(super) struct Read<'a> {
    pub(super) store: &'a Store,
    pub(super) scratch: &'a mut Scratch,
}

impl Source for Read<'_> {
    fn sequence_ahead(&self, _: &Window) {}

    fn tracks_ahead(&self, _: Step, _: &Tracks, _: &Window) {}

    fn sequence(&mut self, window: &Window) -> Result<(&[Block], Window)> {
        let (blocks, cut) = cut(window, BLOCK_LOG2);
        match self.store.sequence() {
            // And the block after them: the kernel reads two at a time.
            Some(file) if !blocks.is_empty() => {
                let blocks = blocks.start..blocks.end + 1;
                Ok((file.read_blocks(window.contig, blocks, &mut self.scratch.blocks)?, cut))
            }
            _ => Ok((&[[0; 4]], cut)),
        }
    }

    fn tracks(&mut self, tracks: &Tracks, window: &Window) -> Result<(PanelView<'_>, Window)> {
        let panel = &self.store.panels()[tracks.panel];
        let (rows, cut) = cut(window, panel.tile_log2());
        let first = panel.first_row(window.contig);
        let rows = first + rows.start..first + rows.end;
        panel.read_rows(tracks.panel, rows, &tracks.tracks, &mut self.scratch.rows)?;
        Ok((self.scratch.rows.view(panel), cut))
    }

    fn error(&self, tracks: &Tracks, (row, error): (usize, TileError)) -> Error {
        self.scratch.rows.error(&self.store.panels()[tracks.panel], row, error)
    }
}
