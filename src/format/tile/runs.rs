//! The runs encoding: values and ends of runs of equal value, zeros included.

use super::intervals::{Interval, with_zeros};
use super::values::{Parts, Values, for_values, store};
use super::{Sample, TileError, ValueType};

pub(super) fn size(values: ValueType, runs: usize) -> usize {
    4 + values.bytes(runs).next_multiple_of(2) + runs * 2
}

pub(super) fn encode(intervals: &[Interval], values: ValueType, tile: usize, runs: usize, out: &mut [u8]) {
    let (count, rest) = out.split_at_mut(4);
    count.copy_from_slice(&(runs as u32).to_le_bytes());
    let (stored, ends) = rest.split_at_mut(rest.len() - 2 * runs);
    let ends = ends.as_chunks_mut().0;
    for (run, (end, value)) in with_zeros(intervals, tile).enumerate() {
        store(values, stored, run, value);
        ends[run] = (end as u16).to_le_bytes();
    }
}

/// Returns the values and the ends of a tile of runs.
#[inline(always)]
pub(super) fn parts(values: ValueType, bytes: &[u8]) -> Result<(Values<'_>, &[[u8; 2]]), TileError> {
    let mut parts = Parts(bytes);
    let [n] = parts.items::<4>(1)? else { return Err(TileError::Truncated) };
    let n = u32::from_le_bytes(*n) as usize;
    let items = parts.values(values, n)?;
    // The padding before the ends.
    parts.bytes(values.bytes(n) % 2)?;
    Ok((items, parts.items::<2>(n)?))
}

#[inline(always)]
pub(super) fn decode<T: Sample, const REVERSE: bool>(
    values: ValueType,
    bytes: &[u8],
    from: usize,
    out: &mut [T],
) -> Result<(), TileError> {
    let (values, ends) = parts(values, bytes)?;
    let end = |run: &[u8; 2]| usize::from(u16::from_le_bytes(*run));
    let mut run = ends.partition_point(|run| end(run) <= from);
    let length = out.len();
    let mut done = 0;
    for_values!(values, T, |value| {
        while done < length {
            let stop = ends.get(run).map(end).ok_or(TileError::Runs)?;
            let stop = stop.checked_sub(from).filter(|&stop| stop > done).ok_or(TileError::Runs)?.min(length);
            write::<T, REVERSE>(out, done, stop, value(run));
            done = stop;
            run += 1;
        }
    });
    Ok(())
}

/// Writes items `from .. to`, counted from the end if `REVERSE`, and some items after them, which
/// are written again later. That costs less than mispredicted branches on the length.
#[inline(always)]
fn write<T: Sample, const REVERSE: bool>(out: &mut [T], from: usize, to: usize, value: T) {
    /// Items written at once.
    const CHUNK: usize = 32;
    let length = out.len();
    let mut at = from;
    while at < to {
        let chunk = if REVERSE { out[..length - at].last_chunk_mut() } else { out[at..].first_chunk_mut() };
        if let Some(chunk) = chunk {
            *chunk = [value; CHUNK];
        } else {
            let part = if REVERSE { length - to..length - at } else { at..to };
            out[part].fill(value);
        }
        at += CHUNK;
    }
}
