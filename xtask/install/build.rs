//! The C libraries, built by cargo.
//!
//! They are those of the crate `atemoya-c`, which by itself makes the shared one alone, for tests:
//! the static one, and what the linker is told, are arguments of this one build. It has a directory
//! of its own, since libraries of other builds have the same names.

use super::options::Options;
use crate::{Failure, Result, at, failed, root, target};
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

/// What was built.
#[derive(Debug)]
pub(crate) struct Libraries {
    pub(crate) shared: PathBuf,
    pub(crate) fixed: PathBuf,
    /// The system's libraries that a program needs beside the static one, as the linker's
    /// arguments.
    pub(crate) private: String,
}

/// Builds them, the shared one with the name that programs ask the loader for.
pub(crate) fn libraries(options: &Options, soname: &str) -> Result<Libraries> {
    let target = target()?.join("c");
    // The one profile whose directory has another name.
    let built = target.join(if options.profile == "dev" { "debug" } else { &options.profile });
    let libraries = [built.join("libatemoya_c.so"), built.join("libatemoya_c.a")];
    let private = built.join("libatemoya_c.native-static-libs");
    // Linked anew each time: libraries with another soname have the same names, and cargo would
    // take them for its own.
    for name in ["deps/libatemoya_c.so", "deps/libatemoya_c.a"] {
        let old = built.join(name);
        if let Err(error) = fs::remove_file(&old)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(at(&old)(error));
        }
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(["rustc", "--locked", "--package", "atemoya-c", "--lib", "--crate-type", "cdylib,staticlib"])
        .args(["--profile", &options.profile])
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-C", &format!("link-arg=-Wl,-soname,{soname}")])
        .args(["--print".into(), format!("native-static-libs={}", private.display())])
        .current_dir(root())
        .status()
        .map_err(failed(cargo.display()))?;
    if !status.success() {
        return Err(Failure::Failed("the libraries cannot be built: cargo says above why".to_owned()));
    }
    let [shared, fixed] = libraries;
    let private = fs::read_to_string(&private).map_err(at(&private))?;
    // Compilers add the C library, and of the unwinder's libraries the one that is for the kind of
    // program; naming one is wrong for the other.
    let private = private.split_whitespace().filter(|library| !matches!(*library, "-lgcc_s" | "-lc"));
    let private = private.collect::<Vec<_>>().join(" ");
    Ok(Libraries { shared, fixed, private })
}
