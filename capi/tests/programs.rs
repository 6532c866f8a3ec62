//! The C programs that use the C interface, rightly, wrongly, and from many threads: built as C and as C++, and run plainly, under valgrind and
//! with the compiler's sanitizers. What they print must be what the library gives in Rust.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "../../tests/common"]
#[allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, reason = "each test uses a part of it")]
mod common {
    pub mod bigwigs;
    pub mod inputs;
    pub mod stores;
}
mod compiler;
mod expected;

use atemoya::Store;
use compiler::{Language, run, source, under_valgrind};
use std::path::Path;
use std::process::Command;

/// Builds and runs a program in every way. Returns what it printed in each.
fn in_every_way(name: &str, directory: &Path, arguments: &[&Path]) -> Vec<(String, String)> {
    let file = source(&format!("capi/tests/c/{name}.c"));
    let mut printed = Vec::new();
    let mut run = |way: String, mut command: Command| {
        command.args(arguments);
        printed.push((way, run(command, directory)));
    };
    for language in Language::ALL.into_iter().filter(|language| language.is_there()) {
        let program = language.build(&file, directory);
        run(format!("{language:?}"), Command::new(&program));
        if language == Language::C11 {
            under_valgrind(&program).into_iter().for_each(|command| run("valgrind".to_owned(), command));
            let sanitized = language.build_sanitized(&file, directory);
            sanitized.into_iter().for_each(|program| run("sanitizers".to_owned(), Command::new(program)));
        }
    }
    printed
}

/// Says the first line that differs.
fn same(printed: &[(String, String)], expected: &str) {
    for (way, printed) in printed {
        for (number, (got, wanted)) in (1..).zip(printed.lines().zip(expected.lines())) {
            assert_eq!(got, wanted, "{way}, line {number}");
        }
        assert_eq!(printed.lines().count(), expected.lines().count(), "{way}");
    }
}

#[test]
fn right_use_gives_what_rust_gives() {
    let directory = tempfile::tempdir().unwrap();
    let (path, list) = (expected::store(directory.path()), expected::exclusion_list(directory.path()));
    let printed = in_every_way("right_use", directory.path(), &[&path, &list]);
    same(&printed, &expected::of_right_use(&Store::open(path).unwrap(), &list));
}

#[test]
fn all_ways_to_the_same_bytes_agree() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    let printed = in_every_way("right_streams", directory.path(), &[&path]);
    same(&printed, &expected::of_right_streams(&Store::open(path).unwrap()));
}

#[test]
fn threads_get_what_one_gets() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    let printed = in_every_way("threads", directory.path(), &[&path]);
    same(&printed, &expected::of_threads(&Store::open(path).unwrap()));
}
