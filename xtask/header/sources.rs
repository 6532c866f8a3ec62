//! The files of the C interface in the order of the header: a module's own file, then its modules'
//! as it declares them.
//!
//! A type must be declared before another file uses it, as C has it. rustfmt sorts `mod` lines only
//! between empty lines.

use crate::{Failure, Result, at};
use std::fs;
use std::path::{Path, PathBuf};

/// The title of the first file's part.
const TOP: &str = "general";

/// One file of the interface.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// The module's name, as the heading of its part.
    pub(crate) title: String,
    pub(crate) text: String,
}

/// Returns all files of the module whose `mod.rs` lies in a directory.
pub(crate) fn of(directory: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    add(directory.join("mod.rs"), directory, TOP, &mut sources)?;
    Ok(sources)
}

/// Adds a file, and those of the modules that it declares, which lie in a directory.
fn add(path: PathBuf, directory: &Path, title: &str, sources: &mut Vec<Source>) -> Result<()> {
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let modules: Vec<String> = modules(&text).map(str::to_owned).collect();
    sources.push(Source { path: path.clone(), title: title.replace('_', " "), text });
    for module in modules {
        let below = directory.join(&module);
        let candidates = [directory.join(format!("{module}.rs")), below.join("mod.rs")];
        let Some(file) = candidates.into_iter().find(|file| file.is_file()) else {
            return Err(Failure::Failed(format!("{}: there is no file of its module {module}", path.display())));
        };
        let within = if title == TOP { module } else { format!("{title}: {module}") };
        add(file, &below, &within, sources)?;
    }
    Ok(())
}

/// Returns the modules that a file declares, those of tests left out.
fn modules(text: &str) -> impl Iterator<Item = &str> {
    let before = std::iter::once("").chain(text.lines());
    text.lines().zip(before).filter(|(_, before)| before.trim() != "#[cfg(test)]").filter_map(|(line, _)| {
        let (visibility, name) = line.trim().strip_suffix(';')?.split_once("mod ")?;
        let visible = visibility.is_empty() || (visibility.starts_with("pub") && visibility.ends_with(' '));
        (visible && is_name(name)).then_some(name)
    })
}

impl Source {
    /// Returns the names of its functions that C may call.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.items(&["extern \"C\" fn "]).filter(|name| name.starts_with("atemoya_"))
    }

    /// Returns the names of its types.
    pub(crate) fn types(&self) -> impl Iterator<Item = &str> {
        self.items(&["struct ", "enum ", "union ", "type "])
    }

    /// Returns all names that may stand in a header.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.functions().chain(self.types()).chain(self.items(&["const ", "static "]))
    }

    /// Returns the names after one of the words, which stand at the beginning of a line, after
    /// `pub` and `unsafe` perhaps.
    fn items(&self, words: &'static [&'static str]) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|line| {
            let mut item = line;
            if let Some(public) = item.strip_prefix("pub") {
                item = public.trim_start_matches(|c| c != ' ').trim_start();
            }
            item = item.strip_prefix("unsafe ").unwrap_or(item);
            let after = words.iter().find_map(|word| item.strip_prefix(word))?;
            Some(name(after))
        })
    }
}

/// Returns the name that a text begins with.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end).0
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && name(text) == text
}
