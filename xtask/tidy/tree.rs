//! The files that git tracks below a directory, with their text.

use crate::{Failure, Result, at, failed};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Files that a program writes, whose lengths nobody chooses.
const GENERATED: [&str; 1] = ["include/atemoya.h"];

/// What a file is written in, as far as the checks tell files apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    C,
    Markdown,
    /// Shell and TOML: comments begin with `#`.
    Hash,
}

impl Language {
    fn of(path: &str) -> Option<Language> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.').map_or(name, |(_, extension)| extension) {
            "rs" => Some(Language::Rust),
            "py" | "pyi" => Some(Language::Python),
            "c" | "h" | "cu" | "cpp" => Some(Language::C),
            "md" => Some(Language::Markdown),
            "toml" | "sh" => Some(Language::Hash),
            _ => (path == ".ci/run").then_some(Language::Hash),
        }
    }

    /// Returns whether the limits of code hold: how long a file and a line may be.
    pub(crate) fn is_code(self) -> bool {
        matches!(self, Language::Rust | Language::Python | Language::C)
    }
}

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    /// The path below the directory, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
}

/// Returns the tracked files of a known language, in the order of their paths.
pub(crate) fn files(root: &Path) -> Result<Vec<File>> {
    let output = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output().map_err(failed("git"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Failed(format!("git ls-files in {}: {}", root.display(), message.trim())));
    }
    let paths = String::from_utf8(output.stdout).map_err(failed(root.display()))?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0') {
        let Some(language) = Language::of(path) else { continue };
        let absolute = root.join(path);
        // A file that was removed stays tracked until the next commit.
        if GENERATED.contains(&path) || !absolute.is_file() {
            continue;
        }
        let text = fs::read_to_string(&absolute).map_err(at(&absolute))?;
        files.push(File { path: path.to_owned(), text, language });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_follow_the_names_of_files() {
        assert_eq!(Language::of("src/lib.rs"), Some(Language::Rust));
        assert_eq!(Language::of("python/atemoya/_native.pyi"), Some(Language::Python));
        assert_eq!(Language::of("src/cuda/kernel/expand.cu"), Some(Language::C));
        assert_eq!(Language::of(".ci/run"), Some(Language::Hash));
        assert_eq!(Language::of("format-spec/vectors/sampler.json"), None);
        assert_eq!(Language::of("LICENSE-MIT"), None);
    }
}
