//! The dense encoding: the value of each base in turn.

use super::{Parts, Sample, TileError, ValueType, for_values, push_value};

pub(super) fn size(values: ValueType, tile: usize) -> usize {
    tile * values.size()
}

pub(super) fn encode(tile: &[f32], values: ValueType, out: &mut Vec<u8>) {
    for &value in tile {
        push_value(out, values, value);
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
