//! What developers of atemoya do beside cargo: `cargo xtask header`, `install-c`, `c-tarball`,
//! `wheel`, `tidy`.
//!
//! Each subcommand is one module, which turns arguments into files. A failure is a sentence that
//! names its file.

mod arguments;
mod header;
mod install;
mod licenses;
mod tarball;
mod tidy;
mod wheel;

use arguments::Arguments;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask header [--check]
           Makes include/atemoya.h from src/ffi. With --check it compares instead, and fails where they differ.

       cargo xtask install-c --prefix DIR [--libdir NAME] [--destdir DIR] [--profile NAME]
           Builds the C libraries and installs them with header, pkg-config files and examples.
           --prefix DIR      the directory that gets include/, lib/ and share/
           --libdir NAME     the libraries' directory below it (default: lib)
           --destdir DIR     is set before the prefix: where a package is put together
           --profile NAME    cargo's profile (default: release)

       cargo xtask c-tarball --out DIR [--profile NAME]
           Packs what install-c installs, with README and licences (those of linked crates, too), into
           DIR/atemoya-c-VERSION-SYSTEM.tar.gz. The same files give the same archive: their times
           are SOURCE_DATE_EPOCH or, where that is not set, the time of the last commit.

       cargo xtask wheel [--out DIR] [--sdist]
           Builds the Python package's wheel, linked by zig against glibc 2.17, and has auditwheel
           prove it. It has the licences of the crates that are linked. The tools are installed from
           PyPI into target/wheel-tools.
           --out DIR         the directory for the wheel (default: target/wheels)
           --sdist           makes the source distribution, too

       cargo xtask tidy [--count DIR] [--public]
           Checks files, lines, imports and floors, and counts them and the public items. With --count
           it only counts, in another checkout. With --public it lists the public items.
";

/// Why a subcommand failed.
#[derive(Debug)]
enum Failure {
    /// The arguments are wrong: the usage is printed.
    Usage(String),
    Failed(String),
}

type Result<T> = std::result::Result<T, Failure>;

/// Makes the failure of an operation on a file, for `map_err`.
fn at(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    failed(path.display())
}

/// Makes a failure of what failed and why, for `map_err`.
fn failed<E: Display>(what: impl Display) -> impl FnOnce(E) -> Failure {
    move |error| Failure::Failed(format!("{what}: {error}"))
}

/// Returns the repository.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Returns the directory in which cargo builds.
fn target() -> Result<PathBuf> {
    let Some(path) = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from) else { return Ok(root().join("target")) };
    std::path::absolute(&path).map_err(at(&path))
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is where the command prints its result")]
fn main() -> ExitCode {
    let mut arguments = Arguments::new(std::env::args_os().skip(1));
    let result = match arguments.word().as_deref() {
        Some("header") => header::run(arguments),
        Some("install-c") => install::run(arguments),
        Some("c-tarball") => tarball::run(arguments),
        Some("wheel") => wheel::run(arguments),
        Some("tidy") => tidy::run(arguments),
        Some("help" | "--help" | "-h") => Ok(USAGE.to_owned()),
        Some(other) => Err(Failure::Usage(format!("there is no subcommand {other}"))),
        None => Err(Failure::Usage("a subcommand is missing".to_owned())),
    };
    match result {
        Ok(output) => {
            print!("{output}");
            ExitCode::SUCCESS
        }
        Err(Failure::Usage(message)) => {
            eprintln!("xtask: {message}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(message)) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
