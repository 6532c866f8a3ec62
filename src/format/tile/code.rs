//! Tile codes: which of the five encodings a tile is stored under, and the type of its values.

use super::TileError;

/// How the values of a tile are stored, in ascending width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Every value is 1 and none is stored.
    One,
    /// Integers of 0 to 15, two in a byte.
    U4,
    /// Integers of 0 to 255.
    U8,
    /// Integers of 0 to 65,535.
    U16,
    /// Any finite value.
    F32,
}

impl ValueType {
    /// All five, in the order of their numbers.
    pub const ALL: [ValueType; 5] = [ValueType::One, ValueType::U4, ValueType::U8, ValueType::U16, ValueType::F32];

    /// Bytes that some stored values take together.
    #[inline(always)]
    #[must_use]
    pub fn bytes(self, items: usize) -> usize {
        match self {
            ValueType::One => 0,
            ValueType::U4 => items.div_ceil(2),
            ValueType::U8 => items,
            ValueType::U16 => 2 * items,
            ValueType::F32 => 4 * items,
        }
    }

    /// The narrowest type that holds `value` exactly (zero counts as [`ValueType::U4`]).
    #[inline(always)]
    #[must_use]
    pub fn of(value: f32) -> ValueType {
        if value == 1.0 {
            ValueType::One
        } else if value == f32::from(value as u16) {
            match value as u16 {
                0..16 => ValueType::U4,
                16..256 => ValueType::U8,
                _ => ValueType::U16,
            }
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
        if family == Family::Zero { Code::ZERO } else { Code(family as u8 * 5 + values as u8) }
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
        const DEFINED: u32 = 0b1_1110_1111_1111_1111_1100_0001;
        let code = entry & 31;
        if DEFINED >> code & 1 == 0 || (code == 0 && entry != 0) {
            return Err(TileError::ReservedCode);
        }
        Ok((Code(code as u8), (entry >> 5) as usize * 8))
    }

    /// The directory entry of a tile of this code at `offset` (a multiple of 8 below 1 GiB) of its
    /// row.
    #[must_use]
    pub fn to_entry(self, offset: usize) -> u32 {
        ((offset / 8) as u32) << 5 | u32::from(self.0)
    }

    /// The encoding.
    #[inline(always)]
    #[must_use]
    pub fn family(self) -> Family {
        Family::ALL[(self.0 / 5) as usize]
    }

    /// The type of the stored values.
    #[inline(always)]
    #[must_use]
    pub fn values(self) -> ValueType {
        ValueType::ALL[(self.0 % 5) as usize]
    }
}
