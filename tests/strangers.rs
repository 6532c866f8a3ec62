//! Only files that atemoya wrote are replaced or removed: a target must be a store or a locus index
//! with no other entries.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::format::sealed_json;
use atemoya::index::IndexBuilder;
use atemoya::pack::PackBuilder;
use atemoya::{Error, Store};
use common::inputs::write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Two genomes and peaks in a directory, and a store of the first genome with an index in it.
struct Place {
    directory: TempDir,
    store: PathBuf,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let genome = write(directory.path(), "genome.fa", ">a\nACGTACGTAC\n");
        write(directory.path(), "other.fa", ">a\nACGTACGTACA\n");
        write(directory.path(), "peaks.bed", "a\t2\t8\n");
        let store = directory.path().join("data");
        PackBuilder::new().fasta(genome).publish(&store, &()).unwrap();
        let place = Place { directory, store };
        place.index("default", false).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `pack`, with `--force`, of the other genome.
    fn pack(&self, out: &Path) -> atemoya::Result<()> {
        PackBuilder::new().fasta(self.path("other.fa")).replace(true).publish(out, &()).map(|_| ())
    }

    /// `index`, with or without `--force`.
    fn index(&self, name: &str, replace: bool) -> atemoya::Result<()> {
        let store = Store::open(&self.store).unwrap();
        let builder = IndexBuilder::new(name).peaks([self.path("peaks.bed")]).replace(replace);
        builder.publish(&store, &()).map(|_| ())
    }

    /// Asserts that an operation fails with a message that contains all of `parts`, and changes
    /// nothing below the directory.
    fn refuses(&self, work: impl FnOnce() -> atemoya::Result<()>, parts: &[&str]) {
        let before = all(self.directory.path());
        let error = work().unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Exists { .. }), "{text}");
        for part in parts {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
        assert!(!text.contains("`replace`"), "{text}");
        assert_eq!(all(self.directory.path()), before);
    }
}

