//! The dense encoding: the value of each base in turn.

use super::intervals::Interval;
use super::values::{Parts, for_values, store};
use super::{Sample, TileError, ValueType};

pub(super) fn size(values: ValueType, tile: usize) -> usize {
    values.bytes(tile)
}

pub(super) fn encode(intervals: &[Interval], values: ValueType, out: &mut [u8]) {
    for interval in intervals {
        interval.positions().for_each(|position| store(values, out, position, interval.value));
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
    let values = Parts(bytes).values(values, tile)?;
    for_values!(values, T, |value| {
        if REVERSE {
            out.iter_mut().rev().enumerate().for_each(|(i, o)| *o = value(from + i));
        } else {
            out.iter_mut().enumerate().for_each(|(i, o)| *o = value(from + i));
        }
    });
    Ok(())
}
