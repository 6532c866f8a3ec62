//! An installed tree, of made-up libraries: names, links, replacement, and what pkg-config finds
//! there.

use super::build::Libraries;
use super::options::Options;
use super::{Names, VERSION, install};
use crate::Failure;
use crate::arguments::Arguments;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str = "#define ATEMOYA_ABI_VERSION 7\n";

fn options(words: &[&str]) -> crate::Result<Options> {
    Options::from(Arguments::new(words.iter().map(OsString::from)))
}

fn libraries(directory: &Path) -> Libraries {
    let [shared, fixed] = ["shared", "fixed"].map(|name| {
        let path = directory.join(name);
        fs::write(&path, name).unwrap();
        path
    });
    Libraries { shared, fixed, private: "-lm -lc".to_owned() }
}

/// Installs made-up libraries and returns the paths below the directory.
fn installed(directory: &Path, words: &[&str]) -> Vec<PathBuf> {
    let names = Names::of(HEADER).unwrap();
    let files = install(&options(words).unwrap(), &names, HEADER, &libraries(directory)).unwrap();
    files.iter().map(|path| path.strip_prefix(directory).unwrap().to_owned()).collect()
}

#[test]
fn names_and_links() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    let files = installed(directory.path(), &["--prefix", place.to_str().unwrap()]);
    let file = format!("libatemoya.so.7.{VERSION}");
    for name in [&format!("lib/{file}"), "lib/libatemoya.a", "include/atemoya.h", "lib/pkgconfig/atemoya.pc"] {
        assert!(files.contains(&Path::new("place").join(name)), "{name}: {files:?}");
        assert_eq!(fs::metadata(place.join(name)).unwrap().mode() & 0o777, 0o644, "{name}");
    }
    assert_eq!(fs::read_link(place.join("lib/libatemoya.so.7")).unwrap(), Path::new(&file));
    assert_eq!(fs::read_link(place.join("lib/libatemoya.so")).unwrap(), Path::new("libatemoya.so.7"));
    assert_eq!(fs::read_to_string(place.join("lib/libatemoya.so")).unwrap(), "shared");
    assert_eq!(fs::read_to_string(place.join("include/atemoya.h")).unwrap(), HEADER);
    assert_eq!(fs::read_dir(place.join("lib")).unwrap().count(), 5, "nothing is left of what was made beside");
}

/// Who has the old file open keeps it.
#[test]
fn files_are_replaced_and_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    let words = ["--prefix", place.to_str().unwrap()];
    installed(directory.path(), &words);
    let path = place.join(format!("lib/libatemoya.so.7.{VERSION}"));
    let before = fs::File::open(&path).unwrap();
    installed(directory.path(), &words);
    assert_ne!(before.metadata().unwrap().ino(), fs::metadata(&path).unwrap().ino());
    assert_eq!(before.metadata().unwrap().nlink(), 0);
}

#[test]
fn destdir_stands_before_the_prefix() {
    let directory = tempfile::tempdir().unwrap();
    let destdir = directory.path().to_str().unwrap();
    let files = installed(directory.path(), &["--destdir", destdir, "--prefix", "/usr", "--libdir", "lib/tuple"]);
    assert!(files.contains(&PathBuf::from("usr/lib/tuple/libatemoya.a")), "{files:?}");
    assert!(files.contains(&PathBuf::from("usr/include/atemoya.h")), "{files:?}");
}

/// pkg-config follows a tree that is moved, and finds its way from a deeper directory of libraries.
#[test]
fn pkg_config_finds_a_moved_tree() {
    let directory = tempfile::tempdir().unwrap();
    let (place, moved) = (directory.path().join("place"), directory.path().join("moved"));
    let words = ["--prefix", place.to_str().unwrap(), "--libdir", "lib/tuple"];
    installed(directory.path(), &words);
    fs::rename(&place, &moved).unwrap();
    let output = Command::new("pkg-config")
        .args(["--cflags", "--libs", "--static", "atemoya"])
        .env("PKG_CONFIG_PATH", moved.join("lib/tuple/pkgconfig"))
        .output();
    let Ok(output) = output else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no pkg-config on this machine");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let flags = String::from_utf8(output.stdout).unwrap();
    let found = |option: &str| {
        let path = flags.split_whitespace().find_map(|flag| flag.strip_prefix(option)).unwrap();
        fs::canonicalize(path).unwrap()
    };
    assert_eq!(found("-I"), fs::canonicalize(moved.join("include")).unwrap());
    assert_eq!(found("-L"), fs::canonicalize(moved.join("lib/tuple")).unwrap());
    assert!(flags.contains("-l:libatemoya.a -lm -lc"), "{flags}");
}

