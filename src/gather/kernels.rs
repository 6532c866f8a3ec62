//! The kernels by the type of their output, which is known only when the program runs: bytes in
//! place of elements.
//!
//! [`super::types`] has refused all other types before.

use super::channels::Channels;
use super::onehot;
use super::simd::{self, Isa};
use super::window::Window;
use crate::DType;
use crate::format::onehot::{Block, block_count};
use crate::format::tile::TileError;
use crate::store::PanelView;
use bytemuck::cast_slice_mut;
use half::{bf16, f16};

/// Writes the one-hot sequence of a window, `(4, width)` elements of 0 and 1 in the order A, C, G,
/// T. Reverse-complemented, both axes are flipped.
///
/// For `U64`, writes it as bits, `(4, ceil(width / 64))` words: bit i of word w is position
/// `64 w + i`, and bits at and past `width` are 0.
///
/// `blocks` are those of the window's contig, its guard block last. `out` is aligned for the type.
///
/// # Panics
/// When `out` has another length, or `blocks` are not those of a contig of `length` bases.
#[inline]
pub(super) fn sequence(isa: Isa, dtype: DType, blocks: &[Block], window: &Window, out: &mut [u8]) {
    assert_eq!(blocks.len() as u64, block_count(window.length), "the blocks of the contig");
    let positions = if dtype == DType::U64 { window.width.div_ceil(64) } else { window.width };
    assert_eq!(out.len(), 4 * positions * dtype.size(), "the output is (4, positions)");
    match dtype {
        DType::F32 => simd::sequence::<f32>(isa, blocks, window, cast_slice_mut(out)),
        DType::F16 => simd::sequence::<f16>(isa, blocks, window, cast_slice_mut(out)),
        DType::BF16 => simd::sequence::<bf16>(isa, blocks, window, cast_slice_mut(out)),
        DType::U64 => onehot::packed(blocks, window, cast_slice_mut(out)),
        // 0 and 1 are the same bytes in both.
        DType::I8 | DType::U8 => simd::sequence::<u8>(isa, blocks, window, out),
        _ => unreachable!("one-hot sequence is not written as {dtype}"),
    }
}

/// Decodes a window of some tracks of a panel into `out`, which is `(channels, width)` and aligned
/// for the type. Only the channels that `channels` names are written.
///
/// # Errors
/// The row and what is wrong with it; `out` then holds unspecified values.
///
/// # Panics
/// When `out` is too short for the channels.
#[inline]
pub(super) fn signal(
    isa: Isa,
    dtype: DType,
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [u8],
) -> Result<(), (usize, TileError)> {
    match dtype {
        DType::U8 => simd::signal::<u8>(isa, panel, channels, window, out),
        DType::U16 => simd::signal::<u16>(isa, panel, channels, window, cast_slice_mut(out)),
        DType::F32 => simd::signal::<f32>(isa, panel, channels, window, cast_slice_mut(out)),
        _ => unreachable!("tracks are not written as {dtype}"),
    }
}
