//! The sparse encoding: a running count for each block of 256 bases, by which the items of a block
//! are found, and the values and one-byte offsets of the non-zero bases.

use super::intervals::Interval;
use super::values::{Parts, for_items, store};
use super::{BLOCK, MAX_TILE, Sample, TileError, ValueType};
use std::ops::RangeInclusive;

pub(super) fn size(values: ValueType, tile: usize, nonzero: usize) -> usize {
    tile / BLOCK * 2 + values.bytes(nonzero) + nonzero
}

pub(super) fn encode(intervals: &[Interval], values: ValueType, tile: usize, nonzero: usize, out: &mut [u8]) {
    let (ends, rest) = out.split_at_mut(tile / BLOCK * 2);
    let (stored, low) = rest.split_at_mut(rest.len() - nonzero);
    let mut item = 0;
    for interval in intervals {
        for position in interval.positions() {
            store(values, stored, item, interval.value);
            // The offset in its block of 256 bases.
            low[item] = position as u8;
            item += 1;
        }
    }
    running_counts(intervals, ends);
}

/// Writes for each block of 256 bases how many bases are non-zero up to its end.
pub(super) fn running_counts(intervals: &[Interval], ends: &mut [u8]) {
    let mut counts = [0u16; MAX_TILE / BLOCK];
    for interval in intervals {
        for position in interval.positions() {
            counts[position / BLOCK % counts.len()] += 1;
        }
    }
    let mut count = 0;
    for (end, own) in ends.as_chunks_mut().0.iter_mut().zip(counts) {
        count += own;
        *end = count.to_le_bytes();
    }
}

/// The most values of four bits that are widened at once.
const WIDENED: usize = 256;

#[inline(always)]
pub(super) fn decode<T: Sample, const REVERSE: bool>(
    values: ValueType,
    bytes: &[u8],
    tile: usize,
    from: usize,
    clear: bool,
    out: &mut [T],
) -> Result<(), TileError> {
    if !clear {
        out.fill(T::ZERO);
    }
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
    let rounds = rounds(&blocks, item, end);
    let mut buffer = [0; WIDENED];
    // No block ends after the last one.
    let low = low.get(..end(*blocks.end())).ok_or(TileError::Counts)?;
    let (values, skipped) = values.widened(item..low.len(), &mut buffer);
    for_items!(values, T, |items| {
        for block in blocks {
            let stop = end(block);
            let offsets = low.get(item..stop).ok_or(TileError::Counts)?;
            let value = items(item - skipped..stop - skipped).ok_or(TileError::Counts)?;
            // The start of the block in the output. It wraps to a huge number for a block that
            // begins before the output.
            let start = (block * BLOCK).wrapping_sub(from);
            let place = if REVERSE { out.len().wrapping_sub(start).wrapping_sub(BLOCK) } else { start };
            let whole = out.get_mut(place..).and_then(|out| out.first_chunk_mut::<BLOCK>());
            match (whole, offsets.len().checked_sub(1)) {
                (_, None) => {}
                // The branch at the end of a loop over the items would be mispredicted. It is
                // cheaper to write the last item again, until the number of items of the fullest
                // block.
                (Some(out), Some(most)) if rounds > 0 => {
                    for i in 0..rounds {
                        let i = i.min(most);
                        let offset = offsets[i];
                        out[usize::from(if REVERSE { !offset } else { offset })] = value(i);
                    }
                }
                _ => {
                    for (i, &offset) in offsets.iter().enumerate() {
                        // A position before the output wraps and is rejected too.
                        let position = start.wrapping_add(usize::from(offset));
                        if position <= last {
                            out[if REVERSE { last - position } else { position }] = value(i);
                        }
                    }
                }
            }
            item = stop;
        }
    });
    Ok(())
}

/// Returns the number of items of the fullest block, if writing as many for every block costs less
/// than mispredicted branches; else 0. `item` is the first item of the first block.
#[inline(always)]
fn rounds(blocks: &RangeInclusive<usize>, mut item: usize, end: impl Fn(usize) -> usize) -> usize {
    /// The number of items that can be written in the time of a mispredicted branch.
    const BRANCH: usize = 12;
    let first = item;
    let mut most = 0;
    for block in blocks.clone() {
        let stop = end(block);
        most = most.max(stop.saturating_sub(item));
        item = stop;
    }
    let count = blocks.end() - blocks.start() + 1;
    let items = item.saturating_sub(first);
    if most * count <= items + BRANCH * count { most } else { 0 }
}
