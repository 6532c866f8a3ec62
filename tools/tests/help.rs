//! The help of every command: what each page must have, and its examples, which run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, run, stderr};
use std::path::Path;
use std::process::Command;

const COMMANDS: [&[&str]; 15] = [
    &[],
    &["pack"],
    &["index"],
    &["inspect"],
    &["verify"],
    &["extract"],
    &["sample"],
    &["bench"],
    &["cache"],
    &["cache", "list"],
    &["cache", "prune"],
    &["demo"],
    &["completions"],
    &["man"],
    &["install-skill"],
];

fn help(command: &[&str]) -> String {
    run(&[command, &["--help"]].concat())
}

/// Returns the lines of the examples, which are a script of the shell.
fn examples(command: &[&str]) -> String {
    let help = help(command);
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command:?}: {help}"));
    examples.lines().take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// Copies the simulated data set, which examples may add to.
fn copy_of_data(to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(data()).arg(to).status().unwrap();
    assert!(copied.success());
}

#[test]
fn the_list_of_commands_is_complete() {
    for parent in [&[][..], &["cache"]] {
        let help = help(parent);
        let (_, listed) = help.split_once("\nCommands:\n").unwrap();
        let names = listed.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
        let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
        let mut expected: Vec<&str> = COMMANDS
            .iter()
            .filter(|command| command.len() == parent.len() + 1 && command.starts_with(parent))
            .map(|command| command[parent.len()])
            .collect();
        expected.push("help");
        assert_eq!(names, expected);
    }
}

#[test]
fn every_page_is_complete_and_fits() {
    for command in COMMANDS {
        let help = help(command);
        let name = [&["atemoya"], command].concat().join(" ");
        assert!(help.contains(&format!("\nUsage: {name} ")), "{help}");
        assert!(help.contains("-q, --quiet"), "{help}");
        assert!(!help.contains("__main__"), "{help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
        for line in examples(command).lines() {
            // An example is not wrapped in a terminal of 84 columns.
            assert!(line.starts_with("  ") && line.chars().count() <= 84, "{name}: {line}");
        }
    }
}

#[test]
fn every_example_runs() {
    let directory = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_atemoya")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        std::iter::once(bin).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let path = path.unwrap();
    for command in COMMANDS {
        let here = directory.path().join(if command.is_empty() { "all".to_owned() } else { command.join("-") });
        copy_of_data(&here);
        let home = here.join("home");
        std::fs::create_dir(&home).unwrap();
        let script = examples(command);
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &script]).current_dir(&here).env("PATH", &path).env("HOME", &home);
        let output = shell.env_remove("ATEMOYA_CACHE").env_remove("XDG_CACHE_HOME").output().unwrap();
        assert!(output.status.success(), "{script}\n{}", stderr(&output));
        assert!(!stderr(&output).contains("warning: "), "{script}\n{}", stderr(&output));
    }
}

#[test]
fn it_is_coloured_when_that_is_asked_for() {
    let help = |name: &str, value: &str| {
        let mut command = atemoya();
        command.arg("--help").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, value);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(!help("NO_COLOR", "1").contains('\u{1b}'));
    assert!(help("CLICOLOR_FORCE", "1").contains("\u{1b}["));
    let fails = |name: &str| {
        let mut command = atemoya();
        command.args(["verify", "nothing"]).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, "1");
        stderr(&command.output().unwrap())
    };
    assert!(fails("NO_COLOR").starts_with("atemoya: nothing"), "{}", fails("NO_COLOR"));
    assert!(fails("CLICOLOR_FORCE").starts_with("\u{1b}["), "{}", fails("CLICOLOR_FORCE"));
}
