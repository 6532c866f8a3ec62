//! `atemoya completions`: writes a script that completes the command's options in a shell.

use crate::output;
use anyhow::Result;
use clap_complete::Shell;

/// Write a script that completes commands and options in your shell
///
/// It goes to standard output. Put it where your shell looks for completions, and open a new shell.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/completions.txt"))]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, command: &mut clap::Command) -> Result<()> {
    // Into memory first: the generator panics when its reader is gone.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "atemoya", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
