//! The texts of made-up crates, and what is linked into the packages that are handed on.

use super::linked::{self, Crate};
use super::{of, of_crates};
use crate::Failure;
use std::fs;
use std::path::Path;

/// Makes a crate with these files.
fn made(directory: &Path, name: &str, native: bool, files: &[(&str, &str)]) -> Crate {
    for (file, text) in files {
        let path = directory.join(name).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (name, version, license) = (name.to_owned(), "1.0.0".to_owned(), "MIT".to_owned());
    Crate { directory: directory.join(&name), name, version, license, native }
}

fn refused(linked: Crate) -> String {
    let Err(Failure::Failed(message)) = of_crates(&[linked], &[]) else { panic!("it is taken") };
    message
}

#[test]
fn each_text_stands_once_with_all_that_it_is_for() {
    let directory = tempfile::tempdir().unwrap();
    let crates = [
        made(directory.path(), "one", false, &[("LICENSE", "Do as\nyou like.\n"), ("NOTICE.txt", "By one.")]),
        made(directory.path(), "two", false, &[("COPYING", "Do as you\r\nlike.")]),
        made(directory.path(), "three", false, &[("license.md", "Do nothing.")]),
    ];
    let text = of_crates(&crates, &[]).unwrap();
    assert_eq!(text.matches("Do as").count(), 1, "{text}");
    let rule = "-".repeat(80);
    assert!(text.contains(&format!("\none 1.0.0\ntwo 1.0.0\n{rule}\n\nDo as\nyou like.\n")), "{text}");
    assert!(text.contains(&format!("\nthree 1.0.0\n{rule}\n\nDo nothing.\n")), "{text}");
    assert!(text.contains("By one.") && text.contains("    two 1.0.0: MIT\n"), "{text}");
    assert!(text.contains("Unicode, Inc"), "Rust's own: {text}");
}

#[test]
fn what_is_no_crate_is_there_too() {
    let directory = tempfile::tempdir().unwrap();
    let beside = |name: &str| vec![("zig".to_owned(), "MIT", directory.path().join(name))];
    fs::write(directory.path().join("LICENSE"), "Of zig.").unwrap();
    let text = of_crates(&[], &beside("LICENSE")).unwrap();
    assert!(text.contains("    zig: MIT\n") && text.contains("Of zig."), "{text}");
    let Err(Failure::Failed(message)) = of_crates(&[], &beside("none")) else { panic!("it is taken") };
    assert!(message.contains("none: "), "{message}");
}

#[test]
fn a_crate_without_a_licence_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let message = refused(made(directory.path(), "bare", false, &[("NOTICE", "By us."), ("src/license.rs", "")]));
    assert!(message.contains("bare: bare 1.0.0 has no file with its licence (MIT)"), "{message}");
}

#[test]
fn a_c_library_in_a_crate_has_a_licence_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let files = [("LICENSE", "Of the crate."), ("zstd/LICENSE", "Of zstd."), ("zstd/COPYING", "The GPL.")];
    let text = of_crates(&[made(directory.path(), "zstd-sys", true, &files)], &[]).unwrap();
    assert!(text.contains("zstd, the C library in zstd-sys 1.0.0\n") && text.contains("Of zstd."), "{text}");
    assert!(!text.contains("The GPL."), "{text}");
    let message = refused(made(directory.path(), "new-sys", true, &files));
    assert!(message.contains(": new-sys 1.0.0 brings along a library"), "{message}");
    // The same licence once more is none of its own.
    of_crates(&[made(directory.path(), "same-sys", true, &[("LICENSE", "Same."), ("src-c/COPYING", "Same.\n")])], &[])
        .unwrap();
    fs::remove_file(directory.path().join("zstd-sys/zstd/LICENSE")).unwrap();
    assert!(refused(made(directory.path(), "zstd-sys", true, &[])).contains("zstd/LICENSE"));
}

fn names(package: &str) -> Vec<String> {
    linked::into(package).unwrap().into_iter().map(|linked| linked.name).collect()
}

#[test]
fn what_is_linked_and_nothing_else() {
    let (python, c) = (names("atemoya-python"), names("atemoya-c"));
    let has = |crates: &[String], name: &str| crates.iter().any(|linked| linked == name);
    for name in ["pyo3", "clap", "libdeflate-sys", "bigtools", "zstd-sys"] {
        assert!(has(&python, name), "{name}");
        assert_eq!(has(&c, name), name == "zstd-sys", "{name}");
    }
    for name in ["atemoya", "serde_derive", "syn", "cc", "pkg-config", "proptest", "cuda-emu", "windows-sys"] {
        assert!(!has(&python, name) && !has(&c, name), "{name}");
    }
}

/// Each crate that is linked has a licence, or one was supplied.
#[test]
fn all_that_is_linked_has_a_licence() {
    let (python, c) = (of("atemoya-python", &[]).unwrap(), of("atemoya-c", &[]).unwrap());
    assert!(python.contains("Copyright 2016 Eric Biggers"), "of libdeflate");
    for text in [python, c] {
        assert!(text.contains("BSD License\n\nFor Zstandard software"), "of zstd");
        assert!(text.contains("\nflatbuffers 25"), "which has no text");
    }
}
