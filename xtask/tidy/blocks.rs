//! Imports stand in one block: `use` lines that an empty line tears apart are not sorted together.

use super::Offence;
use super::tree::{File, Language};

/// Returns the `use` lines that stand behind an empty line, where a `use` of the same visibility
/// stands before it.
pub(crate) fn torn(files: &[File]) -> Vec<Offence> {
    let mut torn = Vec::new();
    for file in files.iter().filter(|file| file.language == Language::Rust) {
        // The visibility of the `use` before, and whether an empty line has come since.
        let mut before: Option<(&str, bool)> = None;
        let mut within = false;
        for (text, line) in file.text.lines().zip(1..) {
            match import(text) {
                _ if within => within = !text.ends_with(';'),
                Some(visibility) => {
                    if before == Some((visibility, true)) {
                        let what = "an empty line tears the imports apart: make them one block".to_owned();
                        torn.push(Offence::at(file, line, what));
                    }
                    before = Some((visibility, false));
                    within = !text.ends_with(';');
                }
                None if text.trim().is_empty() => before = before.map(|(visibility, _)| (visibility, true)),
                None if text.trim_start().starts_with("#[") => {}
                None => before = None,
            }
        }
    }
    torn
}

/// Returns the visibility of the `use` that a line begins, with its indentation.
fn import(text: &str) -> Option<&str> {
    let (before, _) = text.split_once("use ")?;
    let visibility = before.trim();
    let is_visibility = visibility.is_empty()
        || visibility == "pub"
        || (visibility.starts_with("pub(") && visibility.ends_with(')') && !visibility.contains(' '));
    is_visibility.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_between_imports_are_found() {
        let text =
            "use a;\nuse b::{\n    c,\n\n    d,\n};\n\nuse e;\n\npub use f;\npub use g;\n\nfn h() {}\n\nuse i;\n";
        let file = File { path: "a.rs".to_owned(), text: text.to_owned(), language: Language::Rust };
        let lines: Vec<_> = torn(&[file]).iter().map(|offence| offence.line).collect();
        assert_eq!(lines, [8]);
    }
}
