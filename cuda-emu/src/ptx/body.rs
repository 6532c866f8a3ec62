//! A kernel's body: statements, blocks, labels.

use super::decode::decode;
use super::instruction::{Guard, Instruction, Kernel, Operation, Parameter};
use super::operand::{Operand, Registers};
use super::text::split_outside;
use std::collections::HashMap;

/// What has been read of a body.
struct Body {
    parameters: Vec<Parameter>,
    registers: Registers,
    labels: HashMap<String, u32>,
    /// Branches whose targets are not known yet.
    jumps: Vec<(usize, String)>,
    code: Vec<Instruction>,
    texts: Vec<String>,
}

/// Reads the text between a kernel's outer braces.
pub(super) fn parse(name: &str, parameters: Vec<Parameter>, text: &str) -> Result<Kernel, String> {
    let mut body = Body {
        parameters,
        registers: Registers::new(),
        labels: HashMap::new(),
        jumps: Vec::new(),
        code: Vec::new(),
        texts: Vec::new(),
    };
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        rest = body.next(rest)?.trim_start();
    }
    // A label may stand at the very end, and a thread may run to it.
    body.push(Instruction { guard: None, operation: Operation::Return }, "the end of the kernel");
    for (index, label) in body.jumps {
        let target = *body.labels.get(&label).ok_or_else(|| format!("there is no label {label}"))?;
        body.code[index].operation = Operation::Branch { target };
    }
    let registers = body.registers.into_initial();
    Ok(Kernel { name: name.to_owned(), parameters: body.parameters, registers, code: body.code, texts: body.texts })
}

impl Body {
    /// Reads a brace, a label or a statement, and gives what follows.
    fn next<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        if let Some(rest) = text.strip_prefix('{') {
            self.registers.enter();
            return Ok(rest);
        }
        if let Some(rest) = text.strip_prefix('}') {
            return if self.registers.leave() { Ok(rest) } else { Err("a brace too many".to_owned()) };
        }
        if let Some(rest) = text.strip_prefix(';') {
            return Ok(rest);
        }
        let end = text.find([';', ':']).ok_or_else(|| format!("no end of: {text}"))?;
        let (statement, rest) = (text[..end].trim(), &text[end + 1..]);
        if text[end..].starts_with(':') {
            self.label(statement)?;
        } else {
            self.statement(statement)?;
        }
        Ok(rest)
    }

    fn label(&mut self, name: &str) -> Result<(), String> {
        let place = u32::try_from(self.code.len()).map_err(|_| "too long")?;
        let new = !name.contains(char::is_whitespace) && self.labels.insert(name.to_owned(), place).is_none();
        if new { Ok(()) } else { Err(format!("label {name}")) }
    }

    fn statement(&mut self, text: &str) -> Result<(), String> {
        if let Some(declaration) = text.strip_prefix(".reg") {
            return self.registers.declare(declaration).ok_or_else(|| format!("declaration {text}"));
        }
        if text.starts_with(".pragma") {
            return Ok(());
        }
        let unknown = || format!("unsupported instruction: {text}");
        let (guard, instruction) = self.guard(text).ok_or_else(unknown)?;
        let (mnemonic, operands) = instruction.split_once(char::is_whitespace).unwrap_or((instruction, ""));
        let operands = split_outside(operands, ',');
        let operation = match (mnemonic, &operands[..]) {
            ("bra" | "bra.uni", [label]) => {
                self.jumps.push((self.code.len(), (*label).to_owned()));
                // The target is filled in when all labels are known.
                Some(Operation::Branch { target: 0 })
            }
            _ => self.decode(mnemonic, &operands),
        };
        self.push(Instruction { guard, operation: operation.ok_or_else(unknown)? }, text);
        Ok(())
    }

    fn decode(&mut self, mnemonic: &str, operands: &[&str]) -> Option<Operation> {
        let operands = operands.iter().map(|text| self.registers.operand(text, &self.parameters));
        let operands: Vec<Operand> = operands.collect::<Option<_>>()?;
        decode(mnemonic, &operands, &self.registers)
    }

    /// Takes the `@p` or `@!p` before an instruction off.
    fn guard<'a>(&mut self, text: &'a str) -> Option<(Option<Guard>, &'a str)> {
        let Some(rest) = text.strip_prefix('@') else { return Some((None, text)) };
        let (predicate, instruction) = rest.split_once(char::is_whitespace)?;
        let guard = match self.registers.operand(predicate, &[])? {
            Operand::Register(predicate) => Guard { predicate, negated: false },
            Operand::Not(predicate) => Guard { predicate, negated: true },
            _ => return None,
        };
        Some((Some(guard), instruction.trim_start()))
    }

    fn push(&mut self, instruction: Instruction, text: &str) {
        self.code.push(instruction);
        self.texts.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}
