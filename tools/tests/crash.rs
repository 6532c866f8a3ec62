//! Killed at any moment, `pack` and `index` leave the old state or the new one; interrupted, they
//! clean up as well.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use common::{atemoya, data, index_arguments, names, pack_arguments, run};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many moments are tried.
const MOMENTS: u32 = 40;

fn spawn(arguments: &[String]) -> Child {
    atemoya().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Returns how long the command takes when nobody kills it.
fn duration(arguments: &[String]) -> Duration {
    let start = Instant::now();
    assert!(spawn(arguments).wait().unwrap().success());
    start.elapsed()
}

/// Makes the simulated data and an empty directory. Returns the directory, and where in it a store
/// will be.
fn empty_target() -> (TempDir, PathBuf) {
    data();
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.atemoya");
    (directory, store)
}

/// Runs the command, which must succeed.
fn finish(arguments: &[String]) {
    run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Starts the command again and again and kills it at moments spread over its run. Returns how many
/// were killed in time.
fn kill_often(arguments: &[String], whole: Duration, mut after: impl FnMut()) -> u32 {
    let mut killed = 0;
    for moment in 0..MOMENTS {
        let mut child = spawn(arguments);
        std::thread::sleep(whole * moment / MOMENTS);
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        after();
    }
    killed
}

fn verify(store: &Path) {
    assert!(run(&["verify", store.to_str().unwrap()]).contains("all good"));
}

fn hidden(directory: &Path) -> Vec<String> {
    names(directory).into_iter().filter(|name| name.starts_with('.')).collect()
}

#[test]
fn a_killed_pack_leaves_no_store_or_a_whole_one() {
    let (directory, store) = empty_target();
    let arguments = pack_arguments(&store);
    let whole = duration(&arguments);
    std::fs::remove_dir_all(&store).unwrap();
    let mut complete = 0;
    let killed = kill_often(&arguments, whole, || {
        if store.exists() {
            verify(&store);
            std::fs::remove_dir_all(&store).unwrap();
            complete += 1;
        }
    });
    let _ = writeln!(
        std::io::stderr(),
        "{killed} of {MOMENTS} packs killed; {complete} left a whole store, the others none"
    );
    assert!(killed > 0);
    // What the killed ones left under hidden names goes with the next one.
    finish(&arguments);
    assert_eq!(hidden(directory.path()), [""; 0]);
}

#[test]
fn a_killed_replacement_leaves_the_old_store_or_the_new_one() {
    let (directory, store) = empty_target();
    let mut arguments = pack_arguments(&store);
    let whole = duration(&arguments);
    arguments.push("--force".into());
    let killed = kill_often(&arguments, whole, || verify(&store));
    assert!(killed > 0);
    finish(&arguments);
    assert_eq!(names(directory.path()), ["s.atemoya"]);
}

#[test]
fn a_killed_index_leaves_the_store_whole() {
    let (_directory, store) = empty_target();
    finish(&pack_arguments(&store));
    let mut arguments = index_arguments(&store);
    let whole = duration(&arguments);
    arguments.push("--force".into());
    let loci = store.join("loci");
    let killed = kill_often(&arguments, whole, || {
        verify(&store);
        assert!(names(&loci).contains(&"default".to_owned()));
    });
    assert!(killed > 0);
    finish(&arguments);
    assert_eq!(names(&loci), ["default"]);
}

#[test]
#[cfg(unix)]
fn an_interrupted_pack_leaves_nothing_and_ends_with_130() {
    let (directory, store) = empty_target();
    let arguments = pack_arguments(&store);
    let whole = duration(&arguments);
    std::fs::remove_dir_all(&store).unwrap();
    let mut interrupted = 0;
    for moment in 0..MOMENTS {
        let mut child = spawn(&arguments);
        std::thread::sleep(whole * moment / MOMENTS);
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        match child.wait().unwrap().code() {
            // Before the command listens, the signal ends it; it has done nothing then.
            None => assert_eq!(names(directory.path()), [""; 0]),
            Some(0) => std::fs::remove_dir_all(&store).unwrap(),
            Some(code) => {
                assert_eq!(code, 130);
                assert_eq!(names(directory.path()), [""; 0]);
                interrupted += 1;
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{interrupted} of {MOMENTS} packs interrupted");
    assert!(interrupted > 0);
}

#[test]
fn an_interrupted_demo_removes_what_it_wrote() {
    let directory = tempfile::tempdir().unwrap();
    for (name, last) in [("new", "genome.fa"), ("empty", "demo.atemoya")] {
        let keep = directory.path().join(name);
        if name == "empty" {
            std::fs::create_dir(&keep).unwrap();
        }
        let mut child = spawn(&["demo".into(), "--keep".into(), keep.to_str().unwrap().into()]);
        while !keep.join(last).exists() {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was interrupted");
            std::thread::sleep(Duration::from_millis(1));
        }
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(keep.exists(), name == "empty");
        assert!(!keep.exists() || names(&keep).is_empty());
    }
}
