//! Running a kernel: one thread of the launch after another.

use super::arithmetic::{binary, combine, compare, insert_bits, logic3, ternary, unary};
use super::convert::convert;
use super::instruction::{Instruction, Kernel, Lanes, Operation, SINK};
use super::types::Type;

/// The most instructions of one thread.
const STEPS: u64 = 1 << 24;

/// Memory of the device, as a kernel reads and writes it, at most 8 bytes at a time.
pub(crate) trait Memory {
    /// The accesses from here on are those of the thread of this number in the launch.
    fn begin(&mut self, thread: u32);
    /// Returns the bytes at an address, the first lowest; nothing outside every allocation.
    fn load(&mut self, address: u64, bytes: usize) -> Option<u64>;
    /// Writes the lowest bytes of a value; nothing outside every allocation.
    fn store(&mut self, address: u64, bytes: usize, value: u64) -> Option<()>;
}

/// Why a kernel was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// An access outside every allocation.
    Bounds,
    /// An access to an address that is no multiple of its size.
    Misaligned,
    /// A thread that runs for ever.
    Endless,
}

/// The end of a kernel by a mistake of its own.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// What happened, in which instruction, of which thread.
    pub(crate) text: String,
}

/// Why an instruction cannot be done.
struct Stop {
    kind: FaultKind,
    address: u64,
    bytes: usize,
}

/// One thread at work.
struct Thread<'a, M> {
    registers: &'a mut [u64],
    arguments: &'a [u8],
    memory: &'a mut M,
}

/// Runs a kernel with arguments that lie as its parameters do, and gives the number of
/// instructions.
pub(crate) fn run(
    kernel: &Kernel,
    grid: [u32; 3],
    block: [u32; 3],
    arguments: &[u8],
    memory: &mut impl Memory,
) -> Result<u64, Fault> {
    let mut registers = kernel.registers.clone();
    let mut count = 0;
    let mut number = 0u32;
    for at_block in places(grid) {
        for at_thread in places(block) {
            registers.copy_from_slice(&kernel.registers);
            let special = [at_thread, at_block, block, grid];
            for (register, value) in registers.iter_mut().zip(special.as_flattened()) {
                *register = u64::from(*value);
            }
            memory.begin(number);
            number = number.wrapping_add(1);
            let mut thread = Thread { registers: &mut registers, arguments, memory };
            count += thread.run(&kernel.code).map_err(|(place, stop)| {
                let Stop { kind, address, bytes } = stop;
                let what = match kind {
                    FaultKind::Bounds => format!("{bytes} bytes at {address:#x} are not within one allocation"),
                    FaultKind::Misaligned => format!("{address:#x} is not a multiple of {bytes}"),
                    FaultKind::Endless => format!("a thread has not ended after {STEPS} instructions"),
                };
                let text = &kernel.texts[place];
                Fault { kind, text: format!("{what}: {text}, block {at_block:?}, thread {at_thread:?}") }
            })?;
        }
    }
    Ok(count)
}

/// Returns all places of a grid, the first axis fastest.
fn places(size: [u32; 3]) -> impl Iterator<Item = [u32; 3]> {
    (0..size[2]).flat_map(move |z| (0..size[1]).flat_map(move |y| (0..size[0]).map(move |x| [x, y, z])))
}

