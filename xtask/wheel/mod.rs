//! `cargo xtask wheel`: builds the Python package's wheel for old Linux systems too, and proves it.
//!
//! The linker is zig's, which links against the C library of glibc 2.17 and newer, whatever this
//! machine has. `auditwheel` then says which systems the wheel runs on.

mod audit;
mod options;
#[cfg(test)]
mod tests;
mod tools;

use crate::arguments::Arguments;
use crate::{Result, at, licenses, root, target};
use options::Options;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tools::Tools;

/// The oldest glibc that the wheel runs with: the oldest that Rust's standard library supports.
const GLIBC: &str = "2_17";

/// A wheel that is larger has become so by mistake.
const LARGEST: u64 = 6_000_000;

/// Runs the subcommand and returns what it has to say: what `auditwheel` found, and the files.
pub(crate) fn run(arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<String> {
    let options = Options::from(arguments)?;
    let tools = Tools::ready(&target()?)?;
    let built = target()?.join("wheel");
    empty(&built)?;
    let manifest = root().join("python/Cargo.toml");
    if options.sdist {
        let mut sdist = tools.command("maturin");
        tools.run(sdist.arg("sdist").arg("--manifest-path").arg(&manifest).arg("--out").arg(&built))?;
    }
    let mut build = tools.command("maturin");
    build.args(["build", "--release", "--locked", "--zig", "--compatibility", &format!("manylinux_{GLIBC}")]);
    build.env("CARGO_ENCODED_RUSTFLAGS", without_paths());
    build.arg("--manifest-path").arg(&manifest).arg("--out").arg(&built);
    // Where `license-files` in python/pyproject.toml looks for it. The sdist has no need of it: it
    // contains nobody else's work.
    let licenses = root().join("python").join(licenses::FILE);
    fs::write(&licenses, licenses::of("atemoya-python", &tools.linked()?)?).map_err(at(&licenses))?;
    let ended = tools.run(&mut build);
    fs::remove_file(&licenses).map_err(at(&licenses))?;
    ended?;

    let mut said = String::new();
    for path in files(&built)? {
        let size = fs::metadata(&path).map_err(at(&path))?.len();
        if path.extension().is_some_and(|extension| extension == "whl") {
            let found = tools.printed(tools.command("auditwheel").arg("show").arg(&path))?;
            audit::check(&path, &found, size)?;
            said.push_str(found.trim());
            said.push_str("\n\n");
        }
        let place = publish(&path, &options.out)?;
        said.push_str(&format!("{} ({:.2} MB)\n", place.display(), megabytes(size)));
    }
    Ok(said)
}

/// Returns the compiler's flags, as cargo takes them, that keep this machine's paths out of the
/// wheel. Panics of dependencies would name them.
fn without_paths() -> OsString {
    let home = std::env::home_dir().unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let mut flags = OsString::new();
    for (path, name) in [(cargo, "cargo"), (root(), "atemoya")] {
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(path);
        flags.push(format!("={name}"));
    }
    flags
}

#[expect(clippy::cast_precision_loss, reason = "it is printed with two digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Copies a file to the directory, by way of a name that nobody asks for.
fn publish(file: &Path, directory: &Path) -> Result<PathBuf> {
    let name = file.file_name().unwrap_or_default();
    fs::create_dir_all(directory).map_err(at(directory))?;
    let place = directory.join(name);
    let beside = directory.join(format!(".{}.{}", name.display(), std::process::id()));
    fs::copy(file, &beside).and_then(|_| fs::rename(&beside, &place)).map_err(at(&place))?;
    Ok(place)
}

/// Returns the files of a directory, in the order of their names.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        files.push(entry.map_err(at(directory))?.path());
    }
    files.sort();
    Ok(files)
}

/// Makes an empty directory, of which what is in it is ours.
fn empty(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(at(directory))?;
    }
    fs::create_dir_all(directory).map_err(at(directory))
}
