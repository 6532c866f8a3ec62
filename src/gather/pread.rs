//! The way to a store's bytes without its maps: what a window needs is read from the files into
//! memory that is used again, and gathered from there by the same kernels.

use super::kernels;
use super::prefetch::PrefetchStep;
use super::source::{Content, ReadSpec, Source};
use super::window::Window;
use crate::Result;
use crate::format::onehot::Block;
use crate::store::RowBuffer;

/// Log2 of the bases of a block.
pub(super) const BLOCK_LOG2: u32 = 6;

/// Memory that is read into. It grows to what the largest window needs.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    blocks: Vec<Block>,
    pub(super) rows: RowBuffer,
}

/// The store's files, and the memory that they are read into.
pub(super) struct Pread<'a> {
    pub(super) spec: &'a ReadSpec,
    pub(super) scratch: &'a mut Scratch,
}

impl Source for Pread<'_> {
    /// Does nothing: the bytes are not in memory yet.
    fn prefetch(&self, _: PrefetchStep, _: &Window) {}

    fn gather(&mut self, window: &Window, out: &mut [u8]) -> Result<()> {
        let ReadSpec { store, content, isa, dtype } = self.spec;
        let Scratch { blocks, rows: read } = &mut *self.scratch;
        match content {
            Content::Sequence => {
                let (units, cut) = window.cut(BLOCK_LOG2);
                let blocks = match store.sequence() {
                    // And the block after them: the kernel reads two at a time.
                    Some(file) if !units.is_empty() => {
                        file.read_blocks(window.contig, units.start..units.end + 1, blocks)?
                    }
                    _ => &[[0; 4]],
                };
                kernels::sequence(*isa, *dtype, blocks, &cut, out);
            }
            Content::Tracks(panels) => {
                for tracks in panels {
                    let panel = &store.panels()[tracks.panel];
                    let (units, cut) = window.cut(panel.tile_log2());
                    let first = panel.first_row(window.contig);
                    let rows = first + units.start..first + units.end;
                    panel.read_rows(tracks.panel, rows, &tracks.tracks, read)?;
                    kernels::signal(*isa, *dtype, &read.view(panel), &tracks.channels, &cut, out)
                        .map_err(|(row, error)| read.error(panel, row, error))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;
    use crate::format::onehot;
    use crate::gather::Isa;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Wherever a window lies, also where no loader has one, its cut is the same part of as few
        /// units as hold it.
        #[test]
        fn a_cut_is_the_same_window(
            length in 0u64..2000, start in -2500i64..2500, width in 0usize..1500, reverse: bool, log2 in 6u32..12,
        ) {
            let window = Window { contig: 3, length, start, width, reverse };
            let inside = window.inside();
            let (units, cut) = window.cut(log2);
            prop_assert_eq!((cut.contig, cut.width, cut.reverse), (0, width, reverse));
            prop_assert_eq!((cut.inside().len(), cut.inside().at), (inside.len(), inside.at));
            prop_assert_eq!(units.is_empty(), inside.is_empty());
            if !inside.is_empty() {
                prop_assert_eq!((units.start, units.end), (inside.start >> log2, ((inside.end - 1) >> log2) + 1));
                prop_assert_eq!(cut.inside().start + (units.start << log2), inside.start);
            }
            if log2 == BLOCK_LOG2 {
                let blocks: Vec<Block> = (0..onehot::block_count(length)).map(|i| [i, !i, i << 32, i * i]).collect();
                let [mut whole, mut part] = [(); 2].map(|()| vec![7u8; 4 * width]);
                kernels::sequence(Isa::best(), DType::U8, &blocks, &window, &mut whole);
                let own = if units.is_empty() { &blocks[..1] } else { &blocks[units.start..=units.end] };
                kernels::sequence(Isa::best(), DType::U8, own, &cut, &mut part);
                prop_assert_eq!(whole, part);
            }
        }
    }
}