/// Runs a command that must end well, and returns what it printed; `None` when there is no such
/// command on this machine, and this is not CI.
fn printed(command: &mut Command) -> Option<String> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{command:?}: {error}, and CI must test it");
            let _ = writeln!(std::io::stderr(), "skipped: {command:?}: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Returns what the loader must find for a program that was linked with what pkg-config says, and
/// how the program ends without being told where.
fn linked(directory: &Path, pkg_config: &[&str]) -> Option<(Vec<String>, Option<i32>)> {
    let mut command = Command::new("pkg-config");
    command.args(pkg_config).args(["--cflags", "--libs", "atemoya"]);
    let flags = printed(command.env("PKG_CONFIG_PATH", directory.join("place/lib/pkgconfig")))?;
    let program = directory.join("program");
    printed(
        Command::new("cc").arg(directory.join("program.c")).arg("-o").arg(&program).args(flags.split_whitespace()),
    )?;
    let dynamic = printed(Command::new("readelf").arg("-d").arg(&program))?;
    let needed = dynamic.lines().filter(|line| line.contains("(NEEDED)") && line.contains("libatemoya"));
    let ended =
        Command::new(&program).env_remove("LD_LIBRARY_PATH").stderr(std::process::Stdio::null()).status().unwrap();
    Some((needed.map(str::to_owned).collect(), ended.code()))
}

#[test]
fn pkg_config_links_statically_when_it_is_asked_to() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    fs::write(place("library.c"), "int atemoya_answer(void) { return 42; }\n").unwrap();
    fs::write(place("program.c"), "int atemoya_answer(void);\nint main(void) { return atemoya_answer(); }\n").unwrap();
    let compile = |options: &[&str], out: &str| {
        printed(Command::new("cc").args(options).arg(place("library.c")).arg("-o").arg(place(out)))
    };
    if compile(&["-shared", "-fPIC", "-Wl,-soname,libatemoya.so.7"], "shared").is_none()
        || compile(&["-c"], "object.o").is_none()
        || printed(Command::new("ar").arg("rcs").arg(place("fixed")).arg(place("object.o"))).is_none()
    {
        return;
    }
    let libraries = Libraries { shared: place("shared"), fixed: place("fixed"), private: "-lm".to_owned() };
    let options = options(&["--prefix", place("place").to_str().unwrap()]).unwrap();
    install(&options, &Names::of(HEADER).unwrap(), HEADER, &libraries).unwrap();
    let Some(shared) = linked(directory.path(), &[]) else { return };
    assert!(matches!(shared.0.as_slice(), [needed] if needed.contains("libatemoya.so.7")), "{shared:?}");
    assert_eq!(linked(directory.path(), &["--static"]).unwrap(), (Vec::new(), Some(42)));
}

#[test]
fn bad_arguments() {
    for (words, expected) in [
        (&[][..], "--prefix is missing"),
        (&["--prefix"], "--prefix lacks its value"),
        (&["--prefix", ""], "--prefix is empty"),
        (&["--prefix", "/a", "--libdir", "../b"], "--libdir ../b"),
        (&["--prefix", "/a", "--libdir", "/b"], "--libdir /b"),
        (&["--prefix", "/a", "--fast"], "no option --fast"),
    ] {
        let Err(Failure::Usage(message)) = options(words) else { panic!("{words:?} are taken") };
        assert!(message.contains(expected), "{words:?}: {message}");
    }
}

/// What cannot be written is named.
#[test]
fn failures_name_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    fs::write(&place, "a file").unwrap();
    let options = options(&["--prefix", place.to_str().unwrap()]).unwrap();
    let result = install(&options, &Names::of(HEADER).unwrap(), HEADER, &libraries(directory.path()));
    let Err(Failure::Failed(message)) = result else { panic!("it is installed") };
    assert!(message.contains("place/lib"), "{message}");
}
