//! Reports as JSON, whose members programs rely on, and what `--quiet` leaves out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, file, index_arguments, pack_arguments, run, stderr};
use serde_json::{Value, json};
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a command with --json, and returns what it printed.
fn report(arguments: &[&str]) -> Value {
    serde_json::from_str(&run(&[arguments, &["--json"]].concat())).unwrap()
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value}")).keys().map(String::as_str).collect()
}

fn all(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn every_report_has_the_members_that_its_help_names() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.atemoya");
    let packed = report(&all(&pack_arguments(&store)));
    assert_eq!(members(&packed), ["bases", "bytes", "contigs", "notes", "path", "sequence", "tracks", "warnings"]);
    assert_eq!((&packed["bases"], &packed["tracks"], &packed["sequence"]), (&json!(600_000), &json!(3), &json!(true)));
    assert_eq!(packed["path"], text(&store));

    let indexed = report(&all(&index_arguments(&store)));
    assert_eq!(members(&indexed), ["ledger", "path", "warnings"]);
    assert_eq!(indexed["ledger"], report(&["inspect", text(&store), "--loci"])["default"]["ledger"]);
    assert_eq!(members(&indexed["ledger"]), ["contigs", "files", "roles"]);

    let verified = report(&["verify", text(&store)]);
    assert_eq!(members(&verified), ["bytes", "files", "loci", "path", "tiles"]);
    assert_eq!(verified["bytes"], packed["bytes"]);
    let total = |role: &str| indexed["ledger"]["roles"][role]["total"].as_u64().unwrap();
    assert_eq!(verified["loci"], total("peaks") + total("negatives"));

    let out = directory.path().join("x.npy");
    let region = ["extract", text(&store), "--contig", "chr1", "--end", "20", "--out", text(&out), "--force"];
    let sequence = report(&[&region[..], &["--sequence"]].concat());
    assert_eq!(sequence, json!({"path": text(&out), "dtype": "u8", "shape": [4, 20]}));
    let track = report(&[&region[..], &["--track", "control"]].concat());
    assert_eq!(track, json!({"path": text(&out), "dtype": "f32", "shape": [20]}));

    let out = directory.path().join("x.safetensors");
    let sampled = report(&["sample", text(&store), "--count", "5", "--out", text(&out)]);
    assert_eq!(members(&sampled), ["epoch", "examples", "ledger", "of", "path", "warnings"]);
    assert_eq!((&sampled["examples"], &sampled["epoch"]), (&json!(5), &json!(0)));
    assert_eq!(sampled["ledger"], indexed["ledger"]["roles"]);

    let demo = report(&["demo", "--bases", "600000"]);
    let steps = ["epoch", "index", "memcpy", "open", "pack", "select", "simulate", "verify"];
    assert_eq!(members(&demo), steps);
    for step in steps {
        assert!(demo[step]["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{demo}");
    }
    assert!(demo["epoch"]["examples_per_second"].as_f64().is_some_and(|rate| rate > 0.0), "{demo}");

    let cache = directory.path().join("cache");
    let pruned = report(&["cache", "prune", "--all", "--dir", text(&cache)]);
    assert_eq!(pruned, json!({"stores": [], "bytes": 0, "dry_run": false}));
}

#[test]
fn quiet_leaves_out_notes_and_keeps_warnings_and_errors() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let said = |arguments: &[&str]| {
        let output = atemoya().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        (String::from_utf8_lossy(&output.stdout).into_owned(), stderr(&output))
    };
    let store = file("demo.atemoya");
    let sample = |more: &[&str]| {
        said(&[&["sample", &store, "--count", "2", "--force", "--out", &at("x.safetensors")], more].concat())
    };
    let (printed, noted) = sample(&[]);
    assert!(noted.contains(" kept"), "{noted}");
    assert_eq!(sample(&["-q"]), (printed.clone(), String::new()));
    let first = ["--quiet", "sample", &store, "--count", "2", "--force", "--out", &at("x.safetensors")];
    assert_eq!(said(&first), (printed, String::new()));
    // Peaks with summits that are not used are warned of.
    let (_, warned) = said(&["index", &store, "--name", "q", "--peaks", &file("peaks.narrowPeak"), "-q"]);
    assert!(warned.starts_with("warning: ") && warned.contains("--summits"), "{warned}");
    let output = atemoya().args(["-q", "verify", "nothing"]).output().unwrap();
    assert!(stderr(&output).starts_with("atemoya: nothing"), "{}", stderr(&output));
}

#[test]
fn lists_are_given_with_commas_or_spaces() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let store = at("s.atemoya");
    run(&["pack", "--fasta", &file("genome.fa"), "--contigs", "chr1", "chr2", "--out", &store]);
    let packed: Value = serde_json::from_str(&run(&["inspect", &store, "--json"])).unwrap();
    assert_eq!(packed["contigs"].as_array().map(Vec::len), Some(2));
    let peaks = file("peaks.narrowPeak");
    for (name, chroms) in [("a", &["chr1,chr2"][..]), ("b", &["chr1", "chr2"]), ("c", &["chr1", "--chroms", "chr2"])] {
        run(&[&["index", &store, "--name", name, "--summits", "--peaks", &peaks, "--chroms"], chroms].concat());
    }
    let loci: Value = serde_json::from_str(&run(&["inspect", &store, "--json"])).unwrap();
    for index in loci["loci"].as_array().unwrap() {
        assert_eq!(index["options"]["chroms"], json!(["chr1", "chr2"]), "{index}");
    }
}
