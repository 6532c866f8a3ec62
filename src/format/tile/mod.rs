//! Tiles: a power of two of bases of one track, stored under whichever of five encodings is smallest, decoded in part
//! and without inflating (`format-spec/FORMAT.md`, section 6).
//!
//! [`decode`] is the hot path: it checks only what it follows, so that no byte can make it read or write out of bounds.
//! [`check()`] is the strict reading that `verify` needs, and [`Encoder`] the writer.

mod bitmap;
mod check;
mod dense;
mod encode;
mod runs;
mod sparse;

pub use check::{TileStats, check};
pub use encode::{Encoder, Summary};

use super::Damage;
use std::ops::Range;

/// Bases under one running count of a sparse tile or a bitmap.
pub const BLOCK: usize = 256;

/// How the values of a tile are stored, in ascending width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Every value is 1 and none is stored.
    One,
    /// Integers of 0 to 255.
    U8,
    /// Integers of 0 to 65,535.
    U16,
    /// Any finite value.
    F32,
}

impl ValueType {
    /// Bytes of one stored value.
    #[must_use]
    pub fn size(self) -> usize {
        [0, 1, 2, 4][self as usize]
    }

    /// The narrowest type that holds `value` exactly (zero counts as [`ValueType::U8`]).
    #[inline(always)]
    #[must_use]
    pub fn of(value: f32) -> ValueType {
        if value == 1.0 {
            ValueType::One
        } else if value == f32::from(value as u8) {
            ValueType::U8
        } else if value == f32::from(value as u16) {
            ValueType::U16
        } else {
            ValueType::F32
        }
    }
}

/// The five encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Every value is 0; nothing is stored.
    Zero,
    /// The value of each base.
    Dense,
    /// Offsets and values of the non-zero bases, found by a running count per 256 bases.
    Sparse,
    /// One presence bit per base, running counts, and the values of the set bits.
    Bitmap,
    /// Ends and values of runs of equal value.
    Runs,
}

impl Family {
    /// All five, in the order of their codes.
    pub const ALL: [Family; 5] = [Family::Zero, Family::Dense, Family::Sparse, Family::Bitmap, Family::Runs];

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["zero", "dense", "sparse", "bitmap", "runs"][self as usize]
    }
}

/// How one tile is stored: family and value type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(u8);

impl Code {
    /// The tile that is zero everywhere.
    pub const ZERO: Code = Code(0);

    /// The code of a family and a type.
    #[must_use]
    pub fn new(family: Family, values: ValueType) -> Code {
        if family == Family::Zero { Code::ZERO } else { Code(family as u8 * 4 + values as u8) }
    }

    /// The code's number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Splits a directory entry into the code and the tile's offset in its row, in bytes.
    ///
    /// # Errors
    /// [`TileError::ReservedCode`] for a code the format does not define.
    #[inline(always)]
    pub fn from_entry(entry: u32) -> Result<(Code, usize), TileError> {
        const DEFINED: u32 = 0b1110_1111_1111_1110_0001;
        let code = entry & 31;
        if DEFINED >> code & 1 == 0 || (code == 0 && entry != 0) {
            return Err(TileError::ReservedCode);
        }
        Ok((Code(code as u8), (entry >> 5) as usize * 8))
    }

    /// The directory entry of a tile of this code at `offset` (a multiple of 8 below 1 GiB) of its row.
    #[must_use]
    pub fn to_entry(self, offset: usize) -> u32 {
        ((offset / 8) as u32) << 5 | u32::from(self.0)
    }

    /// The encoding.
    #[inline(always)]
    #[must_use]
    pub fn family(self) -> Family {
        Family::ALL[(self.0 / 4) as usize]
    }

    /// The type of the stored values.
    #[inline(always)]
    #[must_use]
    pub fn values(self) -> ValueType {
        match self.0 % 4 {
            0 => ValueType::One,
            1 => ValueType::U8,
            2 => ValueType::U16,
            _ => ValueType::F32,
        }
    }
}

