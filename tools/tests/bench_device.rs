//! `atemoya bench --device` on an emulator of the driver, and without any driver; never how fast
//! anything is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, file, refused, run, stderr};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::Output;
use tempfile::TempDir;

/// All rows but that of the kernel, since the emulator has no clock.
const ROWS: [&str; 7] =
    ["device_bytes", "device_compact", "device_dense", "h2d_compact", "h2d_dense", "waited_compact", "waited_dense"];

/// Returns a directory in which the emulator has the driver's name.
fn driver() -> TempDir {
    let emulator = std::env::current_exe().unwrap().with_file_name("libcuda_emu.so");
    assert!(emulator.exists(), "{} is missing: build cuda-emu", emulator.display());
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(emulator, directory.path().join("libcuda.so")).unwrap();
    directory
}

fn demo() -> PathBuf {
    data().join("demo.atemoya")
}

fn on_emulator(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let driver = driver();
    let mut command = atemoya();
    command.args(["bench", demo().to_str().unwrap(), "--seconds", "0.3", "--batch-size", "7"]).args(arguments);
    command.env("LD_LIBRARY_PATH", driver.path()).env("CUDA_EMU_MODE", "eager").envs(settings.iter().copied());
    let output = command.output().unwrap();
    assert!(!stderr(&output).contains("VIOLATION"), "{}", stderr(&output));
    output
}

#[test]
fn it_has_all_rows_as_json() {
    let output = on_emulator(&["--device", "0", "--json", "--in-window", "301", "--out-window", "101"], &[]);
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    let rows: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows.keys().map(String::as_str).collect::<Vec<_>>(), ROWS);
    for (name, row) in &rows {
        for member in ["value", "baseline", "ratio"] {
            assert!(row[member].as_f64().is_some_and(|number| number > 0.0), "{name}: {row}");
        }
        assert_eq!(row.get("goal"), Some(&Value::Null), "{name}: {row}");
    }
    let number = |name: &str, member: &str| rows[name][member].as_f64().unwrap();
    // 5 words of bits for each of four channels in place of 301 bytes, and tracks of one byte in
    // place of four.
    assert!(number("device_bytes", "ratio") < 0.5, "{rows:?}");
    for name in ["waited_compact", "waited_dense"] {
        assert!(number(name, "ratio") <= 1.0, "it cannot wait for longer than all time: {rows:?}");
    }
    assert!(said.contains("kernel_us: not timed"), "{said}");
    assert!(said.contains("device 0: ") && said.contains("never seen these numbers"), "{said}");
}

#[test]
fn it_has_all_rows_as_text() {
    let output = on_emulator(&["--device", "0", "--in-window", "301", "--out-window", "101"], &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for name in ROWS {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn without_a_driver_or_the_device_it_says_so_before_it_measures() {
    let refused_by_emulator = |settings: &[(&str, &str)]| {
        let output = on_emulator(&["--device", "2"], settings);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{}", stderr(&output));
        stderr(&output)
    };
    assert!(refused_by_emulator(&[("CUDA_EMU_DEVICES", "2")]).contains("there are 2, and their numbers start at 0"));
    assert!(refused_by_emulator(&[("CUDA_EMU_DEVICES", "0")]).contains("there is none"));

    // Of a device that no machine has, so that one with a driver says much the same.
    let store = demo();
    let output = atemoya().args(["bench", store.to_str().unwrap(), "--device", "4096"]).output().unwrap();
    let said = stderr(&output);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
    let line = said.lines().find(|line| line.starts_with("atemoya: ")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("driver") || line.contains("device"), "{line}");
    let _ = writeln!(std::io::stderr(), "bench --device here: {line}");
}

#[test]
fn a_store_without_loci_has_nothing_for_a_device() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("genome.atemoya");
    let store = store.to_str().unwrap();
    run(&["pack", "--fasta", &file("genome.fa"), "--out", store]);
    let driver = driver();
    let mut command = atemoya();
    command.args(["bench", store, "--device", "0"]).env("LD_LIBRARY_PATH", driver.path());
    let output = command.env("CUDA_EMU_MODE", "eager").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("index"), "{}", stderr(&output));
    assert!(refused(&["bench", store, "--device", "4096"]).contains("atemoya: "));
}

#[test]
fn its_help_says_what_was_never_done() {
    let help: String = run(&["bench", "--help"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("--device <N>") && help.contains("It needs a GPU"), "{help}");
    assert!(help.contains("was never run or timed on one"), "{help}");
}
