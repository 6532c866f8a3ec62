//! Comments of shell and TOML, found line by line.

use super::Prose;

/// Returns the lines with a comment: `#` at the line's beginning or behind white space, and outside
/// quotes that begin on the line.
pub(super) fn comments(text: &str) -> Vec<Prose<'_>> {
    text.lines().zip(1..).filter_map(|(text, line)| Some(Prose { line, text: comment(text)? })).collect()
}

fn comment(line: &str) -> Option<&str> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match c {
            '#' if quote.is_none() && before.is_whitespace() => return line.get(at + 1..),
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() && before != '\\' => quote = Some(c),
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_outside_quotes() {
        let text = "# one\nx=${y#z} # two\necho '# no' \"# no\"\nn = \"a\" # three";
        let found: Vec<_> = comments(text).into_iter().map(|prose| (prose.line, prose.text)).collect();
        assert_eq!(found, [(1, " one"), (2, " two"), (4, " three")]);
    }
}
