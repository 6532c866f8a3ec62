//! Kernels in the form in which they are interpreted: operands are places in a file of registers,
//! constants among them.

use super::types::Type;
use std::ops::Range;

/// A place in the file of registers.
pub(super) type Slot = u16;

/// Registers that tell a thread where it is: `%tid`, `%ctaid`, `%ntid`, `%nctaid`, three axes each.
/// They are the first slots.
pub(super) const SPECIAL: [&str; 12] = [
    "%tid.x",
    "%tid.y",
    "%tid.z",
    "%ctaid.x",
    "%ctaid.y",
    "%ctaid.z",
    "%ntid.x",
    "%ntid.y",
    "%ntid.z",
    "%nctaid.x",
    "%nctaid.y",
    "%nctaid.z",
];
/// The slot for results that are thrown away, written `_`.
pub(super) const SINK: Slot = 12;

/// A kernel.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    /// What the registers of a thread are at its start: constants, and garbage.
    pub(super) registers: Vec<u64>,
    /// It ends with a return, so that no thread runs past it.
    pub(super) code: Vec<Instruction>,
    /// The text of each instruction.
    pub(super) texts: Vec<String>,
}

/// A parameter of a kernel, and where it lies among the bytes of the arguments.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Range<usize>,
}

impl Kernel {
    /// Returns the kernel's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns where each parameter lies among the bytes of the arguments.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = Range<usize>> {
        self.parameters.iter().map(|parameter| parameter.place.clone())
    }

    /// Returns how many bytes the arguments have.
    pub(crate) fn argument_bytes(&self) -> usize {
        self.parameters.last().map_or(0, |parameter| parameter.place.end)
    }
}

/// An instruction, done only if its guard says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction {
    pub(super) guard: Option<Guard>,
    pub(super) operation: Operation,
}

/// A predicate, or its opposite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) predicate: Slot,
    pub(super) negated: bool,
}

impl Guard {
    #[inline]
    pub(super) fn holds(self, registers: &[u64]) -> bool {
        (registers[usize::from(self.predicate)] & 1 == 1) != self.negated
    }
}

/// One to four registers that are loaded or stored together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lanes {
    pub(super) slots: [Slot; 4],
    pub(super) count: u8,
}

impl Lanes {
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().take(usize::from(self.count)).map(|&slot| usize::from(slot))
    }
}

/// What an instruction does. Results go to `to`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    Return,
    Branch {
        target: u32,
    },
    LoadParameter {
        kind: Type,
        to: Lanes,
        place: u32,
    },
    Load {
        kind: Type,
        to: Lanes,
        base: Slot,
        offset: i64,
    },
    Store {
        kind: Type,
        from: Lanes,
        base: Slot,
        offset: i64,
    },
    Unary {
        what: Unary,
        kind: Type,
        to: Slot,
        a: Slot,
    },
    Binary {
        what: Binary,
        kind: Type,
        to: Slot,
        a: Slot,
        b: Slot,
    },
    Ternary {
        what: Ternary,
        kind: Type,
        to: Slot,
        a: Slot,
        b: Slot,
        c: Slot,
    },
    /// The bits of three operands choose bits of a table.
    Logic3 {
        table: u8,
        to: Slot,
        a: Slot,
        b: Slot,
        c: Slot,
    },
    /// `length` bits of `a` replace those of `b` from `position` on.
    InsertBits {
        kind: Type,
        to: Slot,
        a: Slot,
        b: Slot,
        position: Slot,
        length: Slot,
    },
    Compare {
        what: Comparison,
        with: Option<(Combine, Guard)>,
        kind: Type,
        to: Slot,
        opposite: Slot,
        a: Slot,
        b: Slot,
    },
    Convert {
        from: Type,
        into: Type,
        rounding: Rounding,
        saturate: bool,
        to: Slot,
        a: Slot,
    },
    /// Parts of `bits` bits, the first lowest, become one value.
    Pack {
        bits: u32,
        from: Lanes,
        to: Slot,
    },
    Unpack {
        bits: u32,
        to: Lanes,
        a: Slot,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Move,
    Not,
    Negate,
    Absolute,
    ReverseBits,
    CountOnes,
    LeadingZeros,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    MultiplyLow,
    MultiplyHigh,
    /// The result is twice as wide.
    MultiplyWide,
    Divide,
    Remainder,
    Minimum,
    Maximum,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ternary {
    MultiplyAddLow,
    MultiplyAddHigh,
    /// The addend and the result are twice as wide.
    MultiplyAddWide,
    ExtractBits,
    Permute,
    FunnelLeft {
        wrap: bool,
    },
    FunnelRight {
        wrap: bool,
    },
    /// The first operand if the predicate holds, or else the second.
    Select,
    /// The first operand if the third is not negative, or else the second.
    SelectBySign,
}

/// A comparison; of floats, whether it holds if one of them is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) less: bool,
    pub(super) equal: bool,
    pub(super) greater: bool,
    pub(super) unordered: bool,
}

/// How the outcome of a comparison is combined with a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    And,
    Or,
    Xor,
}

/// Where a float goes that is no integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    NearestEven,
    Zero,
    Down,
    Up,
}