impl<M: Memory> Thread<'_, M> {
    /// Runs to the end, and gives the number of instructions; or the place of the one that could
    /// not be done.
    fn run(&mut self, code: &[Instruction]) -> Result<u64, (usize, Stop)> {
        let mut place = 0;
        for step in 1..=STEPS {
            let instruction = &code[place];
            place += 1;
            if instruction.guard.is_some_and(|guard| !guard.holds(self.registers)) {
                continue;
            }
            match instruction.operation {
                Operation::Return => return Ok(step),
                Operation::Branch { target } => place = target as usize,
                ref other => self.step(other).map_err(|stop| (place - 1, stop))?,
            }
        }
        Err((place, Stop { kind: FaultKind::Endless, address: 0, bytes: 0 }))
    }

    #[inline]
    fn step(&mut self, operation: &Operation) -> Result<(), Stop> {
        let get = |slot: u16| self.registers[usize::from(slot)];
        let (to, value) = match *operation {
            Operation::Unary { what, kind, to, a } => (to, unary(what, kind, get(a))),
            Operation::Binary { what, kind, to, a, b } => (to, binary(what, kind, get(a), get(b))),
            Operation::Ternary { what, kind, to, a, b, c } => (to, ternary(what, kind, get(a), get(b), get(c))),
            Operation::Logic3 { table, to, a, b, c } => (to, logic3(table, get(a), get(b), get(c))),
            Operation::InsertBits { kind, to, a, b, position, length } => {
                (to, insert_bits(kind, get(a), get(b), get(position), get(length)))
            }
            Operation::Compare { what, with, kind, to, opposite, a, b } => {
                let holds = compare(what, kind, get(a), get(b));
                let mixed = |holds| match with {
                    Some((how, guard)) => combine(how, holds, guard.holds(self.registers)),
                    None => holds,
                };
                let (first, second) = (mixed(holds), mixed(!holds));
                self.registers[usize::from(opposite)] = u64::from(second);
                (to, u64::from(first))
            }
            Operation::Convert { from, into, rounding, saturate, to, a } => {
                (to, convert(get(a), from, into, rounding, saturate))
            }
            Operation::Pack { bits, from, to } => {
                let mask = u64::MAX >> (64 - bits);
                let parts = from.iter().zip((0..).step_by(bits as usize));
                (to, parts.fold(0, |all, (slot, shift)| all | (self.registers[slot] & mask) << shift))
            }
            Operation::Unpack { bits, to, a } => {
                let (mask, value) = (u64::MAX >> (64 - bits), get(a));
                for (slot, shift) in to.iter().zip((0..).step_by(bits as usize)) {
                    self.registers[slot] = (value >> shift) & mask;
                }
                return Ok(());
            }
            Operation::LoadParameter { kind, to, place } => {
                self.load_parameter(kind, &to, place as usize);
                return Ok(());
            }
            Operation::Load { kind, ref to, base, offset } => return self.load(kind, to, base, offset),
            Operation::Store { kind, ref from, base, offset } => return self.store(kind, from, base, offset),
            // Done by the loop.
            Operation::Return | Operation::Branch { .. } => (SINK, 0),
        };
        self.registers[usize::from(to)] = value;
        Ok(())
    }

    fn load_parameter(&mut self, kind: Type, to: &Lanes, place: usize) {
        let bytes = kind.bytes();
        for (slot, part) in to.iter().zip(self.arguments[place..].chunks_exact(bytes)) {
            let mut word = [0; 8];
            word[..bytes].copy_from_slice(part);
            self.registers[slot] = kind.extended(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn load(&mut self, kind: Type, to: &Lanes, base: u16, offset: i64) -> Result<(), Stop> {
        let bytes = kind.bytes();
        let address = self.address(base, offset, bytes * usize::from(to.count))?;
        for (lane, slot) in to.iter().enumerate() {
            let at = address + (lane * bytes) as u64;
            let value = self.memory.load(at, bytes).ok_or(Stop { kind: FaultKind::Bounds, address: at, bytes })?;
            self.registers[slot] = kind.extended(value);
        }
        Ok(())
    }

    #[inline]
    fn store(&mut self, kind: Type, from: &Lanes, base: u16, offset: i64) -> Result<(), Stop> {
        let bytes = kind.bytes();
        let address = self.address(base, offset, bytes * usize::from(from.count))?;
        for (lane, slot) in from.iter().enumerate() {
            let at = address + (lane * bytes) as u64;
            let stored = self.memory.store(at, bytes, self.registers[slot]);
            stored.ok_or(Stop { kind: FaultKind::Bounds, address: at, bytes })?;
        }
        Ok(())
    }

    /// Returns the address of an access, which must be a multiple of its whole size.
    #[inline]
    fn address(&self, base: u16, offset: i64, bytes: usize) -> Result<u64, Stop> {
        let address = self.registers[usize::from(base)].wrapping_add_signed(offset);
        if address & (bytes as u64 - 1) != 0 {
            return Err(Stop { kind: FaultKind::Misaligned, address, bytes });
        }
        Ok(address)
    }
}
