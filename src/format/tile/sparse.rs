//! The sparse encoding: a running count per 256 bases, then values and one-byte offsets of the non-zero bases. The
//! items of a block are found without a search.

use super::{BLOCK, Parts, Sample, TileError, ValueType, for_values, push_value};

pub(super) fn size(values: ValueType, tile: usize, nonzero: usize) -> usize {
    tile / BLOCK * 2 + nonzero * (values.size() + 1)
}

pub(super) fn encode(tile: &[f32], values: ValueType, out: &mut Vec<u8>) {
    push_running_counts(tile, out);
    for &value in tile.iter().filter(|&&v| v != 0.0) {
        push_value(out, values, value);
    }
    for block in tile.chunks(BLOCK) {
        out.extend(block.iter().enumerate().filter(|&(_, &v)| v != 0.0).map(|(i, _)| i as u8));
    }
}

/// Appends, for each block of 256 bases, how many bases are non-zero up to its end.
pub(super) fn push_running_counts(tile: &[f32], out: &mut Vec<u8>) {
    let mut count = 0u16;
    for block in tile.chunks(BLOCK) {
        count += block.iter().filter(|&&v| v != 0.0).count() as u16;
        out.extend_from_slice(&count.to_le_bytes());
    }
}

#[inline(always)]
pub(super) fn decode<T: Sample, const REVERSE: bool>(
    values: ValueType,
    bytes: &[u8],
    tile: usize,
    from: usize,
    out: &mut [T],
) -> Result<(), TileError> {
    out.fill(T::ZERO);
    if out.is_empty() {
        return Ok(());
    }
    let mut parts = Parts(bytes);
    let ends = parts.items::<2>(tile / BLOCK)?;
    let end = |block: usize| usize::from(u16::from_le_bytes(ends[block]));
    let n = end(ends.len() - 1);
    let values = parts.values(values, n)?;
    let low = parts.bytes(n)?;

    let last = out.len() - 1;
    let blocks = from / BLOCK..=(from + last) / BLOCK;
    let mut item = blocks.start().checked_sub(1).map_or(0, end);
    for_values!(values, T, |value| {
        for block in blocks {
            let stop = end(block);
            let offsets = low.get(item..stop).ok_or(TileError::Counts)?;
            for (i, &offset) in offsets.iter().enumerate() {
                // A position before `from` wraps to a huge number, so one comparison rejects both sides.
                let position = (block * BLOCK + usize::from(offset)).wrapping_sub(from);
                if position <= last {
                    out[if REVERSE { last - position } else { position }] = value(item + i);
                }
            }
            item = stop;
        }
    });
    Ok(())
}
