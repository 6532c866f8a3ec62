//! One-hot sequence: a window of the packed masks, shifted and turned, then one byte for each bit.

use super::Window;
use crate::format::onehot::Block;

/// Calls `write(at, masks, count)` for each run of up to 64 output positions: bit i of the four masks (A, C, G, T) is
/// output position `at + i`. Bits from `count` on are zero.
#[inline(always)]
pub(super) fn masks(blocks: &[Block], window: &Window, mut write: impl FnMut(usize, Block, usize)) {
    let (from, end, before) = window.on_contig();
    let inside = end - from;
    // Where the part on the contig begins in the output.
    let first = if window.reverse { window.width - before - inside } else { before };
    let mut done = 0;
    while done < inside {
        let count = (inside - done).min(64);
        // The 64 bases (or what is left) that come next, in the order of the contig.
        let start = if window.reverse { end - done - count } else { from + done };
        let mut chunk = shifted(blocks, start);
        if count < 64 {
            chunk.iter_mut().for_each(|mask| *mask &= (1 << count) - 1);
        }
        if window.reverse {
            let turned = |mask: u64| mask.reverse_bits() >> (64 - count);
            chunk = [turned(chunk[3]), turned(chunk[2]), turned(chunk[1]), turned(chunk[0])];
        }
        write(first + done, chunk, count);
        done += count;
    }
}

/// The 64 bases from base `start` on: a funnel shift over two neighbouring blocks.
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
pub(super) fn clear_outside(window: &Window, out: &mut [u8]) {
    let (from, end, before) = window.on_contig();
    let inside = end - from;
    if inside == window.width {
        return;
    }
    let first = if window.reverse { window.width - before - inside } else { before };
    for row in out.chunks_exact_mut(window.width.max(1)) {
        row[..first].fill(0);
        row[first + inside..].fill(0);
    }
}

/// The scalar kernel.
pub(super) fn sequence(blocks: &[Block], window: &Window, out: &mut [u8]) {
    clear_outside(window, out);
    let width = window.width;
    masks(blocks, window, |at, chunk, count| {
        for (channel, mask) in chunk.into_iter().enumerate() {
            let row = &mut out[channel * width + at..][..count];
            row.iter_mut().enumerate().for_each(|(i, byte)| *byte = (mask >> i & 1) as u8);
        }
    });
}
