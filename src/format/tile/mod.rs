//! Tiles: a power of two of bases of one track, stored under whichever of five encodings is
//! smallest, decoded in part and without inflating (`format-spec/FORMAT.md`, section 6).
//!
//! [`decode`] is the hot path: it checks only what it follows, so that no byte can make it read or
//! write out of bounds. [`check()`] is the strict reading that `verify` needs, and [`Encoder`] the
//! writer.

mod bitmap;
mod check;
mod code;
mod dense;
mod encode;
mod intervals;
mod runs;
mod sparse;
mod values;

pub(crate) use check::length;
pub use check::{TileStats, check};
pub use code::{Code, Family, ValueType};
pub use encode::{Encoder, Summary};
pub use values::Sample;

use super::Damage;
use std::ops::Range;

/// Bases under one running count of a sparse tile or a bitmap.
pub const BLOCK: usize = 256;

/// Bases of the longest tile.
const MAX_TILE: usize = 1 << 15;

/// Why a tile cannot be decoded. It carries no text, so that the hot path stays small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileError {
    /// The directory holds a code the format does not define.
    ReservedCode,
    /// The tile reaches past its row.
    Truncated,
    /// The running counts decrease, or exceed the items.
    Counts,
    /// The ends of the runs do not increase, or end before the tile.
    Runs,
    /// The tile's values are wider than its track is said to be.
    TooWide,
    /// A row or tile lies outside its file's DATA.
    OutOfBounds,
}

impl TileError {
    /// The rule that is broken, at `offset` bytes.
    #[must_use]
    pub fn damage(self, offset: u64) -> Damage {
        let (what, expected) = match self {
            TileError::ReservedCode => ("tile code", "a code of the format"),
            TileError::Truncated => ("tile", "to end within its row"),
            TileError::Counts => ("running counts of a tile", "ascending and equal to the number of items"),
            TileError::Runs => ("ends of runs", "strictly ascending up to the tile's length"),
            TileError::TooWide => ("type of a tile's values", "no wider than the track's"),
            TileError::OutOfBounds => ("row offset", "rows in order and inside DATA"),
        };
        Damage::new(offset, what, expected, "something else")
    }
}

/// Decodes some positions of a tile of `tile` bases into `out`, which has as many items, back to
/// front if `REVERSE`.
///
/// `bytes` starts with the tile and may go on after it. Every item of `out` is written on success,
/// but for those that are 0 when `clear` says that all of `out` is 0 already.
///
/// # Errors
/// [`TileError`] when the bytes followed break a rule of the format; `out` then holds unspecified
/// values.
#[inline(always)]
pub fn decode<T: Sample, const REVERSE: bool>(
    code: Code,
    bytes: &[u8],
    tile: usize,
    positions: Range<usize>,
    clear: bool,
    out: &mut [T],
) -> Result<(), TileError> {
    let from = positions.start;
    debug_assert!(positions.end <= tile && out.len() == positions.len());
    if code.values() > T::WIDEST {
        return Err(TileError::TooWide);
    }
    match code.family() {
        Family::Zero if clear => Ok(()),
        Family::Zero => {
            out.fill(T::ZERO);
            Ok(())
        }
        Family::Dense => dense::decode::<T, REVERSE>(code.values(), bytes, tile, from, out),
        Family::Sparse => sparse::decode::<T, REVERSE>(code.values(), bytes, tile, from, clear, out),
        Family::Bitmap => bitmap::decode::<T, REVERSE>(code.values(), bytes, tile, from, clear, out),
        Family::Runs => runs::decode::<T, REVERSE>(code.values(), bytes, from, out),
    }
}

#[cfg(test)]
mod tests;
