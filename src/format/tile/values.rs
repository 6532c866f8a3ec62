//! Stores values of tiles, and decodes them to the types of samples.

use super::{TileError, ValueType};
use std::ops::Range;

/// A type that tiles are decoded to: `f32`, or `u8` or `u16` for tracks whose values fit.
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

/// Splits a tile into its parts.
pub(super) struct Parts<'a>(pub(super) &'a [u8]);

impl<'a> Parts<'a> {
    #[inline(always)]
    pub(super) fn bytes(&mut self, n: usize) -> Result<&'a [u8], TileError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(TileError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    #[inline(always)]
    pub(super) fn items<const SIZE: usize>(&mut self, n: usize) -> Result<&'a [[u8; SIZE]], TileError> {
        Ok(self.bytes(n * SIZE)?.as_chunks::<SIZE>().0)
    }

    /// Takes the values of `n` items.
    #[inline(always)]
    pub(super) fn values(&mut self, values: ValueType, n: usize) -> Result<Values<'a>, TileError> {
        Ok(match values {
            ValueType::One => Values::One,
            ValueType::U4 => Values::U4(self.bytes(values.bytes(n))?),
            ValueType::U8 => Values::U8(self.bytes(n)?),
            ValueType::U16 => Values::U16(self.items(n)?),
            ValueType::F32 => Values::F32(self.items(n)?),
        })
    }
}

/// The stored values of a tile.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    One,
    U4(&'a [u8]),
    U8(&'a [u8]),
    U16(&'a [[u8; 2]]),
    F32(&'a [[u8; 4]]),
}

impl<'a> Values<'a> {
    /// Returns the values at `items`, and the number of the first value that the result has. Values
    /// of four bits are widened to bytes in `buffer` if they fit, which costs less than one by one.
    #[inline(always)]
    pub(super) fn widened<'b>(self, items: Range<usize>, buffer: &'b mut [u8]) -> (Values<'b>, usize)
    where
        'a: 'b,
    {
        let bytes = items.start / 2..items.end.div_ceil(2);
        match self {
            Values::U4(stored) if 2 * bytes.len() <= buffer.len() => {
                let stored = stored.get(bytes.clone()).unwrap_or_default();
                for (pair, byte) in buffer.as_chunks_mut().0.iter_mut().zip(stored) {
                    *pair = [byte & 15, byte >> 4];
                }
                (Values::U8(&buffer[..2 * stored.len()]), 2 * bytes.start)
            }
            other => (other, 0),
        }
    }
}

/// Runs `$body` with `$at` bound to a function from an item's number to its value as `T`. It has a
/// copy of `$body` for each stored type, so that the type is chosen outside the loop.
macro_rules! for_values {
    ($values:expr, $t:ty, |$at:ident| $body:expr) => {
        match $values {
            $crate::format::tile::values::Values::One => {
                let $at = |_: usize| <$t>::ONE;
                $body
            }
            $crate::format::tile::values::Values::U4(v) => {
                let $at = |i: usize| <$t>::from_u8(v[i / 2] >> (i % 2 * 4) & 15);
                $body
            }
            $crate::format::tile::values::Values::U8(v) => {
                let $at = |i: usize| <$t>::from_u8(v[i]);
                $body
            }
            $crate::format::tile::values::Values::U16(v) => {
                let $at = |i: usize| <$t>::from_u16(u16::from_le_bytes(v[i]));
                $body
            }
            $crate::format::tile::values::Values::F32(v) => {
                let $at = |i: usize| <$t>::from_f32(f32::from_le_bytes(v[i]));
                $body
            }
        }
    };
}
pub(super) use for_values;

/// Runs `$body` with `$items` bound to a function from a range of items to a function from an index
/// in that range to the value. Bounds are checked once for the range. It has a copy of `$body` for
/// each stored type.
macro_rules! for_items {
    ($values:expr, $t:ty, |$items:ident| $body:expr) => {
        match $values {
            $crate::format::tile::values::Values::One => {
                let $items = |_: std::ops::Range<usize>| Some(|_: usize| <$t>::ONE);
                $body
            }
            $crate::format::tile::values::Values::U4(v) => {
                let $items = |items: std::ops::Range<usize>| {
                    let value = move |i: usize| {
                        let i = items.start + i;
                        <$t>::from_u8(v[i / 2] >> (i % 2 * 4) & 15)
                    };
                    Some(value)
                };
                $body
            }
            $crate::format::tile::values::Values::U8(v) => {
                let $items = |items| v.get(items).map(|v: &[u8]| |i: usize| <$t>::from_u8(v[i]));
                $body
            }
            $crate::format::tile::values::Values::U16(v) => {
                let $items =
                    |items| v.get(items).map(|v: &[[u8; 2]]| |i: usize| <$t>::from_u16(u16::from_le_bytes(v[i])));
                $body
            }
            $crate::format::tile::values::Values::F32(v) => {
                let $items =
                    |items| v.get(items).map(|v: &[[u8; 4]]| |i: usize| <$t>::from_f32(f32::from_le_bytes(v[i])));
                $body
            }
        }
    };
}
pub(super) use for_items;

/// Stores the value of an item among those of its tile, which are 0 before. The type must hold the
/// value.
#[inline(always)]
pub(super) fn store(values: ValueType, bytes: &mut [u8], item: usize, value: f32) {
    match values {
        ValueType::One => {}
        ValueType::U4 => bytes[item / 2] |= (value as u8) << (item % 2 * 4),
        ValueType::U8 => bytes[item] = value as u8,
        ValueType::U16 => bytes.as_chunks_mut().0[item] = (value as u16).to_le_bytes(),
        ValueType::F32 => bytes.as_chunks_mut().0[item] = value.to_le_bytes(),
    }
}
