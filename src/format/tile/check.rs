//! Checks a tile against every rule of section 6 of the format, for `verify`.

use super::encode::Summary;
use super::intervals::Intervals;
use super::values::Parts;
use super::{BLOCK, Code, Family, TileError, ValueType, bitmap, decode, dense, runs, sparse};
use crate::format::Damage;

/// The size and totals of a tile, as found by [`check`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TileStats {
    /// Bytes of the tile, without the padding after it.
    pub bytes: usize,
    /// The totals, which are compared with the manifest.
    pub summary: Summary,
}

/// Checks a tile of `out.len()` bases, the first `valid` of which are on the contig, and decodes it
/// into `out`.
///
/// `bytes` begin with the tile and may be longer.
///
/// # Errors
/// The first violation. Its offset is 0, the start of the tile.
pub fn check(code: Code, bytes: &[u8], valid: usize, out: &mut [f32]) -> Result<TileStats, Damage> {
    let tile = out.len();
    decode::<f32, false>(code, bytes, tile, 0..tile, false, out).map_err(|e| e.damage(0))?;
    let length = match code.family() {
        Family::Zero => Ok(0),
        Family::Dense => Ok(dense::size(code.values(), tile)),
        Family::Sparse => check_sparse(code.values(), bytes, tile),
        Family::Bitmap => check_bitmap(code.values(), bytes, tile),
        Family::Runs => check_runs(code.values(), bytes, tile),
    }
    .map_err(|e| e.damage(0))?;
    let bad = |what, expected, i: usize| Damage::new(0, what, expected, format!("{} at position {i}", out[i]));
    if let Some(i) = out.iter().position(|v| !v.is_finite() || (*v == 0.0 && v.is_sign_negative())) {
        return Err(bad("value of a tile", "a finite value that is not -0.0", i));
    }
    if let Some(i) = out[valid..].iter().position(|&v| v != 0.0) {
        return Err(bad("value past the end of the contig", "0", valid + i));
    }
    let mut intervals = Intervals::default();
    intervals.read(&out[..valid]);
    let summary = intervals.summary(valid);
    if let Some(byte) = half_used(code, bytes, tile).filter(|byte| byte >> 4 != 0) {
        return Err(Damage::new(
            0,
            "last byte of a tile's values",
            "its high four bits to be 0",
            format!("{byte:#04x}"),
        ));
    }
    if let Some(items) = stored_items(code, bytes, tile)
        && items != summary.nonzero as usize
    {
        let got = format!("{items} items for {} non-zero bases", summary.nonzero);
        return Err(Damage::new(0, "items of a tile", "ascending positions and no stored zero", got));
    }
    Ok(TileStats { bytes: length, summary })
}

fn ascending(ends: &[[u8; 2]], strictly: bool) -> bool {
    let pairs = ends.windows(2).map(|w| (u16::from_le_bytes(w[0]), u16::from_le_bytes(w[1])));
    pairs.into_iter().all(|(a, b)| a < b || (!strictly && a == b))
}

fn last(ends: &[[u8; 2]]) -> usize {
    ends.last().map_or(0, |&end| usize::from(u16::from_le_bytes(end)))
}

fn check_sparse(values: ValueType, bytes: &[u8], tile: usize) -> Result<usize, TileError> {
    let mut parts = Parts(bytes);
    let ends = parts.items::<2>(tile / BLOCK)?;
    let n = last(ends);
    parts.values(values, n)?;
    let low = parts.bytes(n)?;
    let mut start = 0;
    for &end in ends {
        let end = usize::from(u16::from_le_bytes(end));
        let offsets = low.get(start..end).ok_or(TileError::Counts)?;
        if offsets.windows(2).any(|w| w[0] >= w[1]) {
            return Err(TileError::Counts);
        }
        start = end;
    }
    Ok(sparse::size(values, tile, n))
}

fn check_bitmap(values: ValueType, bytes: &[u8], tile: usize) -> Result<usize, TileError> {
    let mut parts = Parts(bytes);
    let words = parts.items::<8>(tile / 64)?;
    let ends = parts.items::<2>(tile / BLOCK)?;
    parts.values(values, last(ends))?;
    let mut count = 0;
    for (block, &end) in words.chunks(BLOCK / 64).zip(ends) {
        count += block.iter().map(|&w| u64::from_le_bytes(w).count_ones()).sum::<u32>();
        if count != u32::from(u16::from_le_bytes(end)) {
            return Err(TileError::Counts);
        }
    }
    Ok(bitmap::size(values, tile, last(ends)))
}

fn check_runs(values: ValueType, bytes: &[u8], tile: usize) -> Result<usize, TileError> {
    let (_, ends) = runs::parts(values, bytes)?;
    let increasing = ascending(ends, true) && ends.first().is_some_and(|&end| end != [0, 0]);
    if !increasing || last(ends) != tile {
        return Err(TileError::Runs);
    }
    let size = runs::size(values, ends.len());
    if bytes[4 + values.bytes(ends.len())..size - 2 * ends.len()].iter().any(|&byte| byte != 0) {
        return Err(TileError::Runs);
    }
    Ok(size)
}

/// Returns the number of non-zero bases that a tile declares, for the encodings that declare it.
fn stored_items(code: Code, bytes: &[u8], tile: usize) -> Option<usize> {
    let skip = match code.family() {
        Family::Zero => return Some(0),
        Family::Sparse => 0,
        Family::Bitmap => tile / 8,
        Family::Dense | Family::Runs => return None,
    };
    bytes.get(skip..skip + tile / BLOCK * 2).map(|ends| last(ends.as_chunks::<2>().0))
}

/// Returns the length of a tile as it declares it, in bytes, without padding. [`decode`] never
/// reads past it. Checks nothing else.
///
/// # Errors
/// [`TileError::Truncated`] when `bytes` are shorter.
pub(crate) fn length(code: Code, bytes: &[u8], tile: usize) -> Result<usize, TileError> {
    let items = || stored_items(code, bytes, tile).ok_or(TileError::Truncated);
    let length = match code.family() {
        Family::Zero => 0,
        Family::Dense => dense::size(code.values(), tile),
        Family::Sparse => sparse::size(code.values(), tile, items()?),
        Family::Bitmap => bitmap::size(code.values(), tile, items()?),
        Family::Runs => {
            let runs = bytes.first_chunk().ok_or(TileError::Truncated)?;
            runs::size(code.values(), u32::from_le_bytes(*runs) as usize)
        }
    };
    if length <= bytes.len() { Ok(length) } else { Err(TileError::Truncated) }
}

/// Returns the last byte of values of four bits, where it holds only one value. The tile must have
/// been decoded.
fn half_used(code: Code, bytes: &[u8], tile: usize) -> Option<u8> {
    let ends = tile / BLOCK * 2;
    let (before, items) = match code.family() {
        Family::Zero | Family::Dense => return None,
        Family::Sparse => (ends, stored_items(code, bytes, tile)?),
        Family::Bitmap => (tile / 8 + ends, stored_items(code, bytes, tile)?),
        Family::Runs => (4, u32::from_le_bytes(*bytes.first_chunk()?) as usize),
    };
    (code.values() == ValueType::U4 && items % 2 == 1).then(|| bytes.get(before + items / 2).copied())?
}
