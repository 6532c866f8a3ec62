//! Archives of a made-up tree: the same bytes at any time and in any order, links kept.

use super::options::Options;
use super::{pack, seconds};
use crate::Failure;
use crate::arguments::Arguments;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// Makes a tree of these files, in their order, and a link.
fn tree(directory: &Path, names: &[&str], mode: u32) {
    fs::create_dir_all(directory.join("lib")).unwrap();
    for name in names {
        fs::write(directory.join(name), name).unwrap();
        fs::set_permissions(directory.join(name), Permissions::from_mode(mode)).unwrap();
    }
    symlink("liba.so.1", directory.join("lib/liba.so")).unwrap();
}

#[test]
fn the_same_files_give_the_same_archive() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    tree(&at("one/a-1.0"), &["README.md", "lib/liba.so.1"], 0o644);
    tree(&at("two/a-1.0"), &["lib/liba.so.1", "README.md"], 0o640);
    for name in ["one", "two"] {
        pack(&at(name).join("a-1.0"), &at(&format!("{name}.tar.gz")), 1_700_000_000).unwrap();
    }
    assert_eq!(fs::read(at("one.tar.gz")).unwrap(), fs::read(at("two.tar.gz")).unwrap());

    let unpacked = at("unpacked");
    fs::create_dir(&unpacked).unwrap();
    let done = Command::new("tar").arg("-xzf").arg(at("one.tar.gz")).arg("-C").arg(&unpacked).status().unwrap();
    assert!(done.success());
    assert_eq!(fs::read_link(unpacked.join("a-1.0/lib/liba.so")).unwrap(), Path::new("liba.so.1"));
    assert_eq!(fs::read_to_string(unpacked.join("a-1.0/lib/liba.so")).unwrap(), "lib/liba.so.1");
    let readme = fs::metadata(unpacked.join("a-1.0/README.md")).unwrap();
    assert_eq!((readme.mode() & 0o777, readme.mtime()), (0o644, 1_700_000_000));
}

/// What cannot be packed leaves no archive behind, nor a part of one.
#[test]
fn a_tree_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("a.tar.gz");
    let Err(Failure::Failed(message)) = pack(&directory.path().join("a-1.0"), &archive, 0) else { panic!("packed") };
    assert!(message.contains("a.tar.gz"), "{message}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn bad_arguments() {
    for (words, expected) in [
        (&[][..], "--out is missing"),
        (&["--out"], "--out lacks its value"),
        (&["--out", "a", "--prefix", "b"], "no option --prefix"),
    ] {
        let Err(Failure::Usage(message)) = Options::from(Arguments::new(words.iter().map(OsString::from))) else {
            panic!("{words:?} are taken")
        };
        assert!(message.contains(expected), "{words:?}: {message}");
    }
    let Err(Failure::Failed(message)) = seconds("SOURCE_DATE_EPOCH", "today") else { panic!("a time") };
    assert!(message.starts_with("SOURCE_DATE_EPOCH: \"today\""), "{message}");
}
