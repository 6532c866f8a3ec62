//! `atemoya bench`: which rows a store has, and the note where it lacks them; never how fast
//! anything is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, file, names, refused, run, stderr};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Measures for a moment. Returns the rows that every run has, without those read from disk, and
/// what is said of them.
fn bench(store: &Path, more: &[&str]) -> (BTreeMap<String, Value>, String) {
    let mut command = atemoya();
    command.args(["bench", store.to_str().unwrap(), "--json", "--seconds", "0.5"]).args(more);
    let output = command.output().unwrap();
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    let mut rows: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    for (name, row) in &rows {
        let number = |member: &str| row[member].as_f64().unwrap_or_else(|| panic!("{name}: {row}"));
        // Streaming may need no memory besides its ring.
        assert!(number("value") > 0.0 || name == "private_mb", "{name}: {row}");
        assert!(number("baseline") > 0.0, "{name}: {row}");
        assert!((number("ratio") > 0.0) == (number("value") > 0.0), "{name}: {row}");
        assert_eq!(row.get("goal"), Some(&Value::Null), "{name}: {row}");
        assert_eq!(row.as_object().unwrap().len(), 4, "{name}: {row}");
    }
    let cold = rows.remove("cold_windows").is_some();
    assert_ne!(cold, said.contains("from disk: not measured"), "{said}");
    let first = rows.remove("cold_first_batch_ms").is_some();
    for name in ["cold_feed", "cold_feed_unasked", "cold_feed_read"] {
        let measured = rows.remove(name).is_some();
        assert!(!cold || measured == first, "{name}");
    }
    (rows, said)
}

fn is(rows: &BTreeMap<String, Value>, expected: &[&str]) {
    assert_eq!(rows.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_whole_store_has_all_rows() {
    let store = data().join("demo.atemoya");
    let (rows, _) = bench(&store, &[]);
    let tracks = ["control_control", "signal_signal"];
    let all = ["example", "feed_1", "feed_2", "first_batch_ms", "onehot_f32", "onehot_u8", "private_mb"];
    let mut expected = [&tracks[..], &all].concat();
    expected.sort_unstable();
    is(&rows, &expected);
    let (rows, _) = bench(&store, &["--batch-size", "3", "--in-window", "301", "--out-window", "7", "--signals", ""]);
    is(&rows, &expected);
    let text = run(&["bench", store.to_str().unwrap(), "--seconds", "0.5"]);
    for name in expected {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
    assert!(text.contains("baseline") && !text.contains("goal"), "{text}");
}

#[test]
fn what_a_store_lacks_has_no_row_and_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("tracks.atemoya");
    let path = store.to_str().unwrap();
    run(&["pack", "--signal", &format!("depth={}", file("control.bw")), "--out", path]);
    let (rows, said) = bench(&store, &[]);
    is(&rows, &["signal_depth"]);
    assert!(said.contains("no sequence") && said.contains("no locus index"), "{said}");

    run(&["index", path, "--peaks", &file("peaks.narrowPeak")]);
    assert!(refused(&["bench", path]).contains("--negative-ratio"));
    let (rows, said) = bench(&store, &["--negative-ratio", "0"]);
    is(&rows, &["example", "feed_1", "feed_2", "first_batch_ms", "private_mb", "signal_depth"]);
    assert!(!said.contains("no locus index"), "{said}");

    let store = directory.path().join("genome.atemoya");
    run(&["pack", "--fasta", &file("genome.fa"), "--out", store.to_str().unwrap()]);
    let (rows, said) = bench(&store, &[]);
    is(&rows, &["onehot_f32", "onehot_u8"]);
    assert!(said.contains("no signals or controls"), "{said}");
    assert_eq!(names(directory.path()), ["genome.atemoya", "tracks.atemoya"]);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let store = data().join("demo.atemoya");
    let store = store.to_str().unwrap();
    assert!(refused(&["bench", data().to_str().unwrap()]).contains("not an atemoya store"));
    for (arguments, word) in [
        (["--loci", "nope"], "nope"),
        (["--in-window", "0"], "--in-window"),
        (["--out-window", "0"], "--out-window"),
        (["--seconds", "0"], "--seconds"),
        (["--seconds", "nan"], "--seconds"),
        (["--batch-size", "0"], "--batch-size"),
        (["--max-jitter", "999999"], "use a smaller --in-window, --out-window or --max-jitter"),
    ] {
        let said = refused(&[&["bench", store], &arguments[..]].concat());
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
}

#[test]
#[cfg(unix)]
fn it_ends_when_interrupted() {
    let store = data().join("demo.atemoya");
    // Before the command listens, the signal ends it at once.
    let ended_with_130 = (1..=10).any(|tenths| {
        let mut child = atemoya();
        child.args(["bench", store.to_str().unwrap(), "--seconds", "3600"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(100 * tenths));
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        child.wait().unwrap().code() == Some(130)
    });
    assert!(ended_with_130);
}
