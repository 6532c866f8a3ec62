//! Which crates cargo links into a package, and where their files are.

use crate::{Failure, Result, failed, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// A crate of somebody else.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// What its manifest says, an expression in SPDX's words.
    pub(crate) license: String,
    /// Where its files are.
    pub(crate) directory: PathBuf,
    /// Whether it links a native library, which it may bring along.
    pub(crate) native: bool,
}

impl Crate {
    /// Returns name and version.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// Returns the crates of others that cargo links into a package, by name and version. Macros and
/// build scripts run in the compiler, and tests are not handed on.
pub(crate) fn into(package: &str) -> Result<Vec<Crate>> {
    let tree = cargo(
        &["tree", "--locked", "--package", package]
            .into_iter()
            .chain(["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}"])
            .collect::<Vec<_>>(),
    )?;
    let linked: BTreeSet<(String, String)> = tree.lines().filter_map(name_and_version).collect();
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(failed("cargo metadata"))?;
    let mut crates = Vec::new();
    for (name, version) in linked {
        let of = metadata["packages"].as_array().into_iter().flatten();
        let mut of = of.filter(|package| package["name"] == *name && package["version"] == *version);
        let Some(package) = of.next() else {
            return Err(Failure::Failed(format!("cargo metadata: there is no {name} {version}, which cargo tree has")));
        };
        // Ours have no source.
        if package["source"].is_null() {
            continue;
        }
        let mut directory = PathBuf::from(package["manifest_path"].as_str().unwrap_or_default());
        directory.pop();
        let license = package["license"].as_str().unwrap_or("see its licence below").to_owned();
        crates.push(Crate { name, version, license, directory, native: !package["links"].is_null() });
    }
    Ok(crates)
}

/// Returns both of a line `name v1.2.3`, after which a path may follow.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
}

fn cargo(arguments: &[&str]) -> Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(&cargo).args(arguments).current_dir(root()).output().map_err(failed(cargo.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Failed(format!("cargo {} failed: {}", arguments[0], said.trim())))
}
