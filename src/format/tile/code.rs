//! Tile codes: the encoding of a tile and the type of its values.

use super::TileError;

/// The stored type of a tile's values, in ascending width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Every value is 1, and none is stored.
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

    /// Returns the bytes of this number of stored values.
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

    /// Returns the narrowest type that holds `value` exactly, [`ValueType::U4`] for zero.
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

/// The families of encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Every value is 0; nothing is stored.
    Zero,
    /// The value of each base.
    Dense,
    /// Offsets and values of the non-zero bases, with a running count for each 256 bases.
    Sparse,
    /// One presence bit for each base, running counts, and the values of the set bits.
    Bitmap,
    /// Ends and values of runs of equal value.
    Runs,
}

impl Family {
    /// All five, in the order of their codes.
    pub const ALL: [Family; 5] = [Family::Zero, Family::Dense, Family::Sparse, Family::Bitmap, Family::Runs];

    /// Returns the name that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["zero", "dense", "sparse", "bitmap", "runs"][self as usize]
    }
}

/// The encoding of a tile: family and value type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(u8);

impl Code {
    /// The tile that is zero everywhere.
    pub const ZERO: Code = Code(0);

    /// Returns the code of a family and a value type.
    #[must_use]
    pub fn new(family: Family, values: ValueType) -> Code {
        if family == Family::Zero { Code::ZERO } else { Code(family as u8 * 5 + values as u8) }
    }

    /// Returns the number of the code.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Splits a directory entry into the code and the tile's offset in its row, in bytes.
    ///
    /// # Errors
    /// [`TileError::ReservedCode`] for a code that the format does not define.
    #[inline(always)]
    pub fn from_entry(entry: u32) -> Result<(Code, usize), TileError> {
        const DEFINED: u32 = 0b1_1110_1111_1111_1111_1100_0001;
        let code = entry & 31;
        if DEFINED >> code & 1 == 0 || (code == 0 && entry != 0) {
            return Err(TileError::ReservedCode);
        }
        Ok((Code(code as u8), (entry >> 5) as usize * 8))
    }

    /// Returns the directory entry of a tile with this code at `offset` of its row, a multiple of 8
    /// below 1 GiB.
    #[must_use]
    pub fn to_entry(self, offset: usize) -> u32 {
        ((offset / 8) as u32) << 5 | u32::from(self.0)
    }

    /// Returns the family.
    #[inline(always)]
    #[must_use]
    pub fn family(self) -> Family {
        Family::ALL[(self.0 / 5) as usize]
    }

    /// Returns the type of the stored values.
    #[inline(always)]
    #[must_use]
    pub fn values(self) -> ValueType {
        ValueType::ALL[(self.0 % 5) as usize]
    }
}
