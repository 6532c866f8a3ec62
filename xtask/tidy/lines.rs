//! How long files and lines are.

use super::Offence;
use super::comments::{Prose, prose};
use super::tree::{File, Language};
use std::collections::HashSet;

/// Lines of a file of code at most.
const FILE: usize = 300;
/// Columns of a line of prose at most.
const PROSE: usize = 100;
/// Columns of a line of code at most.
const CODE: usize = 120;

/// What of the tree was measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) files: usize,
    pub(crate) lines: usize,
    pub(crate) longest_file: usize,
    pub(crate) longest_prose: usize,
    pub(crate) longest_code: usize,
    pub(crate) long_files: Vec<Offence>,
    pub(crate) long_prose: Vec<Offence>,
    pub(crate) long_code: Vec<Offence>,
}

/// Measures all files.
pub(crate) fn measure(files: &[File]) -> Measured {
    let mut measured = Measured::default();
    for file in files {
        if file.language.is_code() {
            let lines = file.text.lines().count();
            measured.files += 1;
            measured.lines += lines;
            measured.longest_file = measured.longest_file.max(lines);
            if lines > FILE {
                let what = format!("the file has {lines} lines, and may have {FILE}: split it, tests first");
                measured.long_files.push(Offence::at(file, FILE + 1, what));
            }
        }
        measured.lines_of(file);
    }
    measured
}

impl Measured {
    fn lines_of(&mut self, file: &File) {
        let prose = prose(file);
        let free = unbreakable(&prose, file.language);
        let prose: HashSet<usize> = prose.iter().map(|prose| prose.line).collect();
        for (text, line) in file.text.lines().zip(1..) {
            let columns = text.chars().count();
            if free.contains(&line) {
                continue;
            }
            if prose.contains(&line) {
                self.longest_prose = self.longest_prose.max(columns);
                if columns > PROSE {
                    let what = format!("prose of {columns} columns: wrap it at {PROSE}");
                    self.long_prose.push(Offence::at(file, line, what));
                }
            } else if file.language.is_code() && text.trim().contains(char::is_whitespace) {
                self.longest_code = self.longest_code.max(columns);
                if columns > CODE {
                    let what = format!("code of {columns} columns: wrap it at {CODE}");
                    self.long_code.push(Offence::at(file, line, what));
                }
            }
        }
    }
}

/// Returns the lines of prose that may be longer: code in fences, rows of tables, the addresses of
/// links, and words that cannot be broken.
fn unbreakable(prose: &[Prose<'_>], language: Language) -> HashSet<usize> {
    let mut free = HashSet::new();
    let (mut fenced, mut before) = (false, 0);
    for &Prose { line, text } in prose {
        let text = text.trim();
        // A comment ends where a line is none; a fence of Markdown does not.
        fenced &= language == Language::Markdown || line <= before + 1;
        before = line;
        let fence = text.starts_with("```") || text.starts_with("~~~");
        let table = text.starts_with('|');
        let link = text.starts_with('[') && text.contains("]: ");
        if fenced || fence || table || link || is_one_word(text) {
            free.insert(line);
        }
        fenced ^= fence;
    }
    free
}

/// Returns whether a line has nothing at which it could be broken, behind the mark of a list.
fn is_one_word(text: &str) -> bool {
    let marks = ["- ", "* ", "> "];
    let text = marks.into_iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    !text.trim().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(path: &str, language: Language, text: &str) -> Measured {
        measure(&[File { path: path.to_owned(), text: text.to_owned(), language }])
    }

    fn lines(offences: &[Offence]) -> Vec<usize> {
        offences.iter().map(|offence| offence.line).collect()
    }

    #[test]
    fn prose_and_code_have_limits_of_their_own() {
        let code = format!("let x = {};", "1 + ".repeat(24));
        let longer = format!("let y = {};", "1 + ".repeat(29));
        let text = format!("{code}\n{code} // word word\n{longer}\n// {}\n", "é ".repeat(48));
        let measured = measured("a.rs", Language::Rust, &text);
        assert_eq!(lines(&measured.long_prose), [2]);
        assert_eq!(lines(&measured.long_code), [3]);
        assert_eq!((measured.longest_prose, measured.longest_code), (118, 125));
    }

    #[test]
    fn what_cannot_be_wrapped_is_left_alone() {
        let (word, words) = ("x".repeat(120), "x ".repeat(60));
        let text = format!("- {word}\n| {words} |\n[a]: {words}\n```\n{words}\n\n{words}\n```\n{words}\n");
        assert_eq!(lines(&measured("a.md", Language::Markdown, &text).long_prose), [9]);
        let text = format!("/// ```\n/// {words}\nfn f() {{}}\n/// {words}\n/// <{word}>\nlet x = 1; // {word}\n");
        assert_eq!(lines(&measured("a.rs", Language::Rust, &text).long_prose), [4]);
    }

    #[test]
    fn files_of_code_have_a_limit() {
        let (long, longer) = ("\n".repeat(300), "\n".repeat(301));
        assert!(measured("a.py", Language::Python, &long).long_files.is_empty());
        assert_eq!(lines(&measured("a.py", Language::Python, &longer).long_files), [301]);
        assert!(measured("a.md", Language::Markdown, &longer).long_files.is_empty());
    }
}
