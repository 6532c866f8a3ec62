//! Parses the command line: clap's way, but for negative numbers, which clap takes for unknown options and says to write
//! behind `--`, where they would be something else.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error, Parser};

/// Parses the arguments that the process was given, or ends it with what clap has to say.
pub(crate) fn parse<T: Parser>() -> T {
    let mut command = with_negative_numbers(T::command());
    let parsed =
        command.try_get_matches_from_mut(std::env::args_os()).and_then(|matches| T::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| explain(error).format(&mut command).exit())
}

/// Lets every option take a negative number as its value, which those that count then refuse by name.
fn with_negative_numbers(command: Command) -> Command {
    let takes = |arg: &Arg| !arg.is_positional() && arg.get_action().takes_values();
    let mut command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
    let names: Vec<String> = command.get_subcommands().map(|subcommand| subcommand.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, with_negative_numbers);
    }
    command
}

/// Says of a negative number that none is taken, which Rust calls an invalid digit.
fn explain(mut error: Error) -> Error {
    let negative = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.parse::<i128>().is_ok_and(|value| value < 0),
        _ => false,
    };
    let digit = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("invalid digit"));
    if error.kind() == ErrorKind::ValueValidation && negative && digit {
        let tip = ContextValue::StyledStrs(vec!["it is a whole number of 0 or more".into()]);
        error.insert(ContextKind::Suggested, tip);
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
            #[arg(long)]
            max_jitter: Option<usize>,
            #[arg(long)]
            seed: Option<i64>,
        },
    }

    #[test]
    fn negative_numbers_are_values() {
        let said = |arguments: &[&str]| {
            let command = with_negative_numbers(<Outer as clap::CommandFactory>::command());
            command.try_get_matches_from(arguments).map_err(|error| explain(error).to_string()).err()
        };
        assert_eq!(said(&["a", "inside", "--seed", "-5"]), None);
        let error = said(&["a", "inside", "--max-jitter", "-5"]).unwrap();
        assert!(
            error.contains("'-5' for '--max-jitter") && error.contains("0 or more") && !error.contains("-- -5"),
            "{error}"
        );
        let error = said(&["a", "inside", "--max-jitter", "five"]).unwrap();
        assert!(!error.contains("0 or more"), "{error}");
    }
}
