//! Conversions between types of values.

use super::instruction::Rounding;
use super::types::Type;
use half::f16;

/// What a half-precision result is that is not a number.
const NAN_16: u64 = 0x7FFF;
/// What a single-precision result is that is not a number.
const NAN_32: u64 = 0x7FFF_FFFF;

/// Returns a value of one type as another.
pub(super) fn convert(value: u64, from: Type, into: Type, rounding: Rounding, saturate: bool) -> u64 {
    match (from.is_float(), into.is_float()) {
        (false, false) => integer(value, from, into, saturate),
        (false, true) => {
            // Every integer that half precision can hold is exact in single precision, so nothing
            // is rounded twice.
            let single = if from.is_signed() { from.signed(value) as f32 } else { from.unsigned(value) as f32 };
            float(single, into)
        }
        (true, true) => float(widen(value, from), into),
        (true, false) => to_integer(widen(value, from), into, rounding),
    }
}

/// Returns the bits of a single-precision result.
pub(super) fn bits(value: f32) -> u64 {
    if value.is_nan() { NAN_32 } else { u64::from(value.to_bits()) }
}

fn integer(value: u64, from: Type, into: Type, saturate: bool) -> u64 {
    if !saturate {
        return into.extended(from.extended(value));
    }
    let number = if from.is_signed() { i128::from(from.signed(value)) } else { i128::from(from.unsigned(value)) };
    if into.is_signed() {
        let highest = (into.mask() >> 1).cast_signed();
        let number = number.clamp(i128::from(-highest - 1), i128::from(highest));
        i64::try_from(number).unwrap_or(highest).cast_unsigned()
    } else {
        let number = number.clamp(0, i128::from(into.mask()));
        u64::try_from(number).unwrap_or(0)
    }
}

fn float(value: f32, into: Type) -> u64 {
    match into.bits {
        16 if value.is_nan() => NAN_16,
        16 => u64::from(f16::from_f32(value).to_bits()),
        _ => bits(value),
    }
}

fn widen(value: u64, from: Type) -> f32 {
    if from.bits == 16 { f16::from_bits(value as u16).to_f32() } else { f32::from_bits(value as u32) }
}

/// Rounds to an integer. Out of range becomes the nearest number; what is not a number becomes 0,
/// or the lowest number of 64 bits.
fn to_integer(value: f32, into: Type, rounding: Rounding) -> u64 {
    if value.is_nan() {
        return if into.bits == 64 { 1 << 63 } else { 0 };
    }
    let whole = match rounding {
        Rounding::NearestEven => value.round_ties_even(),
        Rounding::Zero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    };
    // Both casts saturate; a second conversion narrows the same way.
    let wide = |class| Type { class, bits: 64 };
    if into.is_signed() {
        integer((whole as i64).cast_unsigned(), wide(into.class), into, true)
    } else {
        integer(whole as u64, wide(into.class), into, true)
    }
}
