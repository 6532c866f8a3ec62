//! Text for people: standard output, notes on standard error, and numbers with a unit.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use atemoya::Advised;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Whether notes and progress are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves out notes and progress, or writes them again.
pub(crate) fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Returns whether notes and progress are left out.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes to standard output.
///
/// # Errors
/// Standard output cannot be written; see [`is_broken_pipe`].
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes JSON to standard output.
///
/// # Errors
/// As [`print`].
pub(crate) fn print_json(value: &serde_json::Value) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Returns whether the reader of the output is gone, as after `| head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Says something on standard error, unless the command is to be quiet.
pub(crate) fn note(text: &str) {
    if !is_quiet() {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Warns on standard error, in the words of the command.
pub(crate) fn warn(text: &str) {
    say("warning:", WARNING, &in_command(text));
}

/// Says on standard error why the command ends.
pub(crate) fn fail(text: &str) {
    say("atemoya:", ERROR, text);
}

/// Says something on standard error, where a terminal shows the beginning in colour.
fn say(beginning: &str, style: Style, text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{style}{beginning}{style:#} {text}");
}

/// Returns a message of the library with its parameters as the command has them: `max_jitter`
/// becomes --max-jitter, and `chroms=["chr1", "chr2"]` becomes --chroms chr1,chr2.
pub(crate) fn in_command(message: &str) -> String {
    atemoya::with_parameters(message, |name, advised| match advised {
        Some(Advised::Text(text)) => format!("{} {}", option(name), in_shell(&text)),
        Some(Advised::Names(names)) => format!("{} {}", option(name), in_shell(&names.join(","))),
        None => option(name),
    })
}

/// Returns the option for a parameter of the library.
pub(crate) fn option(parameter: &str) -> String {
    match parameter {
        "replace" => "--force".to_owned(),
        "tile_log2" => "--tile".to_owned(),
        _ => format!("--{}", parameter.replace('_', "-")),
    }
}

/// Returns a number of things, as "1 store" or "2 stores".
pub(crate) fn several(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Returns a word as a shell takes it.
pub(crate) fn in_shell(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.,:/+@%".contains(&byte);
    if word.bytes().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Returns a number in a decimal unit that leaves one to three digits before the point: `12.3 MB`.
pub(crate) fn count(n: u64, unit: &str) -> String {
    for (size, prefix) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if n as f64 >= size {
            return format!("{:.1} {prefix}{unit}", n as f64 / size);
        }
    }
    format!("{n} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        let cases = [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (3_100_000_000, "3.1 GB")];
        for (n, text) in cases {
            assert_eq!(count(n, "B"), text);
        }
    }

    #[test]
    fn a_closed_pipe_is_told_from_other_errors() {
        let error = |kind| anyhow::Error::from(std::io::Error::from(kind));
        assert!(is_broken_pipe(&error(ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&error(ErrorKind::StorageFull)));
        assert!(!is_broken_pipe(&anyhow::anyhow!("no")));
    }

    #[test]
    fn parameters_become_options() {
        let message = r#"use `chroms=["chr1", "HLA-A*01"]`, `chroms=["chr1", "chr2"]`, `alias="chr"` or `replace`"#;
        assert_eq!(in_command(message), "use --chroms 'chr1,HLA-A*01', --chroms chr1,chr2, --alias chr or --force");
    }
}
