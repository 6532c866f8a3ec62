//! Contestants that gather windows: one-hot sequence, and the tracks of a panel.

use crate::{Contestant, Ring};
use atemoya::format::tile::Sample;
use atemoya::gather::{self, Channels, Isa, OneHot, Step, Window};
use atemoya::store::{PanelFile, SequenceFile};

/// How windows are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// The instruction set.
    pub isa: Isa,
    /// Whether the next windows' bytes are fetched ahead, as the feed does it.
    pub ahead: bool,
}

impl Kernel {
    /// As the feed gathers.
    #[must_use]
    pub fn best() -> Kernel {
        Kernel { isa: Isa::best(), ahead: true }
    }

    /// Its name in a table.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}{}", self.isa.name(), if self.ahead { ", ahead" } else { "" })
    }
}

/// Gathers one-hot sequence of the windows, over and over, as many to a batch as fit into a buffer.
///
/// # Panics
/// When there is no window.
#[must_use]
pub fn sequence<T: OneHot>(file: &SequenceFile, kernel: Kernel, windows: Vec<Window>) -> Contestant<'_, Ring<T>> {
    let view = file.view();
    let items = 4 * windows[0].width;
    let mut at = 0;
    Contestant::new(kernel.name(), move |ring: &mut Ring<T>| {
        for out in ring.turn().chunks_exact_mut(items) {
            let next = (at + 1) % windows.len();
            if kernel.ahead {
                let window = &windows[next];
                gather::sequence_ahead(view.blocks(window.contig, window.length), window);
            }
            let window = &windows[at];
            gather::sequence(kernel.isa, view.blocks(window.contig, window.length), window, out);
            at = next;
        }
        Ok(())
    })
}

/// Gathers tracks of a panel over the windows, over and over, as many to a batch as fit into a
/// buffer.
///
/// # Panics
/// When there is no window.
#[must_use]
pub fn signal<'a, T: Sample>(
    panel: &'a PanelFile,
    channels: &'a Channels,
    kernel: Kernel,
    windows: Vec<Window>,
) -> Contestant<'a, Ring<T>> {
    let view = panel.view();
    let items = channels.len() * windows[0].width;
    let mut at = 0;
    Contestant::new(kernel.name(), move |ring: &mut Ring<T>| {
        for out in ring.turn().chunks_exact_mut(items) {
            if kernel.ahead {
                for (later, step) in [(2, Step::Directory), (1, Step::Tiles)] {
                    gather::signal_ahead(step, &view, channels, &windows[(at + later) % windows.len()]);
                }
            }
            gather::signal(kernel.isa, &view, channels, &windows[at], out)
                .map_err(|(row, error)| damaged(panel, row, error))?;
            at = (at + 1) % windows.len();
        }
        Ok(())
    })
}

/// A tile that cannot be decoded; where it lies in the file is for `atemoya verify` to say.
pub(crate) fn damaged(panel: &PanelFile, row: usize, error: atemoya::format::tile::TileError) -> atemoya::Error {
    let damage = error.damage(0);
    let got = format!("{} in row {row}", damage.got);
    atemoya::format::Damage { got, ..damage }.at(panel.path(), 0)
}
