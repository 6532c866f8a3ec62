//! Examples through the memory maps of a store's files.

use super::source::{Source, Tracks};
use crate::format::onehot::Block;
use crate::format::tile::TileError;
use crate::gather::{self, Step, Window};
use crate::store::{PanelView, SequenceView, Store};
use crate::{Error, Result};

/// Views of the store's files, taken once a batch.
pub(super) struct Mapped<'a> {
    store: &'a Store,
    sequence: Option<SequenceView<'a>>,
    panels: Vec<PanelView<'a>>,
}

impl<'a> Mapped<'a> {
    pub(super) fn new(store: &'a Store) -> Mapped<'a> {
        let sequence = store.sequence().map(|file| file.view());
        Mapped { store, sequence, panels: store.panels().iter().map(|panel| panel.view()).collect() }
    }
}

impl Source for Mapped<'_> {
    fn sequence_ahead(&self, window: &Window) {
        if let Some(view) = self.sequence {
            gather::sequence_ahead(view.blocks(window.contig, window.length), window);
        }
    }

    fn tracks_ahead(&self, step: Step, tracks: &Tracks, window: &Window) {
        gather::signal_ahead(step, &self.panels[tracks.panel], &tracks.channels, window);
    }

    fn sequence(&mut self, window: &Window) -> Result<(&[Block], Window)> {
        let blocks = self.sequence.map_or(&[][..], |view| view.blocks(window.contig, window.length));
        Ok((blocks, *window))
    }

    fn tracks(&mut self, tracks: &Tracks, window: &Window) -> Result<(PanelView<'_>, Window)> {
        Ok((self.panels[tracks.panel], *window))
    }

    fn error(&self, tracks: &Tracks, (row, error): (usize, TileError)) -> Error {
        self.store.panels()[tracks.panel].error(row, error)
    }
}
