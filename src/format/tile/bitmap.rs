//! The bitmap encoding: a presence bit for each base, a running count for each 256 bases, and the
//! values of the set bits.

use super::intervals::Interval;
use super::values::{Parts, for_values, store};
use super::{BLOCK, Sample, TileError, ValueType, sparse};

pub(super) fn size(values: ValueType, tile: usize, nonzero: usize) -> usize {
    tile / 8 + tile / BLOCK * 2 + values.bytes(nonzero)
}

pub(super) fn encode(intervals: &[Interval], values: ValueType, tile: usize, out: &mut [u8]) {
    let (bits, rest) = out.split_at_mut(tile / 8);
    let (ends, stored) = rest.split_at_mut(tile / BLOCK * 2);
    let mut item = 0;
    for interval in intervals {
        for position in interval.positions() {
            bits[position / 8] |= 1 << (position % 8);
            store(values, stored, item, interval.value);
            item += 1;
        }
    }
    sparse::running_counts(intervals, ends);
}

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
    let words = parts.items::<8>(tile / 64)?;
    let ends = parts.items::<2>(tile / BLOCK)?;
    let end = |block: usize| usize::from(u16::from_le_bytes(ends[block]));
    let word = |i: usize| u64::from_le_bytes(words[i]);
    let n = end(ends.len() - 1);
    let values = parts.values(values, n)?;

    let last = out.len() - 1;
    let (first_word, last_word) = (from / 64, (from + last) / 64);
    let block = from / BLOCK;
    let mut item = block.checked_sub(1).map_or(0, end);
    item += (block * (BLOCK / 64)..first_word).map(|i| word(i).count_ones() as usize).sum::<usize>();
    for_values!(values, T, |value| {
        for i in first_word..=last_word {
            let mut bits = word(i);
            let after = item + bits.count_ones() as usize;
            if after > n {
                return Err(TileError::Counts);
            }
            if i == first_word {
                let skipped = bits & !(u64::MAX << (from % 64));
                item += skipped.count_ones() as usize;
                bits ^= skipped;
            }
            if i == last_word {
                bits &= u64::MAX >> (63 - (from + last) % 64);
            }
            while bits != 0 {
                let position = i * 64 + bits.trailing_zeros() as usize - from;
                out[if REVERSE { last - position } else { position }] = value(item);
                item += 1;
                bits &= bits - 1;
            }
            item = after;
        }
    });
    Ok(())
}
