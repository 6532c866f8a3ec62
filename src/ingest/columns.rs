//! Splits a line of text into columns.

use std::iter;

/// Splits a line at tabs, or at runs of spaces where it has no tab.
///
/// A column in double quotes, as R's `write.table` writes text, is returned without them, and may
/// contain separators.
pub(super) fn columns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (separator, runs) = if memchr::memchr(b'\t', line).is_some() { (b'\t', false) } else { (b' ', true) };
    let mut rest = Some(line);
    iter::from_fn(move || {
        loop {
            let line = rest?;
            if runs && line.first() == Some(&separator) {
                rest = Some(&line[1..]);
                continue;
            }
            if runs && line.is_empty() {
                return None;
            }
            let quoted = if line.first() == Some(&b'"') { quoted(line, separator) } else { None };
            let (column, end) = quoted.unwrap_or_else(|| {
                let end = line.iter().position(|byte| *byte == separator).unwrap_or(line.len());
                (&line[..end], end)
            });
            rest = line.get(end + 1..);
            return Some(column);
        }
    })
}

/// Returns the text in the quotes that `line` begins with, and the end of the column. `None` when
/// the closing quote is not at the end of a column.
fn quoted(line: &[u8], separator: u8) -> Option<(&[u8], usize)> {
    let close = 1 + memchr::memchr(b'"', &line[1..])?;
    let end = close + 1;
    line.get(end).is_none_or(|next| *next == separator).then_some((&line[1..close], end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(line: &str) -> Vec<&str> {
        columns(line.as_bytes()).map(|column| std::str::from_utf8(column).unwrap()).collect()
    }

    #[test]
    fn tabs_or_runs_of_spaces() {
        assert_eq!(cut("a\t\tb c\t"), ["a", "", "b c", ""]);
        assert_eq!(cut("  a  b c "), ["a", "b", "c"]);
        assert_eq!(cut("\t"), ["", ""]);
        assert_eq!(cut("a"), ["a"]);
        assert_eq!(cut("   "), [""; 0]);
        assert_eq!(cut(""), [""; 0]);
    }

    #[test]
    fn quotes_are_taken_off_where_they_enclose_a_column() {
        assert_eq!(cut("\"chr1\"\t1\t\"2\""), ["chr1", "1", "2"]);
        assert_eq!(cut("\"chr 1\" 1 \"\" 2"), ["chr 1", "1", "", "2"]);
        assert_eq!(cut("\"a\tb\"\tc"), ["a\tb", "c"]);
        assert_eq!(cut("\"a\tb\tc\"d\t\""), ["\"a", "b", "c\"d", "\""]);
        assert_eq!(cut("x \"y\"z w\""), ["x", "\"y\"z", "w\""]);
    }
}
