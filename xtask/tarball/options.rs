//! What `c-tarball` is asked for.

use crate::arguments::Arguments;
use crate::{Failure, Result};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug)]
pub(crate) struct Options {
    /// The directory that gets the archive.
    pub(crate) out: PathBuf,
    /// Cargo's profile.
    pub(crate) profile: String,
}

impl Options {
    pub(crate) fn from(mut arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<Self> {
        let mut out = None;
        let mut profile = "release".to_owned();
        while let Some(word) = arguments.word() {
            match word.as_str() {
                "--out" => out = Some(PathBuf::from(arguments.value("--out")?)),
                "--profile" => profile = arguments.text("--profile")?,
                other => return Err(Failure::Usage(format!("c-tarball: there is no option {other}"))),
            }
        }
        let out = out.ok_or_else(|| Failure::Usage("c-tarball: --out is missing".to_owned()))?;
        Ok(Self { out, profile })
    }
}
