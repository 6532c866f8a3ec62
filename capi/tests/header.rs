//! The header against the library and the tests: the library exports its functions and nothing
//! else, and the C programs call each of them rightly and wrongly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod compiler;

use compiler::{built, skipped, source};
use std::collections::BTreeSet;
use std::process::Command;

/// The names of the functions that a text calls or declares, without what stands in comments of the
/// header.
fn functions(text: &str) -> BTreeSet<String> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//") && !line.starts_with(" *")) {
        for (at, _) in line.match_indices("atemoya_") {
            let name: String = line[at..].chars().take_while(|&letter| is_name(letter)).collect();
            if line[at + name.len()..].starts_with('(') && !line[..at].ends_with(is_name) {
                found.insert(name);
            }
        }
    }
    found
}

fn header() -> BTreeSet<String> {
    let found = functions(&std::fs::read_to_string(source("include/atemoya.h")).unwrap());
    assert!(found.len() > 100 && found.contains("atemoya_store_open"), "{found:?}");
    found
}

/// What the C programs call whose names begin so.
fn called(beginnings: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(source("capi/tests/c")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if beginnings.iter().any(|beginning| name.starts_with(beginning)) {
            found.extend(functions(&std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn the_library_exports_the_functions_of_the_header_and_nothing_else() {
    let Ok(output) = Command::new("nm").args(["-D", "--defined-only"]).arg(built("libatemoya_c.so")).output() else {
        return skipped("there is no nm");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let symbols = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<String> =
        symbols.lines().map(|line| line.split_whitespace().last().unwrap().to_owned()).collect();
    assert_eq!(exported, header());
}

#[test]
fn every_function_is_called_rightly_and_wrongly() {
    let functions = header();
    let rightly = called(&["right_", "device", "feed.h", "check.h"]);
    let missing: Vec<_> = functions.difference(&rightly).collect();
    assert!(missing.is_empty(), "never called rightly: {missing:?}");
    // These take nothing, so that there is no wrong way.
    let only_right =
        ["atemoya_abi_version", "atemoya_abi_revision", "atemoya_version", "atemoya_has_cuda"].map(str::to_owned);
    let wrongly = &called(&["wrong_"]) | &BTreeSet::from(only_right);
    let missing: Vec<_> = functions.difference(&wrongly).collect();
    assert!(missing.is_empty(), "never called wrongly: {missing:?}");
}
