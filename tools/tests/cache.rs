//! `atemoya cache`: what it lists and removes, and what it leaves alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, names, pack_arguments, refused, run};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const KEYS: [&str; 2] = ["0123456789abcdef01234567", "0123456789abcdef01234568"];

/// Returns a cache of two stores, of which the second was used three days ago.
fn cache(directory: &Path) -> [PathBuf; 2] {
    data();
    KEYS.map(|key| {
        let store = directory.join(format!("genome-{key}.atemoya"));
        run(&pack_arguments(&store).iter().map(String::as_str).collect::<Vec<_>>());
        let used = File::create(directory.join(format!("genome-{key}.used"))).unwrap();
        let days = if key == KEYS[1] { 3 } else { 0 };
        used.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).unwrap();
        store
    })
}

#[test]
fn stores_are_listed_and_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let [new, old] = cache(directory.path());
    let thesis = directory.path().join(format!("thesis-{}.atemoya", KEYS[0]));
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join("chapter1.tex"), "words").unwrap();
    let dir = ["--dir", directory.path().to_str().unwrap()];
    let said = |arguments: &[&str]| run(&[&["cache"], arguments, &dir].concat());

    let listed = said(&["list"]);
    assert!(listed.contains("used today") && listed.contains("used 3 days ago"), "{listed}");
    assert!(listed.contains("genome.fa") && listed.contains("3 stores"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&said(&["list", "--json"])).unwrap();
    let bytes: u64 = fs::read_dir(&new).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    let entry = json.as_array().unwrap().iter().find(|entry| entry["path"] == new.to_str().unwrap()).unwrap();
    assert_eq!(
        (entry["bytes"].as_u64(), entry["in_use"].as_bool(), entry["damage"].is_null()),
        (Some(bytes), Some(false), true)
    );

    let in_use = File::open(directory.path().join(format!("genome-{}.used", KEYS[1]))).unwrap();
    in_use.lock_shared().unwrap();
    for dry in [&["--dry-run"][..], &[]] {
        assert!(said(&[&["prune", "--older-than", "2"], dry].concat()).contains("it is in use"));
    }
    drop(in_use);
    assert!(said(&["prune", "--older-than", "2", "--dry-run"]).starts_with("would go"));
    assert!(old.exists());
    assert!(said(&["prune", "--older-than", "2"]).starts_with("removed"));
    assert!(!old.exists() && new.exists());
    let said = said(&["prune", "--max-size", "0"]);
    assert!(said.contains("kept") && said.contains("manifest.json"), "{said}");
    assert_eq!(names(directory.path()), [thesis.file_name().unwrap().to_str().unwrap()]);
    assert_eq!(names(&thesis), ["chapter1.tex"]);
}

#[test]
fn the_environment_says_where_and_what_is_asked_must_be_said() {
    let directory = tempfile::tempdir().unwrap();
    cache(directory.path());
    let output = atemoya().args(["cache", "list"]).env("ATEMOYA_CACHE", directory.path()).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("2 stores"));
    let output =
        atemoya().args(["cache", "list"]).env("ATEMOYA_CACHE", directory.path().join("none")).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("0 stores"));
    let home =
        atemoya().args(["cache", "list"]).env("ATEMOYA_CACHE", "~/x").env("HOME", directory.path()).output().unwrap();
    assert!(String::from_utf8(home.stdout).unwrap().contains(directory.path().join("x").to_str().unwrap()));
    assert!(refused(&["cache", "prune"]).contains("--older-than, --max-size, --missing-inputs or --all"));
    let output = atemoya().args(["cache", "prune", "--max-size", "much"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("200G"));
}

#[test]
fn a_store_that_cannot_be_locked_stays_and_the_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let [_, old] = cache(directory.path());
    // As in a directory that cannot be written, also where the test is run by root.
    let used = directory.path().join(format!("genome-{}.used", KEYS[1]));
    fs::remove_file(&used).unwrap();
    fs::create_dir(&used).unwrap();
    let dir = ["--dir", directory.path().to_str().unwrap()];
    let said = run(&[&["cache", "prune", "--all"][..], &dir].concat());
    assert!(said.contains(&format!("{}: cannot write", used.display())), "{said}");
    assert!(old.exists());
    assert!(run(&[&["cache", "list"][..], &dir].concat()).contains(": 1 store, "));
}
