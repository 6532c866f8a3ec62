//! Encodes and decodes tiles: a power of two of bases of one track, stored under the smallest of
//! five encodings, any part of which can be decoded (`format-spec/FORMAT.md`, section 6).
//!
//! [`decode`] is the hot path: it checks only the bytes that it uses, so that no byte can make it
//! read or write out of bounds. [`check()`] checks every rule, for `verify`. [`Encoder`] writes
//! tiles.

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

/// The number of bases for each running count of a sparse tile or a bitmap.
pub const BLOCK: usize = 256;

/// The most bases of a tile.
const MAX_TILE: usize = 1 << 15;

/// Why a tile cannot be decoded. It has no text, which keeps the hot path small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileError {
    /// The directory has a code that the format does not define.
    ReservedCode,
    /// The tile reaches past its row.
    Truncated,
    /// The running counts decrease, or exceed the items.
    Counts,
    /// The ends of the runs do not increase, or end before the tile.
    Runs,
    /// The tile's values are wider than the type of its track.
    TooWide,
    /// A row or tile is outside its file's DATA.
    OutOfBounds,
}

impl TileError {
    /// Returns the violation, at `offset` bytes.
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

/// Decodes some positions of a tile of `tile` bases into `out`, which has as many items, in reverse
/// order if `REVERSE`.
///
/// `bytes` begin with the tile and may be longer. Every item of `out` is written on success, except
/// zeros when `clear` says that `out` is all zeros already.
///
/// # Errors
/// [`TileError`] when the bytes in use violate the format. Then the contents of `out` are
/// unspecified.
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
