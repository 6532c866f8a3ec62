//! Comments and docstrings of Python.

use super::{Prose, add_lines};

/// Returns the lines of the comments and of the strings that are statements of their own.
pub(super) fn comments(text: &str) -> Vec<Prose<'_>> {
    let mut prose = Vec::new();
    let (mut at, mut line, mut depth) = (0, 1, 0_usize);
    // Whether a statement may begin here.
    let mut begins = true;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match c {
            '#' => {
                let length = rest.find('\n').unwrap_or(rest.len());
                add_lines(rest[1..length].trim_start_matches('#'), line, &mut prose);
                length
            }
            '"' | '\'' => {
                let (length, quotes) = string(rest, c);
                if begins && depth == 0 && ends_line(&rest[length..]) {
                    add_lines(&rest[quotes..length.saturating_sub(quotes).max(quotes)], line, &mut prose);
                }
                begins = false;
                length
            }
            // Docstrings may be raw.
            'r' | 'R' if begins && matches!(rest.as_bytes().get(1), Some(b'"' | b'\'')) => 1,
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => {
                match c {
                    '\n' => begins = depth == 0,
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                begins &= c.is_whitespace();
                c.len_utf8()
            }
        };
        line += rest[..length].matches('\n').count();
        at += length;
    }
    prose
}

/// Returns the length of the string that a text begins with, and how many quotes stand on either
/// side.
fn string(text: &str, quote: char) -> (usize, usize) {
    let triple = text.chars().take(3).filter(|&c| c == quote).count() == 3;
    let quotes = if triple { 3 } else { 1 };
    let end = &text[..quotes];
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(quotes) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if text[at..].starts_with(end) => return (at + quotes, quotes),
            '\n' if !triple => return (at, quotes),
            _ => {}
        }
    }
    (text.len(), quotes)
}

/// Returns whether nothing but a comment follows on the line.
fn ends_line(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim();
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &str)> {
        comments(text).into_iter().map(|prose| (prose.line, prose.text.trim())).collect()
    }

    #[test]
    fn comments_and_docstrings() {
        let text = "'''one\n\n  two'''\ndef f():\n    r\"\"\"three\"\"\"\n    x = 1  # four\n";
        assert_eq!(found(text), [(1, "one"), (2, ""), (3, "two"), (5, "three"), (6, "four")]);
    }

    #[test]
    fn other_strings_are_code() {
        let text = "x = '''# no\n# no'''\nf(\n  '# no',\n)\ny = '\\'# no' + \"# no\"\n'# no'.join(y)\n";
        assert_eq!(found(text), []);
    }
}
