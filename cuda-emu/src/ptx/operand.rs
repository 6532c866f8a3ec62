//! Operands as they are written, and the registers and constants that they name.

use super::instruction::{Parameter, SINK, SPECIAL, Slot};
use super::text::split_outside;
use super::types::Type;
use std::collections::HashMap;

/// What a register holds before anything is written to it.
const GARBAGE: u64 = 0xDEAD_BEEF_DEAD_BEEF;

/// An operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A register that can be written.
    Register(Slot),
    /// A constant, or a register that cannot be written.
    Value(Slot),
    Sink,
    Not(Slot),
    Vector(Vec<Operand>),
    /// Two predicates, `p|q`.
    Pair(Slot, Slot),
    Address {
        base: Slot,
        offset: i64,
    },
    /// Bytes of the arguments from here to the end of a parameter.
    Parameter {
        place: usize,
        end: usize,
    },
}

/// The file of registers of a kernel, while it is read.
#[derive(Debug)]
pub(super) struct Registers {
    /// The names of each block that is open, the innermost last.
    scopes: Vec<HashMap<String, Slot>>,
    constants: HashMap<u64, Slot>,
    initial: Vec<u64>,
}

impl Registers {
    pub(super) fn new() -> Registers {
        let names = SPECIAL.iter().zip(0..).map(|(name, slot)| ((*name).to_owned(), slot)).collect();
        let initial = vec![GARBAGE; usize::from(SINK) + 1];
        Registers { scopes: vec![names], constants: HashMap::new(), initial }
    }

    /// Returns what the registers are at the start of a thread.
    pub(super) fn into_initial(self) -> Vec<u64> {
        self.initial
    }

    /// Opens a block with names of its own.
    pub(super) fn enter(&mut self) {
        self.scopes.push(HashMap::new());
    }

    /// Closes a block; `false` if none was opened.
    pub(super) fn leave(&mut self) -> bool {
        self.scopes.pop();
        !self.scopes.is_empty()
    }

    /// Declares what stands after `.reg`: a type, and names, of which `%r<9>` stands for `%r0` to
    /// `%r8`.
    pub(super) fn declare(&mut self, text: &str) -> Option<()> {
        let (kind, names) = text.trim().split_once(char::is_whitespace)?;
        Type::parse(kind.strip_prefix('.')?)?;
        for name in split_outside(names, ',') {
            match name.split_once('<') {
                Some((prefix, count)) => {
                    for number in 0..count.strip_suffix('>')?.trim().parse::<u32>().ok()? {
                        self.add(format!("{prefix}{number}"))?;
                    }
                }
                None => self.add(name.to_owned())?,
            }
        }
        Some(())
    }

    fn add(&mut self, name: String) -> Option<()> {
        let slot = self.next(GARBAGE)?;
        self.scopes.last_mut()?.insert(name, slot).is_none().then_some(())
    }

    fn next(&mut self, value: u64) -> Option<Slot> {
        let slot = Slot::try_from(self.initial.len()).ok()?;
        self.initial.push(value);
        Some(slot)
    }

    fn named(&self, name: &str) -> Option<Slot> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name).copied())
    }

    /// Returns the slot of a constant.
    pub(super) fn constant(&mut self, value: u64) -> Option<Slot> {
        if let Some(&slot) = self.constants.get(&value) {
            return Some(slot);
        }
        let slot = self.next(value)?;
        self.constants.insert(value, slot);
        Some(slot)
    }

    /// Returns the value of a constant.
    pub(super) fn value(&self, slot: Slot) -> Option<u64> {
        let value = self.initial[usize::from(slot)];
        (self.constants.get(&value) == Some(&slot)).then_some(value)
    }

    /// Reads an operand; nothing for a name that is not known, or a form that is not.
    pub(super) fn operand(&mut self, text: &str, parameters: &[Parameter]) -> Option<Operand> {
        let text = text.trim();
        if text == "_" {
            return Some(Operand::Sink);
        }
        if let Some(inside) = text.strip_prefix('{') {
            let parts = split_outside(inside.strip_suffix('}')?, ',');
            let parts = parts.into_iter().map(|part| self.operand(part, parameters));
            return Some(Operand::Vector(parts.collect::<Option<_>>()?));
        }
        if let Some(inside) = text.strip_prefix('[') {
            return self.address(inside.strip_suffix(']')?, parameters);
        }
        if let Some(name) = text.strip_prefix('!') {
            return self.named(name.trim()).map(Operand::Not);
        }
        if let Some((first, second)) = text.split_once('|') {
            let slot = |name: &str| if name.trim() == "_" { Some(SINK) } else { self.named(name.trim()) };
            return Some(Operand::Pair(slot(first)?, slot(second)?));
        }
        if let Some(slot) = self.named(text) {
            return Some(if slot < SINK { Operand::Value(slot) } else { Operand::Register(slot) });
        }
        let value = number(text)?;
        self.constant(value).map(Operand::Value)
    }

    fn address(&self, text: &str, parameters: &[Parameter]) -> Option<Operand> {
        let (base, offset) = match text.split_once('+') {
            Some((base, offset)) => (base.trim(), signed(offset.trim())?),
            None => (text.trim(), 0),
        };
        if let Some(base) = self.named(base) {
            return Some(Operand::Address { base, offset });
        }
        let place = &parameters.iter().find(|parameter| parameter.name == base)?.place;
        let start = place.start.checked_add(usize::try_from(offset).ok()?)?;
        Some(Operand::Parameter { place: start, end: place.end })
    }
}

fn signed(text: &str) -> Option<i64> {
    number(text).map(u64::cast_signed)
}

/// Returns an integer in decimal or hexadecimal, or the bits of a single-precision number after
/// `0f`.
fn number(text: &str) -> Option<u64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if let Some(bits) = digits.strip_prefix("0f").or(digits.strip_prefix("0F")) {
        return if negative || bits.len() != 8 { None } else { u64::from_str_radix(bits, 16).ok() };
    }
    let digits = digits.strip_suffix('U').unwrap_or(digits);
    let value = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        // In PTX a zero in front means base eight, which no compiler writes.
        None if digits.len() > 1 && digits.starts_with('0') => return None,
        None => digits.parse().ok()?,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("42"), Some(42));
        assert_eq!(number("-4"), Some(u64::MAX - 3));
        assert_eq!(number("0xFFU"), Some(255));
        assert_eq!(number("0f3F800000"), Some(0x3F80_0000));
        for bad in ["", "x", "017", "0f3F80", "0d3FF0000000000000", "1.5"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn blocks_have_names_of_their_own() {
        let mut registers = Registers::new();
        registers.declare(" .b32 %r<3>, t").unwrap();
        let outer = registers.operand("%r1", &[]).unwrap();
        registers.enter();
        registers.declare(".b32 %r<2>").unwrap();
        assert_ne!(registers.operand("%r1", &[]).unwrap(), outer);
        assert!(registers.operand("%r2", &[]).is_some() && registers.operand("t", &[]).is_some());
        assert!(registers.leave());
        assert_eq!(registers.operand("%r1", &[]).unwrap(), outer);
        assert_eq!(registers.operand("%r3", &[]), None);
        assert_eq!(registers.operand("%laneid", &[]), None);
        assert!(registers.declare(".b32 t").is_none());
        assert!(!registers.leave());
    }
}
