//! The test vectors of the format, which an independent encoder made: valid stores have its values,
//! and invalid ones are refused at the expected stage or before, by an error and not a crash.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use atemoya::gather::{Gatherer, Span, read_sequence};
use atemoya::loci::published;
use atemoya::{DType, Store, index};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec/vectors")
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(vectors().join(name)).unwrap()).unwrap()
}

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The values of a track of a panel, whether or not it is in a group.
fn values(store: &Store, panel: usize, track: usize, contig: &str, range: Range<u64>) -> atemoya::Result<Vec<f32>> {
    let contig = store.contigs().id(contig).unwrap();
    let (start, width) = (range.start as i64, (range.end - range.start) as usize);
    let mut out = vec![0.0; width];
    if width == 0 {
        return Ok(out);
    }
    let gatherer = Gatherer::panels(store, &[(panel, &[track])], DType::F32);
    gatherer.gather_into(width, [Span { contig, start, reverse_complement: false }], &mut out)?;
    Ok(out)
}

#[test]
fn valid_stores_read_as_their_encoder_says() {
    let expected = json("expected.json");
    let mut hashes = 0;
    for case in expected["stores"].as_array().unwrap() {
        let store = Store::open(vectors().join("valid").join(case["name"].as_str().unwrap())).unwrap();
        store.verify(&()).unwrap();
        index::verify(&store, &()).unwrap();
        if let Some(contigs) = case["sequence"].as_object() {
            for (name, hash) in contigs {
                let length = store.contigs().length(store.contigs().id(name).unwrap());
                assert_eq!(sha256(read_sequence(&store, name, 0..length).unwrap()), *hash, "{name}");
                hashes += 1;
            }
        }
        assert_eq!(store.sequence().is_some(), case["sequence"].is_object());
        for (p, panel) in case["panels"].as_array().unwrap().iter().enumerate() {
            for (track, contigs) in panel["tracks"].as_object().unwrap() {
                let t = store.manifest().panels[p].tracks.iter().position(|t| t.name == *track).unwrap();
                for (name, hash) in contigs.as_object().unwrap() {
                    let length = store.contigs().length(store.contigs().id(name).unwrap());
                    let read = values(&store, p, t, name, 0..length).unwrap();
                    let bytes: Vec<u8> = read.iter().flat_map(|v| v.to_le_bytes()).collect();
                    assert_eq!(sha256(bytes), *hash, "{track} {name}");
                    hashes += 1;
                }
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{hashes} hashes of valid vectors agree");
    assert!(hashes >= 74);
}

fn unhex(digits: &str) -> Vec<u8> {
    digits.as_bytes().chunks(2).map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

fn patch(store: &Path, patch: &Value) {
    let path = store.join(patch["file"].as_str().unwrap());
    if patch["delete"] == true {
        return fs::remove_file(path).unwrap();
    }
    let mut bytes = fs::read(&path).unwrap();
    if let Some(length) = patch["truncate"].as_u64() {
        bytes.truncate(length as usize);
    } else {
        let at = patch["offset"].as_u64().unwrap() as usize;
        let new = unhex(patch["hex"].as_str().unwrap());
        let cut = patch["cut"].as_u64().map_or(new.len(), |cut| cut as usize);
        bytes.splice(at..at + cut, new);
    }
    fs::write(path, bytes).unwrap();
}

/// Reads what the case names.
fn read(store: &Store, what: &Value) -> Result<(), String> {
    if let Some(name) = what["loci"].as_str() {
        return published::read(store, Some(name)).map(drop).map_err(|e| e.to_string());
    }
    let field = |name: &str| what[name].as_u64().unwrap();

    values(
        store,
        field("panel") as usize,
        field("track") as usize,
        what["contig"].as_str().unwrap(),
        field("start")..field("end"),
    )
    .map(drop)
    .map_err(|e| format!("{e:?}"))
}

fn verify(store: &Store) -> atemoya::Result<()> {
    store.verify(&())?;
    index::verify(store, &()).map(drop)
}

#[test]
fn invalid_stores_are_refused_where_the_format_says() {
    let cases = json("invalid.json");
    let mut wrong = Vec::new();
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        common::copy(&vectors().join("valid").join(case["base"].as_str().unwrap()), &path);
        case["patches"].as_array().unwrap().iter().for_each(|p| patch(&path, p));
        let attempt = || -> Vec<Option<String>> {
            let store = match Store::open(&path) {
                Err(error) => return vec![Some(error.to_string())],
                Ok(store) => store,
            };
            let what = &case["read"];
            let read = if what["panel"].is_u64() || what["loci"].is_string() { read(&store, what).err() } else { None };
            vec![None, read, verify(&store).err().map(|e| e.to_string())]
        };
        let Ok(errors) = catch_unwind(AssertUnwindSafe(attempt)) else {
            wrong.push(format!("{name}: panicked"));
            continue;
        };
        let refused = match (case["stage"].as_str().unwrap(), errors.as_slice()) {
            (_, [Some(_)]) => true,
            ("read", [None, read, verify]) => read.is_some() && verify.is_some(),
            ("verify", [None, _, verify]) => verify.is_some(),
            _ => false,
        };
        if !refused {
            wrong.push(format!("{name} ({}, {}): {errors:?}", case["stage"], case["what"]));
        }
        let text = errors.iter().flatten().cloned().collect::<Vec<_>>().join("; ");
        if !text.contains(path.to_str().unwrap()) {
            wrong.push(format!("{name}: the error names no file: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let _ = writeln!(std::io::stderr(), "{} invalid vectors refused", cases.len());
    assert!(cases.len() > 100);
}
