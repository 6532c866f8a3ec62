//! Windows to bytes: one-hot sequence and decoded tracks, forward or reverse-complemented, written
//! straight into a caller's buffer. The kernels allocate nothing, lock nothing and do no I/O.
//!
//! [`Gatherer`] gathers any windows of a store, with all that it takes: it checks, fetches ahead
//! and names what is damaged. What lies below it takes one window at a time, views of the files,
//! and an output that fits.
//!
//! Every kernel has a scalar version; [`Isa`] says which faster ones this machine has. All give the
//! same bytes. Positions outside a contig read as zero.

mod ahead;
mod compatible;
mod gatherer;
mod groups;
mod names;
mod onehot;
mod read;
mod scratch;
mod signal;
mod simd;
mod sums;
pub(crate) mod typed;
pub(crate) mod types;
mod values;

pub use ahead::{Step, sequence_ahead, signal_ahead};
pub use compatible::{FirstTrack, RowSums};
pub use gatherer::{Gatherer, Span};
pub(crate) use groups::find_groups;
pub(crate) use names::named_tracks;
pub use onehot::OneHot;
pub use read::{read_sequence, read_track};
pub use signal::Channels;
pub use simd::Isa;
pub(crate) use simd::prefetch;
pub use sums::TrackSums;
pub(crate) use values::Values;

use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::store::PanelView;

/// Where a window lies: `start .. start + width` of a contig, which may reach past either end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The contig's id.
    pub contig: usize,
    /// The contig's length in bases.
    pub length: u64,
    /// The first base, 0-based; may be negative.
    pub start: i64,
    /// Bases of the window.
    pub width: usize,
    /// Whether to read it reverse-complemented.
    pub reverse: bool,
}

impl Window {
    /// The part on the contig: its bounds there, and how many bases of the window come before it
    /// (counted from the window's low end, whatever its orientation).
    pub(crate) fn on_contig(&self) -> (usize, usize, usize) {
        let end = self.start.saturating_add(self.width as i64).clamp(0, self.length as i64) as usize;
        let from = self.start.clamp(0, self.length as i64) as usize;
        let before = (from as i64).saturating_sub(self.start).clamp(0, self.width as i64) as usize;
        (from, end.max(from), before)
    }
}

/// Writes the one-hot sequence of a window, `(4, width)` items of 0 and 1 in the order A, C, G, T.
///
/// `blocks` are those of the window's contig, its guard block last. Reverse-complemented, both axes
/// are flipped.
///
/// # Panics
/// When `out` is not `4 * width` items, or `blocks` are not those of a contig of `length` bases.
pub fn sequence<T: OneHot>(isa: Isa, blocks: &[Block], window: &Window, out: &mut [T]) {
    assert_eq!(out.len(), 4 * window.width, "the output is (4, width)");
    check_blocks(blocks, window);
    simd::sequence(isa, blocks, window, out);
}

/// Writes the one-hot sequence of a window as bits: `(4, ceil(width / 64))` words in the order A,
/// C, G, T, of which bit i of word w is position `64 w + i`. Bits at and past `width` are 0. An
/// eighth of the bytes of [`sequence`] as `u8`.
///
/// # Panics
/// When `out` is not `4 * ceil(width / 64)` words, or `blocks` are not those of a contig of
/// `length` bases.
pub fn packed_sequence(blocks: &[Block], window: &Window, out: &mut [u64]) {
    assert_eq!(out.len(), 4 * window.width.div_ceil(64), "the output is (4, words)");
    check_blocks(blocks, window);
    onehot::packed(blocks, window, out);
}

fn check_blocks(blocks: &[Block], window: &Window) {
    assert_eq!(blocks.len() as u64, crate::format::onehot::block_count(window.length), "the blocks of the contig");
}

/// Decodes a window of some tracks of a panel into `out`, which is `(channels, width)`.
///
/// Only the channels that `channels` names are written.
///
/// # Errors
/// The row and what is wrong with it; `out` then holds unspecified values.
///
/// # Panics
/// When `out` is too short for the channels.
#[inline]
pub fn signal<T: Sample>(
    isa: Isa,
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    simd::signal(isa, panel, channels, window, out)
}
