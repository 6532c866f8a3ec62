//! The oldest glibc that a library runs with: the newest version of a symbol that it asks for.

use crate::{Failure, Result, failed};
use std::path::Path;
use std::process::Command;

/// What `capi/README.md` says, which knows no version.
const SAYS: &str = "the C library (glibc) of the machine that built them, or a newer one";

/// Returns the README with what this library needs in place of what holds for any.
pub(crate) fn said(readme: &str, library: &Path) -> Result<String> {
    let output = Command::new("objdump").arg("-T").arg(library).output().map_err(failed("objdump"))?;
    with_version(readme, &String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| Failure::Failed(format!("capi/README.md, {}: no {SAYS:?}, or no glibc", library.display())))
}

fn with_version(readme: &str, symbols: &str) -> Option<String> {
    let (major, minor) = symbols.split("GLIBC_").skip(1).filter_map(version).max()?;
    readme.contains(SAYS).then(|| readme.replace(SAYS, &format!("glibc {major}.{minor} or newer")))
}

/// Returns the version that a text begins with.
fn version(text: &str) -> Option<(u32, u32)> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let mut numbers = text[..end].split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: &str = "\
0000000000000000      DF *UND*\t0000000000000000 (GLIBC_2.9) pipe2
0000000000000000      DF *UND*\t0000000000000000 (GLIBC_2.34) dlsym
0000000000000000      DF *UND*\t0000000000000000 (GLIBC_2.2.5) memcpy
0000000000000000      DO *UND*\t0000000000000000 (GLIBC_PRIVATE) secret
";

    #[test]
    fn the_newest_symbol_decides() {
        let readme = format!("They need {SAYS}. More.");
        assert_eq!(with_version(&readme, SYMBOLS).unwrap(), "They need glibc 2.34 or newer. More.");
        assert_eq!(with_version(&readme, "pipe2"), None);
        assert_eq!(with_version("They need nothing.", SYMBOLS), None);
    }
}
