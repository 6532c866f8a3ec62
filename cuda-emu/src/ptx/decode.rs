//! From the words of an instruction to its operation.

use super::instruction::{Binary, Combine, Comparison, Guard, Lanes, Operation, Rounding, SINK, Slot, Ternary, Unary};
use super::operand::{Operand, Registers};
use super::types::{Class, Type};

/// An instruction's name, its modifiers, and the types at its end.
struct Mnemonic<'a> {
    name: &'a str,
    modifiers: Vec<&'a str>,
    types: Vec<Type>,
}

/// Returns what an instruction does, or nothing if it is not understood in every part.
pub(super) fn decode(mnemonic: &str, operands: &[Operand], registers: &Registers) -> Option<Operation> {
    let mut words = mnemonic.split('.');
    let name = words.next()?;
    let words: Vec<&str> = words.collect();
    let first_type = words.iter().rposition(|word| Type::parse(word).is_none()).map_or(0, |last| last + 1);
    let types = words[first_type..].iter().filter_map(|word| Type::parse(word)).collect();
    let mnemonic = Mnemonic { name, modifiers: words[..first_type].to_vec(), types };
    match name {
        "ret" | "exit" => (operands.is_empty() && matches!(words[..], [] | ["uni"])).then_some(Operation::Return),
        "mov" => move_or_pack(&mnemonic, operands),
        "ld" | "st" => access(&mnemonic, operands),
        "setp" => comparison(&mnemonic, operands),
        "cvt" => conversion(&mnemonic, operands),
        "lop3" => logic(&mnemonic, operands, registers),
        _ => computation(&mnemonic, operands),
    }
}

fn to(operand: &Operand) -> Option<Slot> {
    match operand {
        Operand::Register(slot) => Some(*slot),
        Operand::Sink => Some(SINK),
        _ => None,
    }
}

fn from(operand: &Operand) -> Option<Slot> {
    match operand {
        Operand::Register(slot) | Operand::Value(slot) => Some(*slot),
        _ => None,
    }
}

/// Returns one operand, or those of a vector.
fn lanes(operand: &Operand, slot: fn(&Operand) -> Option<Slot>) -> Option<Lanes> {
    let one = std::slice::from_ref(operand);
    let parts = if let Operand::Vector(parts) = operand { parts } else { one };
    let mut lanes = Lanes { slots: [SINK; 4], count: u8::try_from(parts.len()).ok()? };
    if parts.is_empty() || parts.len() > 4 {
        return None;
    }
    for (place, part) in lanes.slots.iter_mut().zip(parts) {
        *place = slot(part)?;
    }
    Some(lanes)
}

fn move_or_pack(mnemonic: &Mnemonic<'_>, operands: &[Operand]) -> Option<Operation> {
    let ([], [kind], [left, right]) = (&mnemonic.modifiers[..], &mnemonic.types[..], operands) else { return None };
    if kind.bits == 8 {
        return None;
    }
    let part = |lanes: Lanes| {
        let bits = kind.bits / u32::from(lanes.count);
        (kind.class == Class::Bits && matches!(lanes.count, 2 | 4) && bits >= 8).then_some((bits, lanes))
    };
    if let Operand::Vector(_) = right {
        let (bits, from) = part(lanes(right, from)?)?;
        return Some(Operation::Pack { bits, from, to: to(left)? });
    }
    if let Operand::Vector(_) = left {
        let (bits, to) = part(lanes(left, to)?)?;
        return Some(Operation::Unpack { bits, to, a: from(right)? });
    }
    Some(Operation::Unary { what: Unary::Move, kind: *kind, to: to(left)?, a: from(right)? })
}

fn access(mnemonic: &Mnemonic<'_>, operands: &[Operand]) -> Option<Operation> {
    let ([kind], [first, second]) = (&mnemonic.types[..], operands) else { return None };
    let (&space, modifiers) = mnemonic.modifiers.split_first()?;
    let mut count = 1;
    for modifier in modifiers {
        match (mnemonic.name, space, *modifier) {
            (_, _, "v2") if count == 1 => count = 2,
            (_, _, "v4") if count == 1 => count = 4,
            // Which cache an access goes through changes nothing here.
            ("ld", "global", "nc" | "ca" | "cg" | "cs" | "lu" | "cv") | ("st", "global", "wb" | "cg" | "cs" | "wt") => {
            }
            _ => return None,
        }
    }
    let fits =
        |lanes: Lanes| (lanes.count == count && kind.bits >= 8 && kind.bits * u32::from(count) <= 128).then_some(lanes);
    match (mnemonic.name, space, first, second) {
        ("ld", "param", first, &Operand::Parameter { place, end }) => {
            let to = fits(lanes(first, to)?)?;
            let bytes = kind.bytes() * usize::from(count);
            let within = place.checked_add(bytes)? <= end && place.is_multiple_of(bytes);
            let place = u32::try_from(place).ok()?;
            within.then_some(Operation::LoadParameter { kind: *kind, to, place })
        }
        ("ld", "global", first, &Operand::Address { base, offset }) => {
            Some(Operation::Load { kind: *kind, to: fits(lanes(first, to)?)?, base, offset })
        }
        ("st", "global", &Operand::Address { base, offset }, second) => {
            Some(Operation::Store { kind: *kind, from: fits(lanes(second, from)?)?, base, offset })
        }
        _ => None,
    }
}

