//! `cargo xtask tidy`: checks the rules of the house that a program can check, and counts.
//!
//! It reads the files that git tracks: how long files and lines are, which files of the library
//! import which, and what of the library is public.

mod blocks;
mod circles;
mod comments;
mod floors;
mod imports;
mod library;
mod lines;
mod report;
mod surface;
#[cfg(test)]
mod tests;
mod tree;

use crate::arguments::Arguments;
use crate::{Failure, Result, root};
use library::Library;
use report::Counts;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use tree::File;

/// Something that a rule forbids.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offence {
    path: String,
    line: usize,
    what: String,
}

impl Offence {
    fn at(file: &File, line: usize, what: String) -> Offence {
        Offence { path: file.path.clone(), line, what }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Runs the subcommand and returns what it counts.
pub(crate) fn run(mut arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<String> {
    let (mut elsewhere, mut public) = (None, false);
    while let Some(word) = arguments.word() {
        match word.as_str() {
            "--count" => elsewhere = Some(PathBuf::from(arguments.value("--count")?)),
            "--public" => public = true,
            other => return Err(Failure::Usage(format!("tidy: there is no option {other}"))),
        }
    }
    let (counts, offences) = examine(elsewhere.as_deref().unwrap_or(&root()))?;
    if public {
        return Ok(counts.surface.names.iter().map(|(file, name)| format!("{file}: {name}\n")).collect());
    }
    if elsewhere.is_some() || offences.is_empty() {
        return Ok(counts.to_string());
    }
    let lines: String = offences.iter().map(|offence| format!("{offence}\n")).collect();
    Err(Failure::Failed(format!("tidy: {} to mend\n{lines}\n{counts}", offences.len())))
}

/// Counts what is in a checkout, and finds what breaks a rule, in the order of files and lines.
fn examine(root: &Path) -> Result<(Counts, Vec<Offence>)> {
    let files = tree::files(root)?;
    let mut measured = lines::measure(&files);
    let torn = blocks::torn(&files);
    let library = Library::read(&files)?;
    let imports = library.as_ref().map(imports::between_files).unwrap_or_default();
    let is_checked = |file: &str| circles::WITHOUT_CIRCLES.iter().any(|directory| file.starts_with(directory));
    let circles = circles::circles(&imports, is_checked);
    let upward = floors::upward(&imports);
    let counts = Counts {
        files_of: circles::WITHOUT_CIRCLES.map(|directory| {
            let count = files.iter().filter(|file| file.path.starts_with(directory)).count();
            (directory, count)
        }),
        circles: circles.len(),
        files_in_circles: circles.iter().map(|circle| circle.files.len()).sum(),
        circles_anywhere: circles::circles(&imports, |_| true).len(),
        upward: upward.len(),
        torn: torn.len(),
        surface: library.as_ref().map(surface::Surface::of).unwrap_or_default(),
        files: measured.files,
        lines: measured.lines,
        longest: [measured.longest_file, measured.longest_prose, measured.longest_code],
        long: [measured.long_files.len(), measured.long_prose.len(), measured.long_code.len()],
    };
    let mut offences = torn;
    offences.append(&mut measured.long_files);
    offences.append(&mut measured.long_prose);
    offences.append(&mut measured.long_code);
    for circle in &circles {
        let what = format!("files import each other in a circle: {}", circle.way.join(" -> "));
        offences.push(Offence {
            path: circle.way.first().copied().unwrap_or_default().to_owned(),
            line: circle.line,
            what,
        });
    }
    offences.extend(upward.into_iter().map(|(path, line, what)| Offence { path: path.to_owned(), line, what }));
    offences.sort();
    Ok((counts, offences))
}
