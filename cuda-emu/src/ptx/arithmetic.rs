//! What instructions compute: pure functions of the bits of their operands.

use super::convert;
use super::instruction::{Binary, Combine, Comparison, Ternary, Unary};
use super::types::Type;
use std::cmp::Ordering;

pub(super) fn unary(what: Unary, kind: Type, a: u64) -> u64 {
    let bits = match what {
        Unary::Move => a,
        Unary::Not => !a,
        Unary::Negate if kind.is_float() => convert::bits(-single(a)),
        Unary::Absolute if kind.is_float() => convert::bits(single(a).abs()),
        Unary::Negate => a.wrapping_neg(),
        Unary::Absolute => kind.signed(a).unsigned_abs(),
        Unary::ReverseBits => kind.unsigned(a).reverse_bits() >> (64 - kind.bits),
        Unary::CountOnes => u64::from(kind.unsigned(a).count_ones()),
        Unary::LeadingZeros => u64::from(kind.unsigned(a).leading_zeros() - (64 - kind.bits)),
    };
    kind.unsigned(bits)
}

pub(super) fn binary(what: Binary, kind: Type, a: u64, b: u64) -> u64 {
    if kind.is_float() {
        return float(what, a, b);
    }
    let bits = match what {
        Binary::Add => a.wrapping_add(b),
        Binary::Subtract => a.wrapping_sub(b),
        Binary::MultiplyLow => a.wrapping_mul(b),
        Binary::MultiplyHigh => multiply_high(kind, a, b),
        Binary::MultiplyWide => return multiply_wide(kind, a, b),
        Binary::Divide => divide(kind, a, b),
        Binary::Remainder => remainder(kind, a, b),
        Binary::Minimum if kind.is_signed() => kind.signed(a).min(kind.signed(b)).cast_unsigned(),
        Binary::Maximum if kind.is_signed() => kind.signed(a).max(kind.signed(b)).cast_unsigned(),
        Binary::Minimum => kind.unsigned(a).min(kind.unsigned(b)),
        Binary::Maximum => kind.unsigned(a).max(kind.unsigned(b)),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::ShiftLeft => a.checked_shl(shift(kind, b)).unwrap_or(0),
        Binary::ShiftRight if kind.is_signed() => (kind.signed(a) >> shift(kind, b).min(63)).cast_unsigned(),
        Binary::ShiftRight => kind.unsigned(a).checked_shr(shift(kind, b)).unwrap_or(0),
    };
    kind.unsigned(bits)
}

pub(super) fn ternary(what: Ternary, kind: Type, a: u64, b: u64, c: u64) -> u64 {
    match what {
        Ternary::MultiplyAddLow if kind.is_float() => convert::bits(single(a).mul_add(single(b), single(c))),
        Ternary::MultiplyAddLow => kind.unsigned(a.wrapping_mul(b).wrapping_add(c)),
        Ternary::MultiplyAddHigh => kind.unsigned(multiply_high(kind, a, b).wrapping_add(c)),
        Ternary::MultiplyAddWide => {
            let wide = Type { bits: kind.bits * 2, ..kind };
            wide.unsigned(multiply_wide(kind, a, b).wrapping_add(c))
        }
        Ternary::ExtractBits => extract_bits(kind, a, b, c),
        Ternary::Permute => permute(a, b, c),
        Ternary::FunnelLeft { wrap } => ((pair(a, b) << funnel(wrap, c)) >> 32) & 0xFFFF_FFFF,
        Ternary::FunnelRight { wrap } => (pair(a, b) >> funnel(wrap, c)) & 0xFFFF_FFFF,
        Ternary::Select => kind.unsigned(if c & 1 == 1 { a } else { b }),
        Ternary::SelectBySign => {
            let selector = Type { bits: 32, ..kind };
            kind.unsigned(if selector.signed(c) >= 0 { a } else { b })
        }
    }
}

pub(super) fn logic3(table: u8, a: u64, b: u64, c: u64) -> u64 {
    let side = |wanted: bool, bits: u64| if wanted { bits } else { !bits };
    let rows = (0..8u8).filter(|row| table >> row & 1 == 1);
    let chosen = rows.map(|row| side(row & 4 != 0, a) & side(row & 2 != 0, b) & side(row & 1 != 0, c));
    chosen.fold(0, |all, bits| all | bits) & 0xFFFF_FFFF
}

pub(super) fn insert_bits(kind: Type, a: u64, b: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (position & 255, length & 255);
    if position >= u64::from(kind.bits) {
        return kind.unsigned(b);
    }
    let field = low_bits(length) << position;
    kind.unsigned((b & !field) | ((a << position) & field))
}

