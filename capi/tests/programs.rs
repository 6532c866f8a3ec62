//! The C programs that use the C interface, rightly, wrongly, and from many threads: built as C and
//! as C++, and run plainly, under valgrind and with the compiler's sanitizers. What they print must
//! be what the library gives in Rust.
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
use compiler::{Language, fails, run, source, under_valgrind};
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
    expected::parameters_matter(&Store::open(&path).unwrap(), &list);
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

/// Builds and runs a program that checks everything itself, over the store of the tests.
fn checks_itself(name: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    in_every_way(name, directory.path(), &[&path]);
}

#[test]
fn gathered_windows_are_those_of_batches() {
    checks_itself("right_gather");
}

#[test]
fn dlpack_tensors_keep_their_memory() {
    checks_itself("right_dlpack");
}

#[test]
fn wrong_handles_and_null_are_refused() {
    checks_itself("wrong_store_handles");
    checks_itself("wrong_loader_handles");
}

#[test]
fn wrong_values_are_refused() {
    checks_itself("wrong_values");
}

#[test]
fn wrong_options_are_refused() {
    checks_itself("wrong_options");
}

#[test]
fn wrong_order_is_refused() {
    checks_itself("wrong_order");
}

#[test]
fn wrong_states_are_refused() {
    checks_itself("wrong_states");
}

#[test]
fn wrong_and_damaged_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    let [damaged, broken] = expected::damaged(&path);
    let list = expected::bad_list(directory.path());
    in_every_way("wrong_files", directory.path(), &[&path, &damaged, &broken, &list]);
}

/// A child process works on all cores as its parent did.
#[test]
fn a_forked_process_uses_the_library_too() {
    checks_itself("forked");
}

/// Of what a device is asked, all comes to the same refusal.
#[test]
fn without_a_driver_a_device_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    in_every_way("device", directory.path(), &[&path, Path::new("no-driver")]);
}

/// On the emulator, a device's batches hold what the host's do. Valgrind does not have the
/// addresses that the emulator takes for the memory of its devices.
#[test]
fn on_the_emulator_a_device_gives_what_the_host_gives() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store(directory.path());
    std::fs::copy(compiler::built("libcuda_emu.so"), directory.path().join("libcuda.so")).unwrap();
    let file = source("capi/tests/c/device.c");
    for language in Language::ALL.into_iter().filter(|language| language.is_there()) {
        let program = language.build(&file, directory.path());
        let mut commands = vec![Command::new(&program)];
        if language == Language::C11 {
            commands.extend(language.build_sanitized(&file, directory.path()).map(Command::new));
        }
        for mut command in commands {
            command.arg(&path).arg("emulator");
            command.env("LD_LIBRARY_PATH", directory.path()).env("CUDA_EMU_MODE", "eager");
            run(command, directory.path());
        }
    }
}

/// The examples work with the store of the tests, as they are in the documentation.
#[test]
fn the_examples_build_and_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = expected::store_with_one_index(directory.path());
    for language in Language::ALL.into_iter().filter(|language| language.is_there()) {
        let [feed, gather] = ["train_feed", "gather_windows"]
            .map(|name| language.build(&source(&format!("examples/c/{name}.c")), directory.path()));
        let mut command = Command::new(&feed);
        command.arg(&path);
        let printed = run(command, directory.path());
        assert!(printed.ends_with("resumed with the batch that came after the checkpoint\n"), "{printed}");
        let mut command = Command::new(&gather);
        command.arg(&path).args(["chrA:100", "chrB:-7-"]);
        let printed = run(command, directory.path());
        assert!(printed.contains("chrA:100\n") && printed.contains("channel 2: "), "{printed}");
        // What goes wrong is said.
        for program in [&feed, &gather] {
            let mut command = Command::new(program);
            command.args(["/no/such/store", "chrA:1"].into_iter().take(if program == &feed { 1 } else { 2 }));
            let said = fails(command, directory.path());
            assert!(said.contains("/no/such/store: not an atemoya store"), "{said}");
        }
    }
}
