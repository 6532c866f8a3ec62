//! Parses one field of a text file, a contig name or a coordinate, and quotes fields in messages.

/// What is wrong with text that has NUL bytes.
pub(super) const NUL_BYTES: &str = "there are NUL bytes: the file is incomplete, or it is not text in UTF-8";

/// The bound of coordinates and contig lengths, as the store's format requires.
pub(super) const MAX_COORDINATE: i64 = 1 << 40;

/// The longest contig name of a store, in bytes.
pub(super) const MAX_NAME: usize = 255;

/// Parses a contig name. The error says what is wrong with it.
pub(super) fn contig_name(bytes: &[u8]) -> Result<&str, String> {
    let name = std::str::from_utf8(bytes).map_err(|_| format!("the contig name {} is not UTF-8", quote(bytes)))?;
    if name.is_empty() {
        Err("the contig name is empty".to_string())
    } else if name.len() > MAX_NAME {
        Err(format!("the contig name {} has {} bytes; at most {MAX_NAME} are allowed", quote(bytes), name.len()))
    } else if name.chars().any(char::is_control) {
        Err(format!("the contig name {} holds a control character", quote(bytes)))
    } else if name.trim() != name || name.starts_with('\u{feff}') {
        Err(format!("the contig name {} begins or ends with a space or a byte order mark: remove it", quote(bytes)))
    } else {
        Ok(name)
    }
}

/// Why a field is not an integer that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadInteger {
    /// It is not decimal digits with an optional sign.
    NotAnInteger,
    /// Its magnitude is 2^40 or more.
    TooLarge,
}

/// Parses an integer of magnitude below 2^40: decimal digits with an optional sign. Spaces around
/// it are ignored.
pub(super) fn integer(field: &[u8]) -> Result<i64, BadInteger> {
    let field = field.trim_ascii();
    let (negative, digits) = match field.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, field),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadInteger::NotAnInteger);
    }
    let magnitude = digits.iter().try_fold(0i64, |value, digit| {
        let value = value * 10 + i64::from(digit - b'0');
        (value < MAX_COORDINATE).then_some(value)
    });
    let magnitude = magnitude.ok_or(BadInteger::TooLarge)?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// Parses a coordinate or length, `0 ..= 2^40 - 1`. The error calls it `what`.
pub(super) fn coordinate(field: &[u8], what: &str) -> Result<i64, String> {
    match integer(field) {
        Ok(value) if value >= 0 => Ok(value),
        Ok(_) => Err(format!("the {what} {} is negative", quote(field))),
        Err(BadInteger::NotAnInteger) => Err(format!("the {what} {} is not an integer", quote(field))),
        Err(BadInteger::TooLarge) => Err(format!("the {what} {} is not below 2^40", quote(field))),
    }
}

/// Quotes a field for a message: escaped, and cut when it is long.
pub(super) fn quote(field: &[u8]) -> String {
    /// The most bytes that are shown.
    const SHOWN: usize = 40;
    let text = String::from_utf8_lossy(&field[..field.len().min(SHOWN)]);
    let more = if field.len() > SHOWN { "..." } else { "" };
    format!("{:?}{more}", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, value) in
            [("0", 0), ("007", 7), ("-1", -1), ("+5", 5), (" 12 ", 12), ("1099511627775", MAX_COORDINATE - 1)]
        {
            assert_eq!(integer(text.as_bytes()), Ok(value), "{text}");
        }
        for text in ["", "-", "+", "+-5", "1e6", "1.0", "0x10", "1 2", "--1", "٣"] {
            assert_eq!(integer(text.as_bytes()), Err(BadInteger::NotAnInteger), "{text}");
        }
        for text in ["1099511627776", "-1099511627776", "99999999999999999999999999999999"] {
            assert_eq!(integer(text.as_bytes()), Err(BadInteger::TooLarge), "{text}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(contig_name("chr1".as_bytes()), Ok("chr1"));
        assert_eq!(contig_name("染色体".as_bytes()), Ok("染色体"));
        assert!(contig_name(&[b'a'; MAX_NAME]).is_ok());
        for bad in [
            &b""[..],
            &[b'a'; MAX_NAME + 1],
            b"a\x01",
            b"a\x7f",
            "a\u{85}".as_bytes(),
            b"\xff",
            b"chr1 ",
            b" chr1",
            "\u{feff}chr1".as_bytes(),
        ] {
            assert!(contig_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn quoting_cuts_and_escapes() {
        assert_eq!(quote(b"a\tb"), r#""a\tb""#);
        assert_eq!(quote(&[b'x'; 1000]).len(), 40 + 2 + 3);
    }
}