/// Returns whether a comparison holds.
pub(super) fn compare(what: Comparison, kind: Type, a: u64, b: u64) -> bool {
    let order = if kind.is_float() {
        single(a).partial_cmp(&single(b))
    } else if kind.is_signed() {
        Some(kind.signed(a).cmp(&kind.signed(b)))
    } else {
        Some(kind.unsigned(a).cmp(&kind.unsigned(b)))
    };
    match order {
        Some(Ordering::Less) => what.less,
        Some(Ordering::Equal) => what.equal,
        Some(Ordering::Greater) => what.greater,
        None => what.unordered,
    }
}

pub(super) fn combine(how: Combine, a: bool, b: bool) -> bool {
    match how {
        Combine::And => a & b,
        Combine::Or => a | b,
        Combine::Xor => a ^ b,
    }
}

fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn float(what: Binary, a: u64, b: u64) -> u64 {
    let (a, b) = (single(a), single(b));
    convert::bits(match what {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::MultiplyLow => a * b,
        Binary::Divide => a / b,
        // The decoder makes no others.
        _ => f32::NAN,
    })
}

fn multiply_high(kind: Type, a: u64, b: u64) -> u64 {
    if kind.is_signed() {
        ((i128::from(kind.signed(a)) * i128::from(kind.signed(b))) >> kind.bits) as u64
    } else {
        ((u128::from(kind.unsigned(a)) * u128::from(kind.unsigned(b))) >> kind.bits) as u64
    }
}

/// Returns the whole product of numbers of at most 32 bits.
fn multiply_wide(kind: Type, a: u64, b: u64) -> u64 {
    let product = if kind.is_signed() {
        kind.signed(a).wrapping_mul(kind.signed(b)).cast_unsigned()
    } else {
        kind.unsigned(a).wrapping_mul(kind.unsigned(b))
    };
    Type { bits: kind.bits * 2, ..kind }.unsigned(product)
}

/// Returns the quotient. Of a division by zero it is unspecified; here all its bits are set.
fn divide(kind: Type, a: u64, b: u64) -> u64 {
    if kind.unsigned(b) == 0 {
        u64::MAX
    } else if kind.is_signed() {
        kind.signed(a).wrapping_div(kind.signed(b)).cast_unsigned()
    } else {
        kind.unsigned(a) / kind.unsigned(b)
    }
}

/// Returns the remainder. Of a division by zero it is unspecified; here all its bits are set.
fn remainder(kind: Type, a: u64, b: u64) -> u64 {
    if kind.unsigned(b) == 0 {
        u64::MAX
    } else if kind.is_signed() {
        kind.signed(a).wrapping_rem(kind.signed(b)).cast_unsigned()
    } else {
        kind.unsigned(a) % kind.unsigned(b)
    }
}

/// Returns the distance of a shift, whose operand has 32 bits: 64 for any that leaves nothing of
/// the value.
fn shift(kind: Type, distance: u64) -> u32 {
    let distance = distance as u32;
    if distance >= kind.bits { 64 } else { distance }
}

fn low_bits(count: u64) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Returns `length` bits from `position` on; of a signed kind, the highest of them fills the rest.
fn extract_bits(kind: Type, a: u64, position: u64, length: u64) -> u64 {
    let (position, length, width) = (position & 255, length & 255, u64::from(kind.bits));
    let value = kind.unsigned(a);
    let field = if position >= width { 0 } else { (value >> position) & low_bits(length) };
    if !kind.is_signed() || length == 0 {
        return field;
    }
    // The sign is the field's highest bit, or the value's where the field goes beyond it.
    let sign = (position + length - 1).min(width - 1);
    let fill = if value >> sign & 1 == 1 { !low_bits(length.min(width.saturating_sub(position))) } else { 0 };
    kind.unsigned(field | fill)
}

/// Returns four bytes. Each of four digits of the selector chooses one of eight bytes, or its sign
/// eight times.
fn permute(a: u64, b: u64, selector: u64) -> u64 {
    let bytes = pair(a, b).to_le_bytes();
    (0..4).fold(0, |all, place| {
        let digit = (selector >> (4 * place)) as usize & 15;
        let byte = bytes[digit & 7];
        let byte = match (digit & 8 != 0, byte & 0x80 != 0) {
            (false, _) => byte,
            (true, false) => 0,
            (true, true) => 0xFF,
        };
        all | u64::from(byte) << (8 * place)
    })
}

/// Returns two words of 32 bits as one, the first lowest.
fn pair(low: u64, high: u64) -> u64 {
    (low & 0xFFFF_FFFF) | (high << 32)
}

fn funnel(wrap: bool, distance: u64) -> u64 {
    let distance = distance & 0xFFFF_FFFF;
    if wrap { distance & 31 } else { distance.min(32) }
}