fn comparison(mnemonic: &Mnemonic<'_>, operands: &[Operand]) -> Option<Operation> {
    let ([kind], [result, a, b, rest @ ..]) = (&mnemonic.types[..], operands) else { return None };
    let how = match mnemonic.modifiers.get(1) {
        None => None,
        Some(&"and") => Some(Combine::And),
        Some(&"or") => Some(Combine::Or),
        Some(&"xor") => Some(Combine::Xor),
        Some(_) => return None,
    };
    let with = match (how, rest) {
        (None, []) => None,
        (Some(how), [Operand::Not(predicate)]) => Some((how, Guard { predicate: *predicate, negated: true })),
        (Some(how), [Operand::Register(predicate)]) => Some((how, Guard { predicate: *predicate, negated: false })),
        _ => return None,
    };
    if mnemonic.modifiers.len() > 2 || matches!(kind.bits, 1 | 8) || (kind.is_float() && kind.bits != 32) {
        return None;
    }
    let word = *mnemonic.modifiers.first()?;
    let (word, unordered) = match word {
        "num" | "nan" if kind.is_float() => (word, word == "nan"),
        "equ" | "neu" | "ltu" | "leu" | "gtu" | "geu" if kind.is_float() => (&word[..2], true),
        _ => (word, false),
    };
    let (less, equal, greater) = match (word, kind.class) {
        ("eq", _) => (false, true, false),
        ("ne", _) => (true, false, true),
        ("lt", Class::Unsigned | Class::Signed | Class::Float) | ("lo", Class::Unsigned) => (true, false, false),
        ("le", Class::Unsigned | Class::Signed | Class::Float) | ("ls", Class::Unsigned) => (true, true, false),
        ("gt", Class::Unsigned | Class::Signed | Class::Float) | ("hi", Class::Unsigned) => (false, false, true),
        ("ge", Class::Unsigned | Class::Signed | Class::Float) | ("hs", Class::Unsigned) => (false, true, true),
        ("num", Class::Float) => (true, true, true),
        ("nan", Class::Float) => (false, false, false),
        _ => return None,
    };
    let (first, opposite) = match result {
        Operand::Pair(first, second) => (*first, *second),
        single => (to(single)?, SINK),
    };
    let what = Comparison { less, equal, greater, unordered };
    Some(Operation::Compare { what, with, kind: *kind, to: first, opposite, a: from(a)?, b: from(b)? })
}

fn conversion(mnemonic: &Mnemonic<'_>, operands: &[Operand]) -> Option<Operation> {
    let (&[into, source], [result, a]) = (&mnemonic.types[..], operands) else { return None };
    let (modifiers, saturate) = match &mnemonic.modifiers[..] {
        [rest @ .., "sat"] => (rest, true),
        all => (all, false),
    };
    let known = |kind: Type| kind.is_integer() || (kind.is_float() && kind.bits <= 32);
    if !known(into) || !known(source) {
        return None;
    }
    let rounding = match (source.is_float(), into.is_float(), modifiers) {
        (false, false, []) | (false, true, ["rn"]) => Rounding::NearestEven,
        (true, true, ["rn"]) if source.bits > into.bits => Rounding::NearestEven,
        (true, true, []) if source.bits < into.bits => Rounding::NearestEven,
        (true, false, ["rni"]) => Rounding::NearestEven,
        (true, false, ["rzi"]) => Rounding::Zero,
        (true, false, ["rmi"]) => Rounding::Down,
        (true, false, ["rpi"]) => Rounding::Up,
        _ => return None,
    };
    // A float's saturation is to 0..1, which is something else; from a float to an integer there is
    // always one.
    if saturate && into.is_float() {
        return None;
    }
    Some(Operation::Convert { from: source, into, rounding, saturate, to: to(result)?, a: from(a)? })
}

fn logic(mnemonic: &Mnemonic<'_>, operands: &[Operand], registers: &Registers) -> Option<Operation> {
    let ([], &[Type::B32], [result, a, b, c, Operand::Value(table)]) =
        (&mnemonic.modifiers[..], &mnemonic.types[..], operands)
    else {
        return None;
    };
    let table = u8::try_from(registers.value(*table)?).ok()?;
    Some(Operation::Logic3 { table, to: to(result)?, a: from(a)?, b: from(b)?, c: from(c)? })
}

