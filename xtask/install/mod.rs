//! `cargo xtask install-c`: builds the C libraries and installs them with header, pkg-config files
//! and examples.

mod build;
mod options;
mod package;
mod place;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::{Failure, Result, at, header, root};
use build::Libraries;
pub(crate) use options::Options;
use place::Placed;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The names of the shared library.
///
/// The loader's name ends with the version of the binary interface, `ATEMOYA_ABI_VERSION`: programs
/// go on with any library whose interface is the same. The file's name has the library's own
/// version after it.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    /// `libatemoya.so.1.0.1.0`: the file.
    file: String,
    /// `libatemoya.so.1`: what programs ask the loader for.
    soname: String,
}

impl Names {
    fn of(header: &str) -> Result<Self> {
        let abi = header
            .lines()
            .find_map(|line| line.strip_prefix("#define ATEMOYA_ABI_VERSION "))
            .ok_or_else(|| Failure::Failed("src/ffi: there is no ATEMOYA_ABI_VERSION".to_owned()))?;
        let soname = format!("libatemoya.so.{abi}");
        Ok(Self { file: format!("{soname}.{VERSION}"), soname })
    }
}

/// All crates of the workspace have the same.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the subcommand and returns what it has to say: the installed files.
pub(crate) fn run(arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<String> {
    let installed = installed(&Options::from(arguments)?)?;
    Ok(installed.iter().map(|path| format!("{}\n", path.display())).collect())
}

/// Builds and installs the libraries, and returns the installed files.
pub(crate) fn installed(options: &Options) -> Result<Vec<PathBuf>> {
    // Not the file, which may be older than the sources of the libraries.
    let header = header::library()?;
    let names = Names::of(&header)?;
    let libraries = build::libraries(options, &names.soname)?;
    install(options, &names, &header, &libraries)
}

/// Puts everything in its place. What finds the rest comes after it: links after their file, the
/// pkg-config files last.
fn install(options: &Options, names: &Names, header: &str, libraries: &Libraries) -> Result<Vec<PathBuf>> {
    let mut placed = Placed::below(&options.place()?);
    let library = &options.libdir;
    placed.copy(&library.join(&names.file), &libraries.shared)?;
    placed.link(&library.join(&names.soname), &names.file)?;
    placed.link(&library.join("libatemoya.so"), &names.soname)?;
    placed.copy(&library.join("libatemoya.a"), &libraries.fixed)?;
    placed.text(Path::new("include/atemoya.h"), header)?;
    for example in examples()? {
        if let Some(name) = example.file_name() {
            placed.copy(&Path::new("share/atemoya/examples").join(name), &example)?;
        }
    }
    placed.text(&library.join("pkgconfig/atemoya-shared.pc"), &package::shared(options))?;
    placed.text(&library.join("pkgconfig/atemoya.pc"), &package::text(options, libraries))?;
    Ok(placed.files())
}

/// Returns the examples in C, in the order of their names.
fn examples() -> Result<Vec<PathBuf>> {
    let directory = root().join("examples/c");
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut examples = Vec::new();
    for entry in fs::read_dir(&directory).map_err(at(&directory))? {
        let path = entry.map_err(at(&directory))?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            examples.push(path);
        }
    }
    examples.sort();
    Ok(examples)
}
