//! A small simulated data set, made once by the command itself, and how the tests call the command.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "test helpers")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Returns the command under test.
pub fn atemoya() -> Command {
    Command::new(env!("CARGO_BIN_EXE_atemoya"))
}

/// Runs the command, which must succeed, and returns its standard output.
pub fn run(arguments: &[&str]) -> String {
    let output = atemoya().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the command, which must fail with status 1, and returns what it said.
pub fn refused(arguments: &[&str]) -> String {
    let output = atemoya().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
    let said = stderr(&output);
    assert!(said.lines().any(|line| line.starts_with("atemoya: ")), "{arguments:?}: {said}");
    said
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Returns the shared real data, or `None` on a machine that does not have it. In CI it must be
/// there.
pub fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("ATEMOYA_SHARED").map_or(beside, PathBuf::from);
    if path.join("data").is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing, and CI must run the tests on real data", path.display());
    // Not `eprintln`, which the test harness hides when the test passes.
    let _ = writeln!(std::io::stderr(), "skipped: there is no real data at {}", path.display());
    None
}

/// Returns the directory of the simulated files and of `demo.atemoya`.
pub fn data() -> &'static Path {
    static DATA: OnceLock<PathBuf> = OnceLock::new();
    DATA.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(concat!("demo-", env!("CARGO_CRATE_NAME")));
        let _ = std::fs::remove_dir_all(&path);
        let output = atemoya().args(["demo", "--bases", "600000", "--keep"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        path
    })
}

/// Returns a file of the data set, as text.
pub fn file(name: &str) -> String {
    data().join(name).to_str().unwrap().to_owned()
}

/// Returns the arguments that pack the data set into `out`.
pub fn pack_arguments(out: &Path) -> Vec<String> {
    let signal = format!("signal={},{}", file("signal.plus.bw"), file("signal.minus.bw"));
    let control = format!("control={}", file("control.bw"));
    let fixed = ["pack", "--fasta", &file("genome.fa"), "--signal", &signal, "--control", &control, "--out"];
    fixed.iter().map(|s| (*s).to_owned()).chain([out.to_str().unwrap().to_owned()]).collect()
}

/// Returns the arguments that index the data set's loci in `store`.
pub fn index_arguments(store: &Path) -> Vec<String> {
    let fixed = ["index", store.to_str().unwrap(), "--peaks", &file("peaks.narrowPeak"), "--summits"];
    let negatives = ["--negatives".to_owned(), file("negatives.bed")];
    fixed.iter().map(|s| (*s).to_owned()).chain(negatives).collect()
}

/// Returns the names in a directory, hidden ones included, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