/// Instructions whose operands are all registers and constants.
fn computation(mnemonic: &Mnemonic<'_>, operands: &[Operand]) -> Option<Operation> {
    let (&kind, types) = mnemonic.types.split_first()?;
    let by_sign = mnemonic.name == "slct" && matches!(types, [Type { class: Class::Signed, bits: 32 }]);
    if !types.is_empty() && !by_sign {
        return None;
    }
    let key = (mnemonic.name, &mnemonic.modifiers[..]);
    let (result, operands) = operands.split_first()?;
    let to = to(result)?;
    match *operands {
        [ref a] => Some(Operation::Unary { what: unary(key, kind)?, kind, to, a: from(a)? }),
        [ref a, ref b] => Some(Operation::Binary { what: binary(key, kind)?, kind, to, a: from(a)?, b: from(b)? }),
        [ref a, ref b, ref c] => {
            Some(Operation::Ternary { what: ternary(key, kind)?, kind, to, a: from(a)?, b: from(b)?, c: from(c)? })
        }
        [ref a, ref b, ref position, ref length]
            if key == ("bfi", &[]) && is_word(kind) && kind.class == Class::Bits =>
        {
            let (position, length) = (from(position)?, from(length)?);
            Some(Operation::InsertBits { kind, to, a: from(a)?, b: from(b)?, position, length })
        }
        _ => None,
    }
}

type Key<'a> = (&'a str, &'a [&'a str]);

/// Returns whether it has 32 or 64 bits.
fn is_word(kind: Type) -> bool {
    matches!(kind.bits, 32 | 64)
}

fn is_number(kind: Type) -> bool {
    kind.is_integer() && kind.bits >= 16
}

fn is_single(kind: Type) -> bool {
    kind.is_float() && kind.bits == 32
}

fn unary(key: Key<'_>, kind: Type) -> Option<Unary> {
    let bits = kind.class == Class::Bits;
    let logical = (bits && kind.bits >= 16) || kind == Type::PREDICATE;
    Some(match key {
        // Addresses of global memory are generic addresses.
        ("cvta", ["to", "global"] | ["global"]) if kind.class == Class::Unsigned && kind.bits == 64 => Unary::Move,
        ("not", []) if logical => Unary::Not,
        ("neg", []) if (is_number(kind) && kind.is_signed()) || is_single(kind) => Unary::Negate,
        ("abs", []) if (is_number(kind) && kind.is_signed()) || is_single(kind) => Unary::Absolute,
        ("brev", []) if bits && is_word(kind) => Unary::ReverseBits,
        ("popc", []) if bits && is_word(kind) => Unary::CountOnes,
        ("clz", []) if bits && is_word(kind) => Unary::LeadingZeros,
        _ => return None,
    })
}

fn binary(key: Key<'_>, kind: Type) -> Option<Binary> {
    let number = is_number(kind);
    let single = is_single(kind);
    let bits = kind.class == Class::Bits && kind.bits >= 16;
    let logical = bits || kind == Type::PREDICATE;
    Some(match key {
        ("add", []) if number || single => Binary::Add,
        ("sub", []) if number || single => Binary::Subtract,
        ("mul", ["lo"]) if number => Binary::MultiplyLow,
        ("mul", ["hi"]) if number => Binary::MultiplyHigh,
        ("mul", ["wide"]) if number && kind.bits <= 32 => Binary::MultiplyWide,
        ("div", []) if number => Binary::Divide,
        ("rem", []) if number => Binary::Remainder,
        ("add", ["rn"]) if single => Binary::Add,
        ("sub", ["rn"]) if single => Binary::Subtract,
        ("mul", [] | ["rn"]) if single => Binary::MultiplyLow,
        ("div", ["rn"]) if single => Binary::Divide,
        ("min", []) if number => Binary::Minimum,
        ("max", []) if number => Binary::Maximum,
        ("and", []) if logical => Binary::And,
        ("or", []) if logical => Binary::Or,
        ("xor", []) if logical => Binary::Xor,
        ("shl", []) if bits => Binary::ShiftLeft,
        ("shr", []) if bits || number => Binary::ShiftRight,
        _ => return None,
    })
}

fn ternary(key: Key<'_>, kind: Type) -> Option<Ternary> {
    let number = is_number(kind);
    let b32 = kind == Type::B32;
    Some(match key {
        ("mad", ["lo"]) if number => Ternary::MultiplyAddLow,
        ("mad", ["hi"]) if number => Ternary::MultiplyAddHigh,
        ("mad", ["wide"]) if number && kind.bits <= 32 => Ternary::MultiplyAddWide,
        ("fma", ["rn"]) if is_single(kind) => Ternary::MultiplyAddLow,
        ("bfe", []) if number && is_word(kind) => Ternary::ExtractBits,
        ("prmt", []) if b32 => Ternary::Permute,
        ("shf", ["l", "wrap"]) if b32 => Ternary::FunnelLeft { wrap: true },
        ("shf", ["l", "clamp"]) if b32 => Ternary::FunnelLeft { wrap: false },
        ("shf", ["r", "wrap"]) if b32 => Ternary::FunnelRight { wrap: true },
        ("shf", ["r", "clamp"]) if b32 => Ternary::FunnelRight { wrap: false },
        ("selp", []) if kind.bits >= 16 => Ternary::Select,
        ("slct", []) if kind.bits >= 16 => Ternary::SelectBySign,
        _ => return None,
    })
}
