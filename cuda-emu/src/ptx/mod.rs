//! An interpreter of PTX for kernels of straight integer code, conversions and single precision. An
//! instruction that it does not know is refused when the module is loaded: never at run time, and
//! never skipped.

mod arithmetic;
mod body;
mod convert;
mod decode;
mod instruction;
mod interpret;
mod operand;
mod parse;
mod text;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use instruction::Kernel;
#[cfg(test)]
use interpret::Fault;
pub(crate) use interpret::{FaultKind, Memory, run};
pub(crate) use parse::parse;
