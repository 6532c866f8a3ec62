//! One-hot sequence: the packed masks, shifted and reversed, then an element for each bit, or the
//! bits as they are.

use super::window::Window;
use crate::dtype::Element;
use crate::format::onehot::Block;
use half::{bf16, f16};

/// A type that one-hot sequence is written in.
pub(super) trait OneHot: Element + PartialEq + std::fmt::Debug {
    /// The bits of 1. The bits of 0 are 0 in every type.
    const ONE: u32;
    /// 0.
    const ZERO: Self;
}

macro_rules! one_hot {
    ($($type:ty: $one:expr, $zero:expr;)*) => {
        $(impl OneHot for $type {
            const ONE: u32 = $one;
            const ZERO: Self = $zero;
        })*
    };
}
one_hot! {
    u8: 1, 0;
    i8: 1, 0;
    f16: 0x3c00, f16::ZERO;
    bf16: 0x3f80, bf16::ZERO;
    f32: 0x3f80_0000, 0.0;
}

/// Calls `write(at, masks, count)` for each run of up to 64 output positions. Bit i of the four
/// masks (A, C, G, T) is output position `at + i`. Bits from `count` on are zero.
#[inline(always)]
pub(super) fn masks(blocks: &[Block], window: &Window, mut write: impl FnMut(usize, Block, usize)) {
    let inside = window.inside();
    let mut done = 0;
    while done < inside.len() {
        let count = (inside.len() - done).min(64);
        // The next 64 bases, or what is left of them, in the order of the contig.
        let start = if window.reverse { inside.end - done - count } else { inside.start + done };
        let mut chunk = shifted(blocks, start);
        if count < 64 {
            chunk.iter_mut().for_each(|mask| *mask &= (1 << count) - 1);
        }
        if window.reverse {
            let reversed = |mask: u64| mask.reverse_bits() >> (64 - count);
            chunk = [reversed(chunk[3]), reversed(chunk[2]), reversed(chunk[1]), reversed(chunk[0])];
        }
        write(inside.at + done, chunk, count);
        done += count;
    }
}

/// Returns the 64 bases from base `start` on: a funnel shift over two neighbouring blocks.
#[inline(always)]
fn shifted(blocks: &[Block], start: usize) -> Block {
    let (block, shift) = (start / 64, start % 64);
    let low = &blocks[block];
    if shift == 0 {
        return *low;
    }
    let high = &blocks[block + 1];
    std::array::from_fn(|i| low[i] >> shift | high[i] << (64 - shift))
}

/// Writes zeros where the window lies outside the contig.
#[inline(always)]
pub(super) fn clear_outside<T: OneHot>(window: &Window, out: &mut [T]) {
    let inside = window.inside();
    if inside.len() < window.width {
        out.chunks_exact_mut(window.width).for_each(|row| inside.fill_outside(row, 1, T::ZERO));
    }
}

/// Writes a window: the scalar kernel.
pub(super) fn sequence<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    clear_outside(window, out);
    let width = window.width;
    masks(blocks, window, |at, chunk, count| {
        for (channel, mask) in chunk.into_iter().enumerate() {
            expand(mask, &mut out[channel * width + at..][..count]);
        }
    });
}

/// Writes a window with a function that writes the 64 bits of a mask as elements.
#[inline(always)]
pub(super) fn sequence_by_64<T: OneHot>(
    blocks: &[Block],
    window: &Window,
    out: &mut [T],
    expand: impl Fn(u64, &mut [T; 64]),
) {
    clear_outside(window, out);
    let width = window.width;
    masks(blocks, window, |at, chunk, count| {
        for (channel, mask) in chunk.into_iter().enumerate() {
            let row = &mut out[channel * width + at..][..count];
            if let Some(row) = row.first_chunk_mut::<64>() {
                expand(mask, row);
            } else {
                let mut whole = [T::ZERO; 64];
                expand(mask, &mut whole);
                row.copy_from_slice(&whole[..count]);
            }
        }
    });
}

/// Writes bit i of `mask` as element i.
#[inline(always)]
fn expand<T: OneHot>(mask: u64, out: &mut [T]) {
    let bit = |i: usize| (mask >> i & 1) as u32;
    match size_of::<T>() {
        1 => bytemuck::cast_slice_mut(out).iter_mut().enumerate().for_each(|(i, o)| *o = (bit(i) * T::ONE) as u8),
        2 => bytemuck::cast_slice_mut(out).iter_mut().enumerate().for_each(|(i, o)| *o = (bit(i) * T::ONE) as u16),
        _ => bytemuck::cast_slice_mut(out).iter_mut().enumerate().for_each(|(i, o)| *o = bit(i) * T::ONE),
    }
}

/// Writes the four masks of a window, each in words of 64 positions. Bit i of word w is position
/// `64 w + i`.
pub(super) fn packed(blocks: &[Block], window: &Window, out: &mut [u64]) {
    let words = window.width.div_ceil(64);
    out.fill(0);
    masks(blocks, window, |at, chunk, count| {
        let (word, shift) = (at / 64, at % 64);
        for (row, mask) in out.chunks_exact_mut(words).zip(chunk) {
            row[word] |= mask << shift;
            if shift + count > 64 {
                row[word + 1] |= mask >> (64 - shift);
            }
        }
    });
}
