//! Types of PTX values.

/// What the bits of a value mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Bits,
    Unsigned,
    Signed,
    Float,
    Predicate,
}

/// A type: `.b32`, `.s64`, `.pred` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) class: Class,
    pub(super) bits: u32,
}

impl Type {
    pub(super) const B32: Type = Type { class: Class::Bits, bits: 32 };
    pub(super) const PREDICATE: Type = Type { class: Class::Predicate, bits: 1 };

    /// Returns the type of a name without its point.
    pub(super) fn parse(name: &str) -> Option<Type> {
        if name == "pred" {
            return Some(Type::PREDICATE);
        }
        let class = match name.get(..1)? {
            "b" => Class::Bits,
            "u" => Class::Unsigned,
            "s" => Class::Signed,
            "f" => Class::Float,
            _ => return None,
        };
        let bits = match &name[1..] {
            "8" if class != Class::Float => 8,
            "16" => 16,
            "32" => 32,
            "64" => 64,
            _ => return None,
        };
        Some(Type { class, bits })
    }

    pub(super) fn bytes(self) -> usize {
        self.bits as usize / 8
    }

    pub(super) fn is_signed(self) -> bool {
        self.class == Class::Signed
    }

    pub(super) fn is_float(self) -> bool {
        self.class == Class::Float
    }

    /// Returns whether it is `.u` or `.s`.
    pub(super) fn is_integer(self) -> bool {
        matches!(self.class, Class::Unsigned | Class::Signed)
    }

    /// Returns the bits that a value of this type has.
    #[inline]
    pub(super) fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// Returns a value's bits, as an unsigned number.
    #[inline]
    pub(super) fn unsigned(self, value: u64) -> u64 {
        value & self.mask()
    }

    /// Returns a value's bits, as a signed number.
    #[inline]
    pub(super) fn signed(self, value: u64) -> i64 {
        let unused = 64 - self.bits;
        (value << unused).cast_signed() >> unused
    }

    /// Returns a value's bits as a number that its class says: signed ones fill the register with
    /// their sign.
    #[inline]
    pub(super) fn extended(self, value: u64) -> u64 {
        if self.is_signed() { self.signed(value).cast_unsigned() } else { self.unsigned(value) }
    }
}