/// Lists every path below a directory, with the contents of files and the targets of links.
fn all(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_symlink() {
            found.push((path.clone(), fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()));
        } else if kind.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(all(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_project_that_has_a_manifest_of_its_own_is_not_replaced() {
    let place = Place::new();
    let project = place.path("thesis");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("chapter1.tex"), "words").unwrap();
    place.refuses(
        || place.pack(&project),
        &["thesis: exists already; it is a directory that is not an atemoya store (it has no manifest.json)"],
    );
    let sealed = |text: serde_json::Value| sealed_json::seal(&text).unwrap();
    let manifests = [
        br#"{"name": "web project", "icons": []}"#.to_vec(),
        b"".to_vec(),
        // Sealed as a manifest of atemoya, but not one.
        sealed(serde_json::json!({"format": "icons", "version": [1, 0], "required_features": []})),
        sealed(serde_json::json!({"format": "atemoya", "version": [1, 0], "required_features": []})),
    ];
    for manifest in manifests {
        fs::write(project.join("manifest.json"), manifest).unwrap();
        place.refuses(
            || place.pack(&project),
            &["its manifest.json is not that of an atemoya store, or is damaged", "delete it yourself"],
        );
    }
    // This version does not know the files of a later one.
    let later = sealed(serde_json::json!({"format": "atemoya", "version": [2, 0], "required_features": []}));
    fs::write(project.join("manifest.json"), later).unwrap();
    place
        .refuses(|| place.pack(&project), &["its manifest.json is of format version 2.0", "does not know which files"]);
}

#[test]
fn a_store_in_which_a_user_keeps_files_is_not_replaced() {
    let place = Place::new();
    let loci = place.store.join("loci");
    // A file with the name of a data file that this store lacks, links in place of files, and other
    // entries in each of the directories.
    type Add = fn(&Path, &Path);
    let additions: [(&str, Add); 7] = [
        ("\"notes.txt\"", |store, _| fs::write(store.join("notes.txt"), "words").unwrap()),
        ("\"plots/\"", |store, _| fs::create_dir(store.join("plots")).unwrap()),
        ("\"panel-7.atm\"", |store, _| fs::write(store.join("panel-7.atm"), "words").unwrap()),
        ("\".hidden\"", |store, _| fs::write(store.join(".hidden"), "words").unwrap()),
        ("\"loci/peaks.bed\"", |_, loci| fs::write(loci.join("peaks.bed"), "words").unwrap()),
        ("\"loci/default/model.pt\"", |_, loci| fs::write(loci.join("default/model.pt"), "words").unwrap()),
        ("\"loci/mine/\"", |_, loci| {
            fs::create_dir(loci.join("mine")).unwrap();
            fs::write(loci.join("mine/index.json"), "{}").unwrap();
        }),
    ];
    for (named, add) in additions {
        add(&place.store, &loci);
        place.refuses(|| place.pack(&place.store), &["it holds what is not part of an atemoya store: ", named]);
        Store::open(&place.store).unwrap().verify(&()).unwrap();
    }
}

#[test]
fn links_in_place_of_a_stores_files_are_not_removed() {
    let place = Place::new();
    let sequence = place.store.join("sequence.atm");
    fs::rename(&sequence, place.path("elsewhere.atm")).unwrap();
    symlink(place.path("elsewhere.atm"), &sequence).unwrap();
    place.refuses(|| place.pack(&place.store), &["\"sequence.atm\""]);
    // A manifest that is a link proves nothing about its directory.
    let project = place.path("project");
    fs::create_dir(&project).unwrap();
    symlink(place.store.join("manifest.json"), project.join("manifest.json")).unwrap();
    place.refuses(|| place.pack(&project), &["is not an atemoya store"]);
}

#[test]
fn at_most_ten_of_a_strangers_files_are_listed() {
    let place = Place::new();
    (10..41).for_each(|i| fs::write(place.store.join(format!("plot-{i}.png")), "").unwrap());
    place.refuses(|| place.pack(&place.store), &["\"plot-10.png\", \"plot-11.png\"", "\"plot-19.png\" and 21 more"]);
}

#[test]
fn what_is_no_directory_with_a_store_in_it_is_called_by_its_name() {
    let place = Place::new();
    fs::write(place.path("file"), "words").unwrap();
    fs::create_dir(place.path("empty")).unwrap();
    symlink(&place.store, place.path("link")).unwrap();
    symlink(place.path("nowhere"), place.path("dangling")).unwrap();
    for (name, what) in [
        ("file", "file: exists already; it is a file. "),
        ("empty", "empty: exists already; it is an empty directory. "),
        ("link", "link: exists already; it is a symbolic link. "),
        ("link/", "link: exists already; it is a symbolic link. "),
        ("dangling", "dangling: exists already; it is a symbolic link. "),
    ] {
        place.refuses(|| place.pack(&place.path(name)), &[what, "choose another name"]);
    }
    for (name, what) in [("absent/x", "absent: cannot make a directory in it"), ("..", "does not end in a name")] {
        let error = place.pack(&place.path(name)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(!source.contains("at path"), "{source}");
    }
}

/// The old store is unchanged, beside the name of the new one.
#[test]
fn an_index_is_replaced_only_where_it_is_one_and_nothing_else() {
    let place = Place::new();
    place.index("default", true).unwrap();
    let directory = place.store.join("loci/default");
    fs::write(directory.join("scores.tsv"), "words").unwrap();
    place.refuses(|| place.index("default", true), &["it holds what is not part of a locus index: \"scores.tsv\""]);
    fs::remove_file(directory.join("scores.tsv")).unwrap();
    fs::create_dir(place.store.join("loci/mine")).unwrap();
    fs::write(place.store.join("loci/mine/thesis.tex"), "words").unwrap();
    place
        .refuses(|| place.index("mine", true), &["it is a directory that is not a locus index (it has no index.json)"]);
    fs::write(place.store.join("loci/mine/index.json"), "{\"pages\": 3}").unwrap();
    place.refuses(|| place.index("mine", true), &["its index.json is not that of a locus index, or is damaged"]);
}

#[test]
fn a_store_goes_with_its_indices_and_what_killed_writers_left_of_them() {
    let place = Place::new();
    place.index("other", false).unwrap();
    let loci = place.store.join("loci");
    fs::create_dir(loci.join(".third.atemoya-abc123.tmp")).unwrap();
    let left = loci.join(".fourth.atemoya-abc123.tmp");
    fs::create_dir(&left).unwrap();
    fs::write(left.join(".atemoya-unfinished"), "").unwrap();
    fs::write(left.join("index.parquet"), "half").unwrap();
    let before = common::names(place.directory.path());
    place.pack(&place.store).unwrap();
    assert_eq!(common::names(place.directory.path()), before);
    assert_eq!(common::names(&place.store), ["manifest.json", "sequence.atm"]);
}

#[test]
fn hidden_directories_of_others_stay() {
    let place = Place::new();
    for name in [".data.mine.tmp", ".data.abc123.tmp", ".data.atemoya-abc123.tmp"] {
        fs::create_dir(place.path(name)).unwrap();
        fs::write(place.path(name).join("chapter1.tex"), "words").unwrap();
    }
    // An intact one, and one with another entry.
    let copy = place.path(".data.atemoya-abc124.tmp");
    fs::create_dir(&copy).unwrap();
    for name in ["manifest.json", "sequence.atm"] {
        fs::copy(place.store.join(name), copy.join(name)).unwrap();
    }
    fs::write(copy.join("chapter1.tex"), "words").unwrap();
    let hidden = |place: &Place| {
        let mut files = all(place.directory.path());
        files.retain(|(path, _)| path.strip_prefix(place.directory.path()).unwrap().to_str().unwrap().starts_with('.'));
        files
    };
    let before = hidden(&place);
    place.pack(&place.store).unwrap();
    assert_eq!(hidden(&place), before);
    // The directory of a writer that was killed between the exchange and the removal of the old
    // state is removed.
    fs::remove_file(copy.join("chapter1.tex")).unwrap();
    place.pack(&place.store).unwrap();
    assert!(!copy.exists());
}
