//! The lines of prose of a file: its comments and docstrings, or the whole of a Markdown file.

mod curly;
mod hash;
mod python;

use super::tree::{File, Language};

/// A line that is prose, at least in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prose<'a> {
    /// The line's number in its file, from 1.
    pub(crate) line: usize,
    /// The prose, without the mark that begins a comment.
    pub(crate) text: &'a str,
}

/// Returns the lines of prose of a file, in order.
pub(crate) fn prose(file: &File) -> Vec<Prose<'_>> {
    match file.language {
        Language::Rust => curly::comments(&file.text, true),
        Language::C => curly::comments(&file.text, false),
        Language::Python => python::comments(&file.text),
        Language::Hash => hash::comments(&file.text),
        Language::Markdown => file.text.lines().zip(1..).map(|(text, line)| Prose { line, text }).collect(),
    }
}

/// Cuts a range of text into lines and adds them as prose.
fn add_lines<'a>(range: &'a str, first: usize, prose: &mut Vec<Prose<'a>>) {
    prose.extend(range.lines().zip(first..).map(|(text, line)| Prose { line, text }));
}
