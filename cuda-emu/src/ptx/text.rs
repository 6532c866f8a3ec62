//! The text of a module, without what has no meaning for its execution.

/// Returns the text without comments, and without the lines that only say where in a source
/// something stood.
pub(super) fn clean(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find('/') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(inside) = rest.strip_prefix("/*") {
            text.push(' ');
            rest = inside.find("*/").map_or("", |end| &inside[end + 2..]);
        } else {
            text.push('/');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    let meaningful = |line: &&str| !line.trim_start().starts_with(".loc") && !line.trim_start().starts_with(".file");
    text.lines().filter(meaningful).flat_map(|line| [line, "\n"]).collect()
}

/// Splits a text at a sign, except within brackets and braces.
pub(super) fn split_outside(text: &str, sign: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0i32);
    for (at, character) in text.char_indices() {
        match character {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            _ if character == sign && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() || !parts.is_empty() {
        parts.push(last);
    }
    parts
}

/// Returns the end of the block that begins a text with `{`: the place of its `}`.
pub(super) fn block_end(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_places_are_left_out() {
        let source = "add /* a\nb */ x; // c\n\t.loc 1 2 3, function_name 4\nsub y;\n.file 1 \"a.cu\"\n// end";
        let words: Vec<String> = clean(source).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, ["add", "x;", "sub", "y;"]);
    }

    #[test]
    fn splitting_keeps_brackets_together() {
        assert_eq!(split_outside("{a, b}, [c+4], d", ','), ["{a, b}", "[c+4]", "d"]);
        assert_eq!(split_outside("", ','), [""; 0]);
        assert_eq!(block_end("{a{b}c}d"), Some(6));
        assert_eq!(block_end("{a"), None);
    }
}
