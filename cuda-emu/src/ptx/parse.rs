//! A module's outside: its kernels with their parameters, and what else may stand beside them.

use super::body;
use super::instruction::{Kernel, Parameter};
use super::text::{block_end, clean, split_outside};
use super::types::Type;

/// Reads a module. The message of an error says what is not understood.
pub(crate) fn parse(source: &str) -> Result<Vec<Kernel>, String> {
    let text = clean(source);
    let mut rest = text.trim_start();
    let mut kernels = Vec::new();
    while !rest.is_empty() {
        rest = match word(rest) {
            ".version" | ".target" | ".address_size" => rest.split_once('\n').map_or("", |parts| parts.1),
            // Variables of the module. A kernel that names one is refused, since there is nothing
            // of that name.
            ".global" | ".const" => after_statement(rest)?,
            ".visible" | ".weak" => &rest[word(rest).len()..],
            ".section" => {
                let start = rest.find('{').ok_or("a section without a block")?;
                let end = block_end(&rest[start..]).ok_or("a section without an end")?;
                &rest[start + end + 1..]
            }
            ".entry" => {
                let (kernel, rest) = entry(&rest[".entry".len()..])?;
                kernels.push(kernel);
                rest
            }
            other => return Err(format!("{other} is not supported")),
        };
        rest = rest.trim_start();
    }
    if kernels.is_empty() { Err("there is no kernel".to_owned()) } else { Ok(kernels) }
}

fn word(text: &str) -> &str {
    text.split(|character: char| character.is_whitespace()).next().unwrap_or("")
}

/// Returns what follows a statement, whose initial values may stand in braces.
fn after_statement(text: &str) -> Result<&str, String> {
    let end = text.find(';').ok_or("a variable without an end")?;
    Ok(&text[end + 1..])
}

fn entry(text: &str) -> Result<(Kernel, &str), String> {
    let open = text.find('{').ok_or("a kernel without a body")?;
    let (head, block) = text.split_at(open);
    let end = block_end(block).ok_or("a kernel's body without an end")?;
    let (name, parameters, hints) = match head.split_once('(') {
        Some((name, rest)) => {
            let (parameters, hints) = rest.split_once(')').ok_or("parameters without an end")?;
            (name.trim(), parameters, hints)
        }
        None => {
            (word(head.trim_start()), "", head.trim_start().split_once(char::is_whitespace).map_or("", |parts| parts.1))
        }
    };
    // How many threads a block may have and the like: bounds for the compiler that do not change
    // what is computed.
    let known = [".maxntid", ".reqntid", ".minnctapersm", ".maxnreg", ".noreturn"];
    if let Some(other) = hints.split_whitespace().find(|hint| hint.starts_with('.') && !known.contains(hint)) {
        return Err(format!("kernel {name}: {other} is not supported"));
    }
    let mut place = 0;
    let mut known = Vec::new();
    for parameter in split_outside(parameters, ',') {
        let parameter =
            self::parameter(parameter, place).ok_or_else(|| format!("kernel {name}: parameter {parameter}"))?;
        place = parameter.place.end;
        known.push(parameter);
    }
    let kernel = body::parse(name, known, &block[1..end]).map_err(|message| format!("kernel {name}: {message}"))?;
    Ok((kernel, &block[end + 1..]))
}

/// Returns a parameter such as `.param .u32 name` or `.param .align 8 .b8 name[24]`, after those
/// that end at `place`.
fn parameter(text: &str, place: usize) -> Option<Parameter> {
    let mut words = text.split_whitespace();
    if words.next()? != ".param" {
        return None;
    }
    let (mut size, mut align, mut name) = (0, None, None);
    while let Some(word) = words.next() {
        match word {
            ".align" => align = Some(words.next()?.parse::<usize>().ok()?),
            // What a pointer points to.
            ".ptr" | ".global" => {}
            _ => match word.strip_prefix('.') {
                Some(kind) => size = Type::parse(kind).filter(|kind| kind.bits >= 8)?.bytes(),
                None => name = Some(word),
            },
        }
    }
    let pointer = text.contains(".ptr");
    let mut name = name?;
    let unit = size;
    if let Some((before, count)) = name.split_once('[') {
        size *= count.strip_suffix(']')?.parse::<usize>().ok()?;
        name = before;
    }
    // The alignment beside a pointer is that of what it points to.
    let align = align.filter(|_| !pointer).unwrap_or(unit);
    if size == 0 || size > 4096 || !align.is_power_of_two() {
        return None;
    }
    let start = place.next_multiple_of(align);
    Some(Parameter { name: name.to_owned(), place: start..start + size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lie_as_in_c() {
        let places = |parameters: &str| {
            let source =
                format!(".version 7.0\n.target sm_70\n.address_size 64\n.visible .entry k({parameters})\n{{ ret; }}");
            parse(&source).map(|kernels| kernels[0].parameters().collect::<Vec<_>>())
        };
        assert_eq!(places("").unwrap(), []);
        assert_eq!(places(".param .u8 a, .param .u64 b, .param .u16 c").unwrap(), [0..1, 8..16, 16..18]);
        assert_eq!(places(".param .u32 a, .param .align 8 .b8 s[24], .param .f32 z").unwrap(), [0..4, 8..32, 32..36]);
        assert_eq!(places(".param .u32 a, .param .u64 .ptr .global .align 1 b").unwrap(), [0..4, 8..16]);
        assert!(places(".param .u128 a").is_err());
        assert!(places(".reg .u32 a").is_err());
    }

    #[test]
    fn what_stands_beside_kernels() {
        let good = ".version 8.8\n.target sm_70\n.address_size 64\n\
                    .global .align 4 .u32 unused;\n.const .u32 table[2] = {1, 2};\n\
                    .weak .entry a() .maxntid 128, 1, 1 { ret; }\n.entry b { exit; }\n\
                    .section .debug_str { .b8 1, 2\n { } }";
        let names: Vec<String> = parse(good).unwrap().iter().map(|kernel| kernel.name().to_owned()).collect();
        assert_eq!(names, ["a", "b"]);
        for bad in [
            "",
            ".version 7.0\n",
            ".func f() { ret; }",
            ".extern .shared .b8 s[];",
            ".entry a() .maxclusterrank 2 { ret; }",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
