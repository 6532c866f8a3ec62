//! `cargo xtask header`: makes `include/atemoya.h` from the sources of the C interface, or compares
//! them.

mod fragment;
mod sources;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::{Failure, Result, at, root};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

const COMMAND: &str = "cargo xtask header";

/// Runs the subcommand and returns what it has to say.
pub(crate) fn run(mut arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<String> {
    let mut check = false;
    while let Some(word) = arguments.word() {
        match word.as_str() {
            "--check" => check = true,
            other => return Err(Failure::Usage(format!("header: there is no option {other}"))),
        }
    }
    let path = root().join("include/atemoya.h");
    let header = library()?;
    if check {
        compare(&path, &header)?;
        return Ok(String::new());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(at(parent))?;
    }
    fs::write(&path, header).map_err(at(&path))?;
    Ok(format!("{}\n", path.display()))
}

/// Returns the header of the library's sources.
pub(crate) fn library() -> Result<String> {
    of(&root().join("src/ffi"))
}

/// Returns the header of the sources in a directory: beginning, a part of each file in the order of
/// the modules, end.
fn of(directory: &Path) -> Result<String> {
    let mut header = include_str!("begin.h").to_owned();
    let sources = sources::of(directory)?;
    for source in &sources {
        let fragment = fragment::of(source, &sources)?;
        if !fragment.is_empty() {
            header.push_str(&format!("\n/* ---- {} ---- */\n\n{fragment}\n", source.title));
        }
    }
    header.push_str(include_str!("end.h"));
    Ok(header)
}

/// Fails with the first line in which the file is not the header.
fn compare(path: &Path, header: &str) -> Result<()> {
    let file = fs::read_to_string(path).map_err(at(path))?;
    if file == header {
        return Ok(());
    }
    let (mut is, mut should) = (file.lines(), header.lines());
    let mut line = 1;
    let (is, should) = loop {
        match (is.next(), should.next()) {
            (None, None) => break ("(the ends of lines are others)", "(line feeds)"),
            (is, should) if is == should => line += 1,
            (is, should) => break (is.unwrap_or("(the end of the file)"), should.unwrap_or("(the end of the file)")),
        }
    };
    Err(Failure::Failed(format!(
        "{} is not what src/ffi says; run `{COMMAND}`\n  line {line} is         {is}\n  but should be  {should}",
        path.display()
    )))
}
