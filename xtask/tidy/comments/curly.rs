//! Comments of Rust and C.

use super::{Prose, add_lines};

/// Returns the lines of the comments. In Rust, block comments nest, and there are raw strings and
/// lifetimes.
pub(super) fn comments(text: &str, rust: bool) -> Vec<Prose<'_>> {
    let mut prose = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(rest) = text.get(at..)
        && !rest.is_empty()
    {
        let length = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            add_lines(without_mark(&rest[..length]), line, &mut prose);
            length
        } else if rest.starts_with("/*") {
            let length = block(rest, rust);
            add_block(&rest[..length], line, &mut prose);
            length
        } else if rest.starts_with('"') {
            string(rest, '"')
        } else if rust {
            raw_string(rest).or_else(|| word(rest)).unwrap_or_else(|| character(rest))
        } else if rest.starts_with('\'') {
            string(rest, '\'')
        } else {
            first(rest)
        };
        line += rest[..length].matches('\n').count();
        at += length;
    }
    prose
}

/// Returns the length of the first character.
fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Returns a line comment's text after `//`, `///` or `//!`.
fn without_mark(comment: &str) -> &str {
    comment.trim_start_matches('/').trim_start_matches('!')
}

/// Returns the length of the block comment that a text begins with.
fn block(text: &str, nests: bool) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") && (nests || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += first(rest);
        }
    }
    at
}

fn add_block<'a>(comment: &'a str, line: usize, prose: &mut Vec<Prose<'a>>) {
    let begin = prose.len();
    add_lines(comment, line, prose);
    for line in &mut prose[begin..] {
        let text = line.text.trim().trim_start_matches("/*");
        line.text = text.trim_end_matches("*/").trim_start_matches('*');
    }
}

/// Returns the length of the literal between two quotes that a text begins with.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of the raw string that a text begins with, if it does: `r"..."`, `br#"..."#`,
/// ...
fn raw_string(text: &str) -> Option<usize> {
    let start = ["r", "br", "cr"]
        .into_iter()
        .find(|start| text.strip_prefix(start).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"')))?;
    let rest = &text[start.len()..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let end = format!("\"{}", &rest[..hashes]);
    let begin = start.len() + hashes + 1;
    Some(text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len()))
}

/// Returns the length of the name or number that a text begins with, if it does: the `r` at its end
/// begins no raw string.
fn word(text: &str) -> Option<usize> {
    let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let quoted = matches!(&text[..length], "b" | "c") && text[length..].starts_with('"');
    (length > 0 && !quoted).then_some(length).or(quoted.then_some(1))
}

/// Returns the length of a character literal of Rust's, or of the first character: a lifetime has
/// no second quote.
fn character(text: &str) -> usize {
    let mut characters = text.char_indices();
    let (Some((_, '\'')), Some((_, second)), Some((third, c))) =
        (characters.next(), characters.next(), characters.next())
    else {
        return first(text);
    };
    match (second, c) {
        ('\\', _) => string(text, '\''),
        (_, '\'') => third + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, rust: bool) -> Vec<(usize, &str)> {
        comments(text, rust).into_iter().map(|prose| (prose.line, prose.text.trim())).collect()
    }

    #[test]
    fn comments_of_rust() {
        let text =
            "//! one\nfn f<'a>(x: &'a str) { // two\n  let c = ('\"', '\\'', b'\"'); /* three\n * four */ }\n/// five";
        assert_eq!(found(text, true), [(1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, "five")]);
        assert_eq!(found("/* a /* b */ c */ // d", true), [(1, "a /* b */ c"), (1, "d")]);
    }

    #[test]
    fn strings_of_rust_are_no_comments() {
        let text =
            "let s = \"// no\\\" // no\n // no\"; let r = r#\"\" // no\"#; let b = br\"// no\"; // yes\nbar\"// no\"";
        assert_eq!(found(text, true), [(2, "yes")]);
    }

    #[test]
    fn comments_of_c() {
        let text = "char c = '\"'; // one\nchar *s = \"/* no */\"; /* /* two */ int x; /* three\nfour */";
        assert_eq!(found(text, false), [(1, "one"), (2, "/* two"), (2, "three"), (3, "four")]);
    }
}
