//! What `install-c` is asked for.

use crate::arguments::Arguments;
use crate::{Failure, Result, at};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Options {
    prefix: PathBuf,
    destdir: Option<PathBuf>,
    /// The libraries' directory below the prefix.
    pub(crate) libdir: PathBuf,
    pub(crate) profile: String,
}

impl Options {
    pub(crate) fn from(mut arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<Self> {
        let mut prefix = None;
        let mut destdir = None;
        let mut libdir = PathBuf::from("lib");
        let mut profile = "release".to_owned();
        while let Some(word) = arguments.word() {
            match word.as_str() {
                "--prefix" => prefix = Some(directory(arguments.value("--prefix")?, "--prefix")?),
                "--destdir" => destdir = Some(directory(arguments.value("--destdir")?, "--destdir")?),
                "--libdir" => libdir = below(arguments.value("--libdir")?)?,
                "--profile" => profile = arguments.text("--profile")?,
                other => return Err(Failure::Usage(format!("install-c: there is no option {other}"))),
            }
        }
        let prefix = prefix.ok_or_else(|| Failure::Usage("install-c: --prefix is missing".to_owned()))?;
        Ok(Self { prefix, destdir, libdir, profile })
    }

    /// What is asked for by a prefix and a profile alone.
    pub(crate) fn at(prefix: PathBuf, profile: String) -> Self {
        Self { prefix, destdir: None, libdir: PathBuf::from("lib"), profile }
    }

    /// Returns the directory that gets include/, lib/ and share/.
    pub(crate) fn place(&self) -> Result<PathBuf> {
        let prefix = std::path::absolute(&self.prefix).map_err(at(&self.prefix))?;
        let Some(destdir) = &self.destdir else { return Ok(prefix) };
        let destdir = std::path::absolute(destdir).map_err(at(destdir))?;
        Ok(destdir.join(prefix.strip_prefix("/").unwrap_or(&prefix)))
    }
}

fn directory(value: OsString, option: &str) -> Result<PathBuf> {
    if value.is_empty() {
        return Err(Failure::Usage(format!("install-c: {option} is empty")));
    }
    Ok(PathBuf::from(value))
}

/// Returns a directory below the prefix, as the libraries' must be: the pkg-config file finds the
/// prefix from there.
fn below(value: OsString) -> Result<PathBuf> {
    let path = Path::new(&value);
    let normal = path.components().all(|component| matches!(component, Component::Normal(_)));
    if value.is_empty() || !normal {
        return Err(Failure::Usage(format!(
            "install-c: --libdir {}: not a directory below the prefix",
            path.display()
        )));
    }
    Ok(path.components().collect())
}
