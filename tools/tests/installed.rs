//! What the command writes for shells, for `man` and for coding assistants.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, names, refused, run, stderr};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn completions_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        for word in ["install-skill", "exclusion-lists", "in-window", "quiet"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("atemoya.bash");
    fs::write(&script, run(&["completions", "bash"])).unwrap();
    fs::write(directory.path().join("peaks.bed"), "").unwrap();
    for (words, completed) in [
        (["index", "s", "--neg"], "--negatives\n"),
        (["sample", "--order", ""], "native cherimoya\n"),
        (["sample", "--access", ""], "map read\n"),
        (["sample", "--signals", ""], "\n"),
        (["index", "--peaks", "pea"], "peaks.bed\n"),
        (["pack", "--fasta", "pea"], "peaks.bed\n"),
    ] {
        let [command, before, current] = words;
        let line = format!(
            "source \"$0\"; COMP_WORDS=(atemoya {command} {before} '{current}'); COMP_CWORD=3; \
             _atemoya atemoya '{current}' {before}; echo \"${{COMPREPLY[@]}}\""
        );
        match Command::new("bash").args(["-c", &line]).arg(&script).current_dir(directory.path()).output() {
            Ok(output) => {
                assert_eq!(String::from_utf8_lossy(&output.stdout), completed, "{words:?} {}", stderr(&output));
            }
            Err(error) => assert!(std::env::var_os("CI").is_none(), "bash: {error}, and CI must test it"),
        }
    }
}

/// What cannot be written is an error, of the help as well.
#[test]
fn a_full_disk_is_an_error() {
    for arguments in [&["--help"][..], &["--version"], &["completions", "zsh"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = atemoya().args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(stderr(&output).contains("No space left"), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_reader_that_goes_is_no_error() {
    for arguments in [&["completions", "zsh"][..], &["index", "--help"]] {
        let mut child = atemoya();
        let mut child = child.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn there_is_a_page_for_each_command() {
    let directory = tempfile::tempdir().unwrap();
    let man = directory.path().join("share/man/man1");
    let out = man.to_str().unwrap();
    for _ in 0..2 {
        assert!(run(&["man", "--out", out]).contains("15 manual pages"));
    }
    let pages = names(&man);
    assert_eq!(pages.len(), 15, "{pages:?}");
    assert!(pages.contains(&"atemoya.1".into()) && pages.contains(&"atemoya-cache-prune.1".into()), "{pages:?}");
    let page = fs::read_to_string(man.join("atemoya-index.1")).unwrap();
    for part in [".TH atemoya-index 1", ".SH NAME", ".SH EXAMPLES\n.nf\n", "atemoya index demo.atemoya", "\\-\\-chroms"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = fs::read_to_string(man.join("atemoya-pack.1")).unwrap();
    assert!(page.contains(".SH SYNOPSIS\n.nf\natemoya pack [OPTIONS] \\-\\-out <DIR>"), "{page}");
    // A page of someone else is left alone.
    fs::write(man.join("atemoya.1"), ".TH LS 1\n").unwrap();
    assert!(refused(&["man", "--out", out]).contains("atemoya.1: exists and is not a manual page"));
}

/// Python's wheel takes them from the repository, since nothing runs before it is built.
#[test]
fn the_pages_in_the_repository_are_those_of_the_command() {
    let pages = "python/wheel-data/data/share/man/man1";
    let directory = tempfile::tempdir().unwrap();
    run(&["man", "--out", directory.path().to_str().unwrap()]);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(pages);
    assert_eq!(names(&kept), names(directory.path()), "in {pages}");
    for name in names(&kept) {
        let same = fs::read(kept.join(&name)).unwrap() == fs::read(directory.path().join(&name)).unwrap();
        assert!(same, "{name} is an old one: run `atemoya man --out {pages}`");
    }
}

#[test]
fn the_skill_replaces_itself_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let install = |more: &[&str]| {
        let output = atemoya().arg("install-skill").args(more).env("HOME", home.path()).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    let path = home.path().join(".claude/skills/atemoya/SKILL.md");
    for _ in 0..2 {
        assert_eq!(install(&[]).0, Some(0));
        assert!(fs::read_to_string(&path).unwrap() == include_str!("../skill/SKILL.md"));
        fs::write(&path, "---\nname: atemoya\ndescription: an older one\n---\n").unwrap();
    }
    fs::write(&path, "my own notes").unwrap();
    let (code, said) = install(&[]);
    assert!(code == Some(1) && said.contains("is not atemoya's: --force replaces it"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "my own notes");
    assert_eq!(install(&["--force"]).0, Some(0));
    let elsewhere = home.path().join("skills");
    assert_eq!(install(&["--dir", elsewhere.to_str().unwrap(), "-q"]), (Some(0), String::new()));
    assert_eq!(names(&elsewhere.join("atemoya")), ["SKILL.md"]);
}
