//! Text for people: standard output, notes on standard error, and numbers with a unit.

use anyhow::Result;
use std::io::{ErrorKind, Write};

/// Writes to standard output.
///
/// # Errors
/// Standard output cannot be written; see [`is_broken_pipe`].
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Returns whether the reader of the output is gone, as after `| head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Says something on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Warns on standard error, in the words of the command.
pub(crate) fn warn(text: &str) {
    note(&format!("warning: {}", in_command(text)));
}

/// Returns a message of the library with its parameters as the command has them: `max_jitter`
/// becomes --max-jitter.
pub(crate) fn in_command(message: &str) -> String {
    atemoya::with_parameters(message, |name| match name {
        "replace" => "--force".to_owned(),
        _ => format!("--{}", name.replace('_', "-")),
    })
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
}
