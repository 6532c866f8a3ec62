//! Parses the command line by clap, except for negative numbers. clap takes these for unknown
//! options and recommends to write them after `--`, where they would be positional arguments.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error, Parser};
use std::ffi::OsString;

/// Parses arguments. Returns them with the name of the subcommand.
///
/// # Errors
/// Clap's message, which is also its help and its version.
pub(crate) fn parse<T: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<(T, String), Error> {
    let mut command = with_negative_numbers(T::command());
    let matches = command.try_get_matches_from_mut(arguments);
    let matches = matches.map_err(|error| explain(error).format(&mut command))?;
    let subcommand = matches.subcommand_name().unwrap_or_default();
    let parsed = T::from_arg_matches(&matches).map_err(|error| {
        // The message shows the usage of the subcommand.
        let mut subcommand = command.find_subcommand(subcommand).unwrap_or(&command).clone();
        explain(error).format(&mut subcommand)
    })?;
    Ok((parsed, subcommand.to_owned()))
}

/// Lets each option take a negative number as its value. Options that count things then refuse it,
/// and their message names the option.
fn with_negative_numbers(command: Command) -> Command {
    let takes = |arg: &Arg| !arg.is_positional() && arg.get_action().takes_values();
    let mut command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
    let names: Vec<String> = command.get_subcommands().map(|subcommand| subcommand.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, with_negative_numbers);
    }
    command
}

/// Improves clap's messages: for numbers, which Rust calls invalid digits or literals; for a
/// missing store; and for unknown options, without the recommendation to write them after `--`.
fn explain(mut error: Error) -> Error {
    let negative = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.parse::<i128>().is_ok_and(|value| value < 0),
        _ => false,
    };
    let says = |words: &str| std::error::Error::source(&error).is_some_and(|source| source.to_string().contains(words));
    let (digit, float) = (says("invalid digit"), says("invalid float literal"));
    let tip = match (digit, float) {
        (true, _) if negative => Some("it must be a whole number of 0 or more"),
        (_, true) => Some("it must be a number"),
        _ => None,
    };
    if let Some(tip) = tip.filter(|_| error.kind() == ErrorKind::ValueValidation) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::StyledStrs(tips)) = error.remove(ContextKind::Suggested)
    {
        let tips: Vec<_> = tips.into_iter().filter(|tip| !tip.to_string().contains("'-- ")).collect();
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
    }
    let lacks_store = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.iter().any(|name| name == "<STORE>"),
        _ => false,
    };
    if error.kind() == ErrorKind::MissingRequiredArgument && lacks_store {
        let tip = "give the store first, before options that take several values".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    struct Outer {
        #[command(subcommand)]
        inner: Inner,
    }

    #[derive(Debug, clap::Subcommand)]
    enum Inner {
        Inside {
            store: std::path::PathBuf,
            #[arg(long)]
            max_jitter: Option<usize>,
            #[arg(long)]
            seed: Option<i64>,
            #[arg(long)]
            ratio: Option<f64>,
        },
    }

    #[test]
    fn negative_numbers_are_values() {
        let said = |arguments: &[&str]| {
            let command = with_negative_numbers(<Outer as clap::CommandFactory>::command());
            command.try_get_matches_from(arguments).map_err(|error| explain(error).to_string()).err()
        };
        assert_eq!(said(&["a", "inside", "s", "--seed", "-5"]), None);
        let error = said(&["a", "inside", "s", "--max-jitter", "-5"]).unwrap();
        assert!(
            error.contains("'-5' for '--max-jitter") && error.contains("0 or more") && !error.contains("-- -5"),
            "{error}"
        );
        let error = said(&["a", "inside", "s", "--max-jitter", "five"]).unwrap();
        assert!(!error.contains("0 or more"), "{error}");
        let error = said(&["a", "inside", "s", "--ratio", "half"]).unwrap();
        assert!(error.contains("tip: it must be a number"), "{error}");
        let error = said(&["a", "inside", "s", "--blacklist", "x"]).unwrap();
        assert!(error.contains("'--blacklist'") && !error.contains("-- --blacklist"), "{error}");
        let error = said(&["a", "inside", "--seed", "5"]).unwrap();
        assert!(error.contains("<STORE>") && error.contains("give the store first"), "{error}");
    }
}
