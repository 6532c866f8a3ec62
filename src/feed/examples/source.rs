//! What gathering needs of a store's files, whichever way they are read.

use crate::Result;
use crate::format::onehot::Block;
use crate::format::tile::TileError;
use crate::gather::{Channels, Step, Window};
use crate::store::PanelView;

/// What is read of a panel.
#[derive(Debug, Clone)]
pub(super) struct Tracks {
    pub(super) panel: usize,
    pub(super) channels: Channels,
    /// The tracks of the channels, ascending.
    pub(super) tracks: Vec<usize>,
}

/// A store's files, for the windows of a batch.
pub(super) trait Source {
    /// Fetches into the processor's cache what [`Source::sequence`] will give.
    fn sequence_ahead(&self, window: &Window);

    /// Fetches into the processor's cache a part of what [`Source::tracks`] will give.
    fn tracks_ahead(&self, step: Step, tracks: &Tracks, window: &Window);

    /// The blocks that a window lies in, and the window as one of theirs. There must be a sequence.
    fn sequence(&mut self, window: &Window) -> Result<(&[Block], Window)>;

    /// The rows that a window lies in, and the window as one of theirs.
    fn tracks(&mut self, tracks: &Tracks, window: &Window) -> Result<(PanelView<'_>, Window)>;

    /// An error met in a row of what [`Source::tracks`] gave last.
    fn error(&self, tracks: &Tracks, error: (usize, TileError)) -> crate::Error;
}

/// The part of a window that is on its contig, cut into units of `2^log2` bases from the contig's
/// start: the numbers of those it touches, and the window as one of a contig 0 that begins with the
/// first of them and ends with the window.
pub(super) fn cut(window: &Window, log2: u32) -> (std::ops::Range<usize>, Window) {
    let (from, end, _) = window.on_contig();
    if from == end {
        return (0..0, Window { contig: 0, length: 0, ..*window });
    }
    let units = from >> log2..((end - 1) >> log2) + 1;
    let first = units.start << log2;
    let (length, start) = ((end - first) as u64, window.start - first as i64);
    (units, Window { contig: 0, length, start, ..*window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::onehot;
    use crate::gather::{self, Isa};
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
            let (from, end, before) = window.on_contig();
            let (units, cut) = cut(&window, log2);
            prop_assert_eq!((cut.contig, cut.width, cut.reverse), (0, width, reverse));
            let (cut_from, cut_end, cut_before) = cut.on_contig();
            prop_assert_eq!((cut_end - cut_from, cut_before), (end - from, before));
            prop_assert_eq!(units.is_empty(), from == end);
            if from < end {
                prop_assert_eq!((units.start, units.end), (from >> log2, ((end - 1) >> log2) + 1));
                prop_assert_eq!(cut_from + (units.start << log2), from);
            }
            if log2 == super::super::read::BLOCK_LOG2 {
                let blocks: Vec<Block> = (0..onehot::block_count(length)).map(|i| [i, !i, i << 32, i * i]).collect();
                let [mut whole, mut part] = [(); 2].map(|()| vec![7u8; 4 * width]);
                gather::sequence(Isa::best(), &blocks, &window, &mut whole);
                let own = if units.is_empty() { &blocks[..1] } else { &blocks[units.start..=units.end] };
                gather::sequence(Isa::best(), own, &cut, &mut part);
                prop_assert_eq!(whole, part);
            }
        }
    }
}
