//! The way to a store's bytes through the memory maps of its files.

use super::channels::PanelChannels;
use super::kernels;
use super::prefetch::{PrefetchStep, prefetch_sequence, prefetch_signal};
use super::source::{Content, ReadSpec, Source};
use super::window::Window;
use crate::Result;
use crate::store::{PanelView, SequenceView};

/// Views of the files that are read, taken once a call.
pub(super) struct Mapped<'a> {
    spec: &'a ReadSpec,
    sequence: Option<SequenceView<'a>>,
    panels: Vec<(PanelView<'a>, &'a PanelChannels)>,
}

impl<'a> Mapped<'a> {
    pub(super) fn new(spec: &'a ReadSpec) -> Mapped<'a> {
        let (sequence, panels) = match &spec.content {
            Content::Sequence => (spec.store.sequence().map(|file| file.view()), Vec::new()),
            Content::Tracks(panels) => {
                let files = spec.store.panels();
                (None, panels.iter().map(|tracks| (files[tracks.panel].view(), tracks)).collect())
            }
        };
        Mapped { spec, sequence, panels }
    }
}

impl Source for Mapped<'_> {
    #[inline]
    fn prefetch(&self, step: PrefetchStep, window: &Window) {
        if let (Some(view), PrefetchStep::Tiles) = (&self.sequence, step) {
            prefetch_sequence(view.blocks(window.contig, window.length), window);
        }
        self.panels.iter().for_each(|(view, tracks)| prefetch_signal(step, view, &tracks.channels, window));
    }

    #[inline]
    fn gather(&mut self, window: &Window, out: &mut [u8]) -> Result<()> {
        let ReadSpec { isa, dtype, store, .. } = self.spec;
        if let Some(view) = &self.sequence {
            kernels::sequence(*isa, *dtype, view.blocks(window.contig, window.length), window, out);
        }
        for (view, tracks) in &self.panels {
            kernels::signal(*isa, *dtype, view, &tracks.channels, window, out)
                .map_err(|(row, error)| store.panels()[tracks.panel].error(row, error))?;
        }
        Ok(())
    }
}
