//! `atemoya man`: writes a manual page for the command and for each subcommand.

use crate::output::{self, AtomicFile, Kind, Replace};
use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Write manual pages for the `man` command
///
/// There is one page for `atemoya` and one for each of its commands: atemoya.1, atemoya-pack.1 and
/// so on. Older pages of the same names are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/man.txt"))]
pub(crate) struct Arguments {
    /// The directory to write into; it is made if it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// How the pages begin: with what is the same in all, and the name of one.
const KIND: Kind = Kind {
    name: "manual page",
    begins: |head| String::from_utf8_lossy(head).lines().any(|line| line.starts_with(".TH atemoya")),
};

pub(crate) fn run(arguments: &Arguments, command: Command) -> Result<()> {
    let directory = &arguments.out;
    fs::create_dir_all(directory).with_context(|| format!("{}: cannot create", directory.display()))?;
    // There is no page for `atemoya help`.
    let alone = |command: Command| command.disable_help_subcommand(true);
    let mut command = alone(command).mut_subcommands(alone);
    command.build();
    let pages = write(directory, &command)?;
    output::print(&format!("{}: {pages} manual pages\n", directory.display()))
}

/// Writes the page of a command and those of its subcommands. Returns how many there are.
fn write(directory: &Path, command: &Command) -> Result<usize> {
    let name = format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()));
    let text = page(command)?;
    let mut file = AtomicFile::create(&directory.join(name), KIND, Replace::Kind)?;
    file.file().write_all(&text).with_context(|| format!("{}: cannot write", file.target().display()))?;
    file.publish()?;
    command.get_subcommands().try_fold(1, |pages, subcommand| Ok(pages + write(directory, subcommand)?))
}

/// Returns a page: what clap knows of the command, and the examples.
fn page(command: &Command) -> Result<Vec<u8>> {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let version = format!("atemoya {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version).manual("atemoya");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    // Unlike clap_mangen's, it says which values the options take.
    let usage = command.clone().render_usage().to_string();
    page.extend_from_slice(verbatim("SYNOPSIS", usage.trim_start_matches("Usage: ")).as_bytes());
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(examples) = examples.strip_prefix("Examples:\n") {
        page.extend_from_slice(verbatim("EXAMPLES", examples).as_bytes());
    }
    Ok(page)
}

/// Returns a section whose lines stay as they are.
fn verbatim(heading: &str, text: &str) -> String {
    let mut section = format!(".SH {heading}\n.nf\n");
    for line in text.lines() {
        // A line that begins with a point or a quote would be a request.
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        let _ = writeln!(section, "{guard}{}", line.replace('\\', "\\e").replace('-', "\\-").replace('`', "\\(ga"));
    }
    section + ".fi\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stay_as_they_are() {
        let section = verbatim("EXAMPLES", "  a --b \\\n.c\n");
        assert_eq!(section, ".SH EXAMPLES\n.nf\n  a \\-\\-b \\e\n\\&.c\n.fi\n");
    }

    #[test]
    fn a_page_is_told_from_other_files() {
        assert!((KIND.begins)(b".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n.TH atemoya-pack 1"));
        assert!(!(KIND.begins)(b".TH LS 1\n"));
    }
}