/// A type that tiles decode into: `f32`, or `u8` and `u16` for tracks whose values they hold exactly.
pub trait Sample: bytemuck::Pod + PartialEq + Send + Sync + std::fmt::Debug {
    /// The widest stored type that converts without loss.
    const WIDEST: ValueType;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Converts a stored `u8`.
    fn from_u8(value: u8) -> Self;
    /// Converts a stored `u16`; called only where [`Sample::WIDEST`] allows it.
    fn from_u16(value: u16) -> Self;
    /// Converts a stored `f32`; called only where [`Sample::WIDEST`] allows it.
    fn from_f32(value: f32) -> Self;
}

macro_rules! sample {
    ($type:ty, $widest:ident) => {
        impl Sample for $type {
            const WIDEST: ValueType = ValueType::$widest;
            const ZERO: Self = 0 as $type;
            const ONE: Self = 1 as $type;
            #[inline(always)]
            fn from_u8(value: u8) -> Self {
                value as $type
            }
            #[inline(always)]
            fn from_u16(value: u16) -> Self {
                value as $type
            }
            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                value as $type
            }
        }
    };
}
sample!(f32, F32);
sample!(u16, U16);
sample!(u8, U8);

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

/// Decodes some positions of a tile of `tile` bases into `out`, which has as many items, back to front if `REVERSE`.
///
/// `bytes` starts with the tile and may go on after it. Every item of `out` is written on success, but for those that are 0 when
/// `clear` says that all of `out` is 0 already.
///
/// # Errors
/// [`TileError`] when the bytes followed break a rule of the format; `out` then holds unspecified values.
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

/// Cuts a tile into its parts.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    #[inline(always)]
    fn bytes(&mut self, n: usize) -> Result<&'a [u8], TileError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(TileError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    #[inline(always)]
    fn items<const SIZE: usize>(&mut self, n: usize) -> Result<&'a [[u8; SIZE]], TileError> {
        Ok(self.bytes(n * SIZE)?.as_chunks::<SIZE>().0)
    }

    /// The values of `n` items.
    #[inline(always)]
    fn values(&mut self, values: ValueType, n: usize) -> Result<Values<'a>, TileError> {
        Ok(match values {
            ValueType::One => Values::One,
            ValueType::U8 => Values::U8(self.bytes(n)?),
            ValueType::U16 => Values::U16(self.items(n)?),
            ValueType::F32 => Values::F32(self.items(n)?),
        })
    }
}

/// The stored values of a tile.
#[derive(Clone, Copy)]
enum Values<'a> {
    One,
    U8(&'a [u8]),
    U16(&'a [[u8; 2]]),
    F32(&'a [[u8; 4]]),
}

/// Runs `$body` with `$at` bound to a function from an item's number to its value as `T`, once per stored type, so that
/// the choice is made outside the loop.
macro_rules! for_values {
    ($values:expr, $t:ty, |$at:ident| $body:expr) => {
        match $values {
            $crate::format::tile::Values::One => {
                let $at = |_: usize| <$t>::ONE;
                $body
            }
            $crate::format::tile::Values::U8(v) => {
                let $at = |i: usize| <$t>::from_u8(v[i]);
                $body
            }
            $crate::format::tile::Values::U16(v) => {
                let $at = |i: usize| <$t>::from_u16(u16::from_le_bytes(v[i]));
                $body
            }
            $crate::format::tile::Values::F32(v) => {
                let $at = |i: usize| <$t>::from_f32(f32::from_le_bytes(v[i]));
                $body
            }
        }
    };
}
use for_values;

/// Appends one value in its stored type; the caller has checked that it fits.
fn push_value(out: &mut Vec<u8>, values: ValueType, value: f32) {
    match values {
        ValueType::One => {}
        ValueType::U8 => out.push(value as u8),
        ValueType::U16 => out.extend_from_slice(&(value as u16).to_le_bytes()),
        ValueType::F32 => out.extend_from_slice(&value.to_le_bytes()),
    }
}

#[cfg(test)]
mod tests;
