//! The runs encoding: values and ends of stretches of equal value.

use super::{Parts, Sample, TileError, ValueType, for_values, push_value};

pub(super) fn size(values: ValueType, runs: usize) -> usize {
    4 + (runs * values.size()).next_multiple_of(2) + runs * 2
}

pub(super) fn encode(tile: &[f32], values: ValueType, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut runs = 0u32;
    for run in tile.chunk_by(|a, b| a == b) {
        push_value(out, values, run[0]);
        runs += 1;
    }
    out[start..start + 4].copy_from_slice(&runs.to_le_bytes());
    if (out.len() - start) % 2 == 1 {
        out.push(0);
    }
    let mut end = 0u16;
    for run in tile.chunk_by(|a, b| a == b) {
        end += run.len() as u16;
        out.extend_from_slice(&end.to_le_bytes());
    }
}

/// The values and ends of a tile of runs.
#[inline(always)]
pub(super) fn parts(values: ValueType, bytes: &[u8]) -> Result<(super::Values<'_>, &[[u8; 2]]), TileError> {
    let mut parts = Parts(bytes);
    let [n] = parts.items::<4>(1)? else { return Err(TileError::Truncated) };
    let n = u32::from_le_bytes(*n) as usize;
    let items = parts.values(values, n)?;
    if values == ValueType::U8 && n % 2 == 1 {
        parts.bytes(1)?;
    }
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

/// Writes items `from .. to`, counted from the end if `REVERSE`, and some of those after them. A length that no predictor guesses
/// costs more than a few items written twice.
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
