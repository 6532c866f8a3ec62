//! What the command does with files that are there already: others' stay, and a damaged store is
//! found by `--verify`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, names, pack_arguments, refused, run, stderr};
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn pack(out: &Path) -> Vec<String> {
    data();
    [pack_arguments(out), vec!["--force".to_owned()]].concat()
}

fn all(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Copies the simulated store.
fn copy(to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(data().join("demo.atemoya")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_file() {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
    let loci = to.join("loci/default");
    fs::create_dir_all(&loci).unwrap();
    for name in names(&data().join("demo.atemoya/loci/default")) {
        fs::copy(data().join("demo.atemoya/loci/default").join(&name), loci.join(&name)).unwrap();
    }
}

#[test]
fn force_replaces_a_store_and_never_a_project_of_the_users() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("thesis");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("manifest.json"), "{\"name\": \"web project\"}").unwrap();
    fs::write(project.join("chapter1.tex"), "words").unwrap();
    for arguments in [pack(&project), pack_arguments(&project)] {
        let said = refused(&all(&arguments));
        assert!(
            said.contains("its manifest.json is not that of an atemoya store") && !said.contains("--force"),
            "{said}"
        );
        assert_eq!(names(&project), ["chapter1.tex", "manifest.json"]);
    }
    let store = directory.path().join("store");
    copy(&store);
    let said = refused(&all(&pack_arguments(&store)));
    assert!(said.contains("it is replaced only on request (--force)"), "{said}");
    fs::write(store.join("notes.txt"), "words").unwrap();
    assert!(refused(&all(&pack(&store))).contains("it holds what is not part of an atemoya store: \"notes.txt\""));
    assert_eq!(fs::read_to_string(store.join("notes.txt")).unwrap(), "words");
    fs::remove_file(store.join("notes.txt")).unwrap();
    run(&all(&pack(&store)));
    assert!(!store.join("loci").exists());
    assert_eq!(names(directory.path()), ["store", "thesis"]);
}

#[test]
fn out_never_replaces_a_file_of_another_kind() {
    let directory = tempfile::tempdir().unwrap();
    let store = data().join("demo.atemoya");
    let region = ["--contig", "chr1", "--start", "0", "--end", "10", "--sequence"];
    let extract = |out: &Path| [&["extract", text(&store), "--out", text(out)][..], &region].concat().join(" ");
    let sample = |out: &Path| ["sample", text(&store), "--count", "2", "--out", text(out)].join(" ");
    for (name, expected) in
        [("genome.fa", "genome.fa\": what is written is ."), ("genome", "genome: exists and is not a .")]
    {
        let genome = directory.path().join(name);
        fs::write(&genome, ">chr1\nACGT\n").unwrap();
        for command in [extract(&genome), sample(&genome)] {
            let said = refused(&command.split(' ').collect::<Vec<_>>());
            assert!(said.contains(expected), "{said}");
            assert_eq!(fs::read_to_string(&genome).unwrap(), ">chr1\nACGT\n");
        }
    }
    // One of its own kind is replaced on request.
    for (name, command) in [("a.npy", &extract as &dyn Fn(&Path) -> String), ("a.safetensors", &sample)] {
        let out = directory.path().join(name);
        let command = command(&out);
        let command: Vec<&str> = command.split(' ').collect();
        run(&command);
        let written = fs::read(&out).unwrap();
        assert!(refused(&command).contains(&format!("{name}: exists already; --force replaces it")));
        run(&[&command[..], &["--force"]].concat());
        assert!(fs::read(&out).unwrap() == written);
        fs::write(&out, ">chr1\nACGT\n").unwrap();
        let said = refused(&[&command[..], &["--force"]].concat());
        assert!(said.contains("delete it yourself"), "{said}");
    }
}

#[test]
fn inspecting_the_loci_of_a_store_without_an_index_fails_as_sampling_does() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.atemoya");
    run(&all(&pack_arguments(&store)));
    let out = directory.path().join("a.safetensors");
    let expected = "the store has no locus index: `atemoya index` makes one";
    for arguments in [
        &["sample", text(&store), "--out", text(&out)][..],
        &["inspect", text(&store), "--loci"],
        &["inspect", text(&store), "--loci", "--json"],
        &["inspect", text(&store), "--loci=default"],
    ] {
        assert!(refused(arguments).contains(expected), "{arguments:?}");
    }
}

/// A flipped bit of the signal.
#[test]
fn sampling_with_verify_reads_the_store_once_and_refuses_a_damaged_one() {
    let directory = tempfile::tempdir().unwrap();
    let (store, cache) = (directory.path().join("s.atemoya"), directory.path().join("cache"));
    copy(&store);
    let sample = |more: &[&str]| {
        let out = directory.path().join("a.safetensors");
        let mut command = atemoya();
        command.args(["sample", text(&store), "--count", "2", "--force", "--out", text(&out)]).args(more);
        command.env("ATEMOYA_CACHE", &cache).output().unwrap()
    };
    assert!(sample(&[]).status.success());
    assert!(!cache.exists(), "nothing is verified unless it is asked for");
    assert!(sample(&["--verify"]).status.success());
    assert_eq!(names(&cache.join("verified")).len(), 1);
    assert!(sample(&["--verify"]).status.success());
    let file = fs::File::options().read(true).write(true).open(store.join("panel-0.atm")).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, 5000).unwrap();
    file.write_all_at(&[byte[0] ^ 1], 5000).unwrap();
    for _ in 0..2 {
        let output = sample(&["--verify"]);
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains("panel-0.atm: damaged at byte 4096: CRC32C of a block of DATA"), "{said}");
    }
}
