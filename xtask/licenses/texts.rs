//! The licences in the files of a crate, and of the C library that it brings along.

use super::linked::Crate;
use super::supplied;
use crate::{Failure, Result, at};
use std::fs;
use std::path::{Path, PathBuf};

/// A licence or notice, and what it is for.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) work: String,
    pub(crate) text: String,
}

/// Returns the texts of a crate. One without a licence is refused, by name.
pub(crate) fn of(linked: &Crate) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    let mut licensed = false;
    for path in files(&linked.directory)? {
        licensed |= is_license(&path);
        texts.push(Text { work: linked.title(), text: fs::read_to_string(&path).map_err(at(&path))? });
    }
    if !licensed {
        let Some(text) = supplied::text(&linked.name) else {
            return Err(Failure::Failed(format!(
                "{}: {} has no file with its licence ({}). Add the text to `TEXTS` in xtask/licenses/supplied.rs",
                linked.directory.display(),
                linked.title(),
                linked.license
            )));
        };
        texts.push(Text { work: linked.title(), text: text.to_owned() });
    }
    if linked.native {
        texts.extend(brought(linked, &texts)?);
    }
    Ok(texts)
}

/// Returns the licence of the C library that a crate with these texts brings along. One that nobody
/// has looked at is refused: it may leave a choice.
fn brought(linked: &Crate, texts: &[Text]) -> Result<Option<Text>> {
    if let Some((library, file)) = supplied::native(&linked.name) {
        let path = linked.directory.join(file);
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        return Ok(Some(Text { work: format!("{library}, the C library in {}", linked.title()), text }));
    }
    for entry in fs::read_dir(&linked.directory).map_err(at(&linked.directory))? {
        let path = entry.map_err(at(&linked.directory))?.path();
        for path in if path.is_dir() { files(&path)? } else { Vec::new() } {
            let text = fs::read_to_string(&path).map_err(at(&path))?;
            if !texts.iter().any(|has| words(&has.text) == words(&text)) {
                return Err(Failure::Failed(format!(
                    "{}: {} brings along a library with a licence of its own. Add it to `NATIVE` in \
                     xtask/licenses/supplied.rs",
                    path.display(),
                    linked.title()
                )));
            }
        }
    }
    Ok(None)
}

/// Returns a text without what its lines and spaces are: two that agree are one licence.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the licences and notices in a directory, in the order of their names.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let path = entry.map_err(at(directory))?.path();
        if path.is_file() && (is_license(&path) || begins(&path, &["notice", "copyright"])) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is_license(path: &Path) -> bool {
    begins(path, &["license", "licence", "copying", "unlicense"])
}

fn begins(path: &Path, words: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    words.iter().any(|word| name.starts_with(word)) && !name.ends_with(".rs")
}
