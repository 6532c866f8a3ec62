//! What `wheel` is asked for.

use crate::arguments::Arguments;
use crate::{Failure, Result, target};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug)]
pub(crate) struct Options {
    /// Where the wheel is put.
    pub(crate) out: PathBuf,
    /// Whether the source distribution is made, too.
    pub(crate) sdist: bool,
}

impl Options {
    pub(crate) fn from(mut arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<Self> {
        let mut options = Self { out: target()?.join("wheels"), sdist: false };
        while let Some(word) = arguments.word() {
            match word.as_str() {
                "--out" => options.out = arguments.value("--out")?.into(),
                "--sdist" => options.sdist = true,
                other => return Err(Failure::Usage(format!("wheel: there is no option {other}"))),
            }
        }
        Ok(options)
    }
}
