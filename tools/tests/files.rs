//! How files are given to the command, and what it says of files that it does not take.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, file, refused, run, stderr};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Returns what the command says when it does not even begin.
fn wrong(arguments: &[&str]) -> String {
    let output = atemoya().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    stderr(&output)
}

/// Packs tracks and indexes peaks, and returns what the store says of them.
fn inspected(directory: &Path, pack: &[&str], peaks: &[&str]) -> Value {
    let store = directory.join("s.atemoya");
    let _ = fs::remove_dir_all(&store);
    run(&[&["pack", "--out", text(&store)], pack].concat());
    run(&[&["index", text(&store)], peaks].concat());
    serde_json::from_str(&run(&["inspect", text(&store), "--json"])).unwrap()
}

#[test]
fn several_files_are_given_in_any_way() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (plus, minus) = (file("signal.plus.bw"), file("signal.minus.bw"));
    for (name, to) in
        [(&plus, "p,1.bw"), (&minus, "m.bw"), (&file("peaks.narrowPeak"), "a,b.bed"), (&file("negatives.bed"), "c.bed")]
    {
        fs::copy(name, at(to)).unwrap();
    }
    let mut all = Vec::new();
    for (signal, peaks) in [
        (
            vec![format!("--signal=s={},{}", at("p,1.bw"), at("m.bw"))],
            vec![format!("--peaks={},{}", at("a,b.bed"), at("c.bed"))],
        ),
        (
            vec!["--signal".into(), format!("s={}", at("p,1.bw")), at("m.bw")],
            vec!["--peaks".into(), at("a,b.bed"), at("c.bed")],
        ),
        (
            vec!["--signal".into(), format!("s={}", at("p,1.bw")), at("m.bw")],
            vec!["--peaks".into(), at("a,b.bed"), "--peaks".into(), at("c.bed")],
        ),
    ] {
        let signal: Vec<&str> = signal.iter().map(String::as_str).collect();
        let peaks: Vec<&str> = peaks.iter().map(String::as_str).collect();
        let said = inspected(directory.path(), &signal, &peaks);
        assert_eq!(said["groups"][0]["tracks"].as_array().map(Vec::len), Some(2), "{said}");
        all.push((said["groups"].clone(), said["loci"].clone()));
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    // A channel is never taken from an option of its own.
    let said = wrong(&["pack", "--out", &at("x"), "--signal", &format!("s={}", at("m.bw")), "--signal", &at("m.bw")]);
    assert!(said.contains("names no group") && said.contains("NAME=FILE"), "{said}");
    // The store stands in front: behind --peaks it would be another file of peaks.
    let said = wrong(&["index", "--peaks", &at("c.bed"), &at("s.atemoya")]);
    assert!(said.contains("<STORE>") && said.contains("index <STORE> --peaks"), "{said}");
}

#[test]
fn names_of_files_need_not_be_utf_8() {
    let directory = tempfile::tempdir().unwrap();
    let name = |bytes: &[u8]| directory.path().join(OsStr::from_bytes(bytes));
    fs::copy(file("control.bw"), name(b"c\xff.bw")).unwrap();
    fs::copy(file("peaks.narrowPeak"), name(b"p\xfe.bed")).unwrap();
    fs::create_dir(name(b"d\xfd")).unwrap();
    let store = name(b"d\xfd").join("s.atemoya");
    let mut signal = OsString::from("s=");
    signal.push(name(b"c\xff.bw"));
    let done = atemoya().args(["pack", "--signal"]).arg(signal).arg("--out").arg(&store).output().unwrap();
    assert!(done.status.success(), "{}", stderr(&done));
    let done = atemoya().arg("index").arg(&store).arg("--peaks").arg(name(b"p\xfe.bed")).output().unwrap();
    assert!(done.status.success(), "{}", stderr(&done));
    let shown = atemoya().arg("inspect").arg(&store).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("c\\xff.bw"), "{shown:?}");
}

#[test]
fn urls_and_misleading_names_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let url = "https://example.org/x";
    for arguments in [
        &["pack", "--out", &at("s"), "--fasta", url][..],
        &["pack", "--out", &at("s"), "--signal", &format!("s={url}")],
        &["pack", "--out", &at("s"), "--chrom-sizes", url, "--signal", &format!("s={}", file("control.bw"))],
        &["pack", "--out", "s3://bucket/s.atemoya", "--signal", &format!("s={}", file("control.bw"))],
        &["index", &file("demo.atemoya"), "--name", "x", "--peaks", url],
        &[
            "index",
            &file("demo.atemoya"),
            "--name",
            "x",
            "--peaks",
            &file("peaks.narrowPeak"),
            "--negatives",
            "gs://b/x",
        ],
        &["sample", &file("demo.atemoya"), "--exclusion-lists", url, "--out", &at("x")],
        &["sample", &file("demo.atemoya"), "--out", "s3://bucket/x"],
        &["inspect", "s3://bucket/s.atemoya"],
        &["verify", "file:///data/s.atemoya"],
    ] {
        let said = refused(arguments);
        assert!(said.contains("URL"), "{arguments:?}: {said}");
    }
    let store = file("demo.atemoya");
    let said = refused(&["sample", &store, "--out", &at("b.npz")]);
    assert!(said.contains("b.npz") && said.contains("b.safetensors"), "{said}");
    let extract = |more: &[&str]| refused(&[&["extract", &store, "--sequence"], more].concat());
    let said = extract(&["--contig", "chr1", "--out", &at("b.npz")]);
    assert!(said.contains("b.npy"), "{said}");
    let said = extract(&["--contig", "chr1:101-200", "--out", &at("b.npy")]);
    assert!(said.contains("--contig chr1 --start 100 --end 200"), "{said}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn negative_numbers_are_refused_as_what_they_are() {
    let said = wrong(&["sample", "x", "--out", "y", "--max-jitter", "-5"]);
    assert!(said.contains("'-5' for '--max-jitter") && said.contains("0 or more") && !said.contains("-- -5"), "{said}");
    let said = wrong(&["pack", "--out", "y", "--threads", "-1"]);
    assert!(said.contains("'-1' for '--threads"), "{said}");
}

/// All tracks are open at once, and the soft limit is often 1,024 or 256 files.
#[test]
fn more_tracks_than_the_soft_limit_of_open_files() {
    let directory = tempfile::tempdir().unwrap();
    let pack = |limit: &str, out: &str| {
        let files = vec![file("control.bw"); 300].join(",");
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("ulimit {limit} && exec \"$@\""),
            "sh",
            env!("CARGO_BIN_EXE_atemoya"),
            "pack",
            "--signal",
        ]);
        command.arg(format!("many={files}")).arg("--out").arg(directory.path().join(out)).output().unwrap()
    };
    let done = pack("-S -n 200", "s.atemoya");
    assert!(done.status.success(), "{}", stderr(&done));
    let done = pack("-n 200", "t.atemoya");
    assert!(!done.status.success());
    assert!(stderr(&done).contains("300 files must be open at once"), "{}", stderr(&done));
}
