//! `atemoya completions`: writes a script that completes the command's options in a shell.

use crate::output;
use anyhow::Result;
use clap::{Arg, Command, ValueHint};
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

pub(crate) fn run(arguments: &Arguments, command: &Command) -> Result<()> {
    // Into memory first: the generator panics when its reader is gone.
    let mut script = Vec::new();
    let mut command = without_files(command.clone());
    clap_complete::generate(arguments.shell, &mut command, "atemoya", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

/// Offers the names of files only where a value is one. Paths say so by themselves.
fn without_files(command: Command) -> Command {
    let is_file = |arg: &Arg| arg.get_value_names().unwrap_or_default().iter().any(|name| name.contains("FILE"));
    let is_other =
        |arg: &Arg| arg.get_action().takes_values() && arg.get_value_hint() == ValueHint::Unknown && !is_file(arg);
    let mut command = command.mut_args(|arg| if is_other(&arg) { arg.value_hint(ValueHint::Other) } else { arg });
    let names: Vec<String> = command.get_subcommands().map(|subcommand| subcommand.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, without_files);
    }
    command
}
