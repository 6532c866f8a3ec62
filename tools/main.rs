//! The `atemoya` command: packs genomes, tracks and loci into a store, looks into it, and samples
//! training batches.
//!
//! Each subcommand is a file, which turns arguments into calls of the library and results into
//! text.

mod arguments;
mod bench;
mod cache;
mod demo;
mod extract;
mod files;
mod filter;
mod index;
mod inspect;
mod ledger;
mod output;
mod pack;
mod progress;
mod sample;
mod verify;
mod watch;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Feeds genomics models: one memory-mapped store of genome, base-resolution tracks and loci,
/// gathered into training batches.
#[derive(Debug, Parser)]
#[command(name = "atemoya", version, max_term_width = 100)]
struct Arguments {
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
}

/// Returns an error's message with options in place of the library's parameters.
fn message(error: &anyhow::Error) -> String {
    let text = output::in_command(&format!("{error:#}"));
    if let Some(atemoya::Error::Argument { name, .. }) = error.downcast_ref()
        && let Some(rest) = text.strip_prefix(&format!("{name}: "))
    {
        let option = name.replace('_', "-");
        let has = |command: &clap::Command| command.get_arguments().any(|arg| arg.get_long() == Some(option.as_str()));
        if Arguments::command().get_subcommands().any(has) {
            return format!("--{option}: {rest}");
        }
    }
    text
}

#[expect(clippy::print_stderr, reason = "a command writes its errors to standard error")]
fn main() -> ExitCode {
    let result = match arguments::parse::<Arguments>().command {
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Index(arguments) => index::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Extract(arguments) => extract::run(&arguments),
        Command::Sample(arguments) => sample::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Cache(arguments) => cache::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    if output::is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    eprintln!("atemoya: {}", message(&error));
    match error.downcast_ref() {
        Some(atemoya::Error::Interrupted) => ExitCode::from(watch::INTERRUPTED),
        _ => ExitCode::FAILURE,
    }
}
