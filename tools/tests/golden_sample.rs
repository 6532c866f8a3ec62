//! What `atemoya pack`, `index` and `sample --order cherimoya` write, byte by byte against
//! cherimoya's batches.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{run, shared};
use safetensors::SafeTensors;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

const CASES: [&str; 5] = ["controls_groups", "interleaved_counts", "peaks_only", "plain_odd_windows", "stranded"];

/// Returns a file of the yeast data or a list of them, as the command takes them.
fn files(yeast: &Path, value: &Value) -> String {
    let path = |value: &Value| yeast.join(value.as_str().unwrap()).to_str().unwrap().to_owned();
    match value {
        Value::Array(files) => files.iter().map(path).collect::<Vec<_>>().join(","),
        file => path(file),
    }
}

fn call(command: &str, options: &[String]) {
    run(&[command].into_iter().chain(options.iter().map(String::as_str)).collect::<Vec<_>>());
}

/// Returns the options of a command that a case's arguments name, in the same words.
fn options(args: &Value, names: &[&str]) -> Vec<String> {
    let given = names.iter().filter(|name| !args[**name].is_null());
    given.flat_map(|name| [format!("--{}", name.replace('_', "-")), args[*name].to_string()]).collect()
}

#[test]
fn sampled_batches_are_cherimoyas() {
    let Some(shared) = shared() else { return };
    let yeast = shared.join("data/yeast");
    for name in CASES {
        let golden = shared.join("golden/batches").join(name);
        let case: Value = serde_json::from_slice(&fs::read(golden.with_extension("json")).unwrap()).unwrap();
        let args = &case["args"];
        let bytes = fs::read(golden.with_extension("safetensors")).unwrap();
        let expected = SafeTensors::deserialize(&bytes).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("s.atemoya").to_str().unwrap().to_owned();

        let mut pack = vec!["--out".to_owned(), store.clone(), "--fasta".to_owned(), files(&yeast, &args["sequences"])];
        for role in ["signal", "control"] {
            for (i, group) in args[format!("{role}s")].as_array().into_iter().flatten().enumerate() {
                pack.extend([format!("--{role}"), format!("{role}{i}={}", files(&yeast, group))]);
            }
        }
        call("pack", &pack);

        let chroms: Vec<&str> = args["chroms"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
        let mut index = vec![store.clone(), "--chroms".to_owned(), chroms.join(",")];
        for role in ["peaks", "negatives"] {
            if !args[role].is_null() {
                index.extend([format!("--{role}"), files(&yeast, &args[role])]);
            }
        }
        index.extend((args["summits"] == true).then(|| "--summits".to_owned()));
        call("index", &index);

        let numbers = ["in_window", "out_window", "max_jitter", "negative_ratio", "min_counts", "max_counts"];
        let mut sample = options(args, &[&numbers[..], &["random_state"]].concat());
        if !args["exclusion_lists"].is_null() {
            sample.extend(["--exclusion-lists".to_owned(), files(&yeast, &args["exclusion_lists"])]);
        }
        for flag in ["reverse_complement", "shuffle"] {
            sample.extend((args[flag] == false).then(|| format!("--no-{}", flag.replace('_', "-"))));
        }
        sample.insert(0, store);
        sample.extend(["--order", "cherimoya", "--count", "8"].map(str::to_owned));
        let mut compared = 0;
        for epoch in ["0", "1"] {
            let out = directory.path().join(epoch);
            let place = ["--epoch", epoch, "--out", out.to_str().unwrap()].map(str::to_owned);
            call("sample", &[&sample[..], &place].concat());
            let bytes = fs::read(&out).unwrap();
            let found = SafeTensors::deserialize(&bytes).unwrap();
            for tensor in ["X", "controls", "y", "label"] {
                let place = format!("{tensor} of epoch {epoch} of {name}");
                let Ok(expected) = expected.tensor(&format!("epoch{epoch}.{tensor}")) else {
                    assert!(tensor == "controls" && found.tensor(tensor).is_err(), "{place}");
                    continue;
                };
                let found = found.tensor(tensor).unwrap();
                assert_eq!((found.dtype(), found.shape()), (expected.dtype(), expected.shape()), "{place}");
                assert_eq!(found.shape()[0], 8, "{place}");
                assert!(found.data() == expected.data(), "{place}");
                compared += found.data().len();
            }
        }
        assert_eq!(args["controls"].is_null(), expected.tensor("epoch0.controls").is_err(), "{name}");
        let _ = writeln!(std::io::stderr(), "{name}: {compared} bytes of sampled batches compared");
    }
}
