//! Groups of tracks on the command line: `--signal NAME=FILE...`, as in
//! `--signal atac=plus.bw,minus.bw` or `--signal atac=plus.bw minus.bw`.

use crate::files;
use clap::builder::OsStringValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A group's name and the files of its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) paths: Vec<PathBuf>,
}

/// The groups of all `--signal` and of all `--control`.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    pub(super) signals: Vec<Group>,
    pub(super) controls: Vec<Group>,
}

const SIGNAL: &str = "signal";
const CONTROL: &str = "control";

/// Returns the groups of one occurrence of an option. A value without a group's name adds channels
/// to the group before.
fn groups<'a>(values: impl Iterator<Item = &'a OsStr>) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    for value in values {
        match (cut(value), groups.last_mut()) {
            // The name of an existing file may look like a group.
            (Some((_, _)), Some(group)) if std::path::Path::new(value).is_file() => group.paths.push(value.into()),
            (Some((name, files)), _) => {
                let name = name.to_str().ok_or_else(|| format!("the name of the group {name:?} is not UTF-8"))?;
                if name.is_empty() {
                    return Err(format!("the name before = is missing in {value:?}"));
                }
                let paths =
                    files::split(files).map_err(|message| format!("{name:?}: {message}: write NAME=FILE..."))?;
                groups.push(Group { name: name.into(), paths });
            }
            (None, Some(group)) => group.paths.extend(files::split(value)?),
            (None, None) => {
                return Err(format!(
                    "{value:?} names no group: write NAME=FILE, or NAME=PLUS,MINUS for a stranded pair"
                ));
            }
        }
    }
    Ok(groups)
}

/// Cuts a value at its first `=`.
fn cut(value: &OsStr) -> Option<(&OsStr, &OsStr)> {
    let bytes = value.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..at]), OsStr::from_bytes(&bytes[at + 1..])))
}

fn option(name: &'static str, help: &'static str) -> Arg {
    let parser = OsStringValueParser::new();
    let arg = Arg::new(name).long(name).value_name("NAME=FILE").num_args(1..).action(ArgAction::Append);
    arg.value_parser(parser).help(help)
}

impl clap::Args for Groups {
    fn augment_args(command: Command) -> Command {
        let signal = "A group of signal tracks, in bigWig files. NAME=PLUS,MINUS (or NAME=PLUS MINUS) is a \
                      stranded pair, whose channels swap under reverse complement. Repeat for more groups";
        command
            .arg(option(SIGNAL, signal))
            .arg(option(CONTROL, "A group of control tracks, written as for --signal. Repeat for more groups"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Groups {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Groups, clap::Error> {
        let of = |name: &str| -> Result<Vec<Group>, clap::Error> {
            let mut all = Vec::new();
            for values in matches.get_occurrences::<OsString>(name).into_iter().flatten() {
                let error = |message| clap::Error::raw(ErrorKind::ValueValidation, format!("--{name}: {message}\n"));
                all.extend(groups(values.map(OsString::as_os_str)).map_err(error)?);
            }
            Ok(all)
        };
        Ok(Groups { signals: of(SIGNAL)?, controls: of(CONTROL)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, FromArgMatches};

    fn parse(arguments: &[&str]) -> Result<Groups, clap::Error> {
        let arguments = ["pack"].iter().chain(arguments).map(|argument| OsStr::new(*argument).to_owned());
        let command = Groups::augment_args(Command::new("pack"));
        command.try_get_matches_from(arguments).and_then(|matches| Groups::from_arg_matches(&matches))
    }

    fn group(name: &str, paths: &[&str]) -> Group {
        Group { name: name.into(), paths: paths.iter().map(PathBuf::from).collect() }
    }

    #[test]
    fn names_and_files() {
        for arguments in [
            &["--signal", "atac=p.bw,m.bw", "--control", "in=c=1.bw", "--signal", "b=x.bw"][..],
            &["--signal", "atac=p.bw", "m.bw", "--signal", "b=x.bw", "--control", "in=c=1.bw"],
            &["--signal", "atac=p.bw", "m.bw", "b=x.bw", "--control=in=c=1.bw"],
        ] {
            let groups = parse(arguments).unwrap();
            assert_eq!(groups.signals, [group("atac", &["p.bw", "m.bw"]), group("b", &["x.bw"])], "{arguments:?}");
            assert_eq!(groups.controls, [group("in", &["c=1.bw"])], "{arguments:?}");
        }
        for bad in ["a.bw", "=a.bw", "a=", "a=,b.bw", "a=b.bw,"] {
            assert!(parse(&["--signal", bad]).is_err(), "{bad}");
            // A value of another occurrence is never a channel of the group before.
            assert!(parse(&["--signal", "x=y.bw", "--signal", bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_that_looks_like_a_group_is_a_channel() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x=1.bw");
        std::fs::write(&path, "").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(parse(&["--signal", "a=p.bw", path]).unwrap().signals, [group("a", &["p.bw", path])]);
    }

    #[test]
    fn files_need_not_be_utf_8() {
        let value = OsStr::from_bytes(b"a=\xff.bw");
        let of = groups([value].into_iter()).unwrap();
        assert_eq!(of[0].paths[0].as_os_str().as_bytes(), b"\xff.bw");
        assert!(groups([OsStr::from_bytes(b"\xff=a.bw")].into_iter()).is_err());
    }
}
