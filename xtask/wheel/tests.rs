//! What `auditwheel` says, understood; bad arguments.

use super::audit::check;
use super::options::Options;
use super::{LARGEST, files, publish};
use crate::Failure;
use crate::arguments::Arguments;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

const OLD: &str = "
atemoya-0.1.0-cp310-abi3-manylinux_2_17_x86_64.whl is consistent with
the following platform tag: \"manylinux_2_17_x86_64\".
";

fn refused(found: &str, size: u64) -> String {
    let Err(Failure::Failed(message)) = check(Path::new("a.whl"), found, size) else { panic!("it is taken") };
    message
}

#[test]
fn a_wheel_for_newer_systems_is_refused() {
    check(Path::new("a.whl"), OLD, LARGEST).unwrap();
    let message = refused(&OLD.replace("2_17", "2_34"), LARGEST);
    assert!(message.starts_with("a.whl: auditwheel does not find it to be manylinux_2_17"), "{message}");
    // The tag as a part of the name alone is no finding.
    assert!(refused("a-manylinux_2_17_x86_64.whl is broken", 1).contains("a-manylinux_2_17_x86_64.whl is broken"));
}

#[test]
fn a_large_wheel_is_refused() {
    let message = refused(OLD, LARGEST + 1);
    assert!(message.starts_with("a.whl: 6000001 bytes are more than the 6000000"), "{message}");
}

#[test]
fn files_are_copied_into_a_new_directory() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.whl");
    fs::write(&file, "a wheel").unwrap();
    let place = publish(&file, &directory.path().join("new/dist")).unwrap();
    assert_eq!(place, directory.path().join("new/dist/a.whl"));
    assert_eq!(fs::read_to_string(&place).unwrap(), "a wheel");
    assert_eq!(files(&directory.path().join("new/dist")).unwrap(), [place]);
}

#[test]
fn bad_arguments() {
    for (words, expected) in [(&["--out"][..], "--out lacks its value"), (&["--fast"], "no option --fast")] {
        let Err(Failure::Usage(message)) = Options::from(Arguments::new(words.iter().map(OsString::from))) else {
            panic!("{words:?} are taken")
        };
        assert!(message.contains(expected), "{words:?}: {message}");
    }
}
