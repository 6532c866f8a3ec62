//! The `atemoya` command: packs genomes, tracks and loci into a store, looks into it, and samples
//! training batches. The program and the Python package both call [`run`].
//!
//! Each subcommand is a file, which turns arguments into calls of the library and results into
//! text.

mod arguments;
mod bench;
mod cache;
mod completions;
mod demo;
mod extract;
mod files;
mod filter;
mod index;
mod inspect;
mod ledger;
mod man;
mod output;
mod pack;
mod progress;
mod sample;
mod skill;
mod verify;
mod watch;

use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{ErrorKind, Write};

/// Feed genomics models with genomes, base-resolution tracks and peaks
///
/// Pack a genome and bigWig tracks into one store with `pack`. Add peaks and negatives with
/// `index`. Then train from the store in Python, Rust or C. `demo` shows the whole way on simulated
/// data.
#[derive(Debug, Parser)]
#[command(name = "atemoya", bin_name = "atemoya", no_binary_name = true)]
#[command(version, max_term_width = 100, after_help = include_str!("examples/atemoya.txt"))]
struct Arguments {
    /// Write no progress and no notes; warnings and errors stay
    #[arg(short, long, global = true, display_order = 900)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Pack(pack::Arguments),
    Index(index::Arguments),
    Inspect(inspect::Arguments),
    Verify(verify::Arguments),
    Extract(extract::Arguments),
    Sample(sample::Arguments),
    Bench(bench::Arguments),
    Cache(cache::Arguments),
    Demo(demo::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    InstallSkill(skill::Arguments),
}

/// Runs the command with these arguments, which do not include the program's name. Returns the exit
/// status: 0, 1 for an error, 2 for arguments that cannot be understood, 130 when interrupted.
///
/// It writes to the standard output and standard error of the process, and listens for SIGINT and
/// SIGTERM while it does something long.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let status = match arguments::parse::<Arguments>(arguments) {
        Ok((arguments, subcommand)) => {
            output::be_quiet(arguments.quiet);
            status(execute(&arguments.command), &subcommand)
        }
        Err(error) => match error.print().and_then(|()| std::io::stdout().flush()) {
            Err(failed) if failed.kind() != ErrorKind::BrokenPipe && !error.use_stderr() => {
                output::fail(&format!("cannot write to standard output: {failed}"));
                1
            }
            // A closed pipe takes no help.
            _ => u8::try_from(error.exit_code()).unwrap_or(1),
        },
    };
    // Within another program nothing else writes what is still in the buffer.
    let _ = std::io::stdout().flush();
    status
}

fn execute(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Pack(arguments) => pack::run(arguments),
        Command::Index(arguments) => index::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Extract(arguments) => extract::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Cache(arguments) => cache::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Completions(arguments) => completions::run(arguments, &Arguments::command()),
        Command::Man(arguments) => man::run(arguments, Arguments::command()),
        Command::InstallSkill(arguments) => skill::run(arguments),
    }
}

/// Says what went wrong, and returns the exit status.
fn status(result: anyhow::Result<()>, subcommand: &str) -> u8 {
    let Err(error) = result else { return 0 };
    if output::is_broken_pipe(&error) {
        return 0;
    }
    output::fail(&message(&error, subcommand));
    match error.downcast_ref() {
        Some(atemoya::Error::Interrupted) => watch::INTERRUPTED,
        _ => 1,
    }
}

/// Returns an error's message with the subcommand's options in place of the library's parameters.
fn message(error: &anyhow::Error, subcommand: &str) -> String {
    let text = output::in_command(&format!("{error:#}"));
    let argument = error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(atemoya::Error::Argument { name, .. }) => Some(*name),
        _ => None,
    });
    let Some(name) = argument else { return text };
    let option = output::option(name);
    let command = Arguments::command();
    let mut options = command.find_subcommand(subcommand).into_iter().flat_map(clap::Command::get_arguments);
    match options.any(|arg| arg.get_long() == Some(&option[2..])) {
        true => text.replacen(&format!("{name}: "), &format!("{option}: "), 1),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn messages_name_options_that_the_command_has() {
        let error = |name| anyhow::Error::from(atemoya::Error::Argument { name, message: "is too long".into() });
        assert_eq!(message(&error("in_window"), "bench"), "--in-window: is too long");
        assert_eq!(message(&error("in_window").context("s.atemoya"), "bench"), "s.atemoya: --in-window: is too long");
        assert_eq!(message(&error("tile_log2"), "pack"), "--tile: is too long");
        // There are no peaks to give to `bench`.
        assert_eq!(message(&error("peaks"), "bench"), "peaks: is too long");
        assert_eq!(message(&error("peaks"), "index"), "--peaks: is too long");
        let plain: anyhow::Result<()> = Err(anyhow::anyhow!("`in_window` is 0"));
        assert_eq!(message(&plain.context("s").unwrap_err(), "bench"), "s: --in-window is 0");
    }
}
