//! Reads and writes JSON documents that end with their own SHA-256: `manifest.json` and
//! `index.json`.
//!
//! The file ends with exactly `"checksum": "sha256:<64 digits>"` LF `}` LF, and the digits are the
//! SHA-256 of all bytes before the opening quote of `"checksum"` (`format-spec/FORMAT.md`, section
//! 8).

use super::checks::sha256_hex;
use crate::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The longest document that is read or written, in bytes.
pub const MAX_LENGTH: usize = 256 << 20;

const MEMBER: &str = "\"checksum\": \"";
const SCHEME: &str = "sha256:";
const END: &str = "\"\n}\n";
const DIGITS: usize = 64;
const TAIL: usize = MEMBER.len() + SCHEME.len() + DIGITS + END.len();

/// A document whose checksum was correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<T> {
    /// The document, without its member `checksum` unless `T` has it.
    pub document: T,
    /// The value of `checksum`: `sha256:` and 64 lower-case hexadecimal digits.
    pub checksum: String,
}

/// Writes a document with two spaces of indentation and its checksum as the last member.
///
/// The same document always gives the same bytes.
///
/// # Errors
/// [`Error::Argument`] when the document is not a JSON object with at least one member, cannot be
/// expressed in JSON, or would be longer than [`MAX_LENGTH`].
///
/// # Examples
/// ```
/// use atemoya::format::sealed_json::{open, seal};
/// use std::{collections::BTreeMap, path::Path};
///
/// let document = BTreeMap::from([("format", "atemoya")]);
/// let bytes = seal(&document)?;
/// assert!(bytes.starts_with(b"{\n  \"format\": \"atemoya\",\n  \"checksum\": \"sha256:"));
/// let sealed = open::<BTreeMap<String, String>>(&bytes, Path::new("manifest.json"))?;
/// assert_eq!(sealed.document["format"], "atemoya");
/// # Ok::<(), atemoya::Error>(())
/// ```
pub fn seal<T: Serialize + ?Sized>(document: &T) -> Result<Vec<u8>> {
    let mut bytes =
        serde_json::to_vec_pretty(document).map_err(|e| Error::argument("document", format!("not JSON: {e}")))?;
    if !bytes.starts_with(b"{\n") || !bytes.ends_with(b"\n}") {
        return Err(Error::argument("document", "not a JSON object with members"));
    }
    bytes.truncate(bytes.len() - "\n}".len());
    bytes.extend_from_slice(b",\n  ");
    let digits = sha256_hex(&bytes);
    for part in [MEMBER, SCHEME, &digits, END] {
        bytes.extend_from_slice(part.as_bytes());
    }
    if bytes.len() > MAX_LENGTH {
        let message = format!("{} bytes of JSON; at most {MAX_LENGTH} can be read again", bytes.len());
        return Err(Error::argument("document", message));
    }
    Ok(bytes)
}

/// Checks a document's length, ending and checksum, then reads it. `path` is only named in errors.
///
/// # Errors
/// [`Error::Corrupt`] when the document is too long, has no valid ending, does not match its
/// checksum, or does not have the members of `T`.
pub fn open<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<Sealed<T>> {
    let checksum = verify(bytes, path)?.to_owned();
    let document = serde_json::from_slice(bytes).map_err(|e| {
        Error::corrupt(path, offset_of(bytes, e.line(), e.column()), "members", "what the format requires", e)
    })?;
    Ok(Sealed { document, checksum })
}

/// Checks a document's length, ending and checksum, and returns the value of `checksum`.
///
/// # Errors
/// [`Error::Corrupt`] as [`open`].
pub fn verify<'a>(bytes: &'a [u8], path: &Path) -> Result<&'a str> {
    if bytes.len() > MAX_LENGTH {
        return Err(Error::corrupt(path, MAX_LENGTH as u64, "length", format!("at most {MAX_LENGTH}"), bytes.len()));
    }
    let Some(start) = bytes.len().checked_sub(TAIL) else {
        return Err(Error::corrupt(path, 0, "length", format!("at least {TAIL}"), bytes.len()));
    };
    let (body, tail) = bytes.split_at(start);
    let Some(checksum) = checksum_of(tail) else {
        let expected = "\"checksum\": \"sha256:<64 digits>\" and the closing brace at the very end";
        return Err(Error::corrupt(path, start as u64, "ending", expected, String::from_utf8_lossy(tail)));
    };
    let expected = sha256_hex(body);
    if checksum[SCHEME.len()..] != expected {
        return Err(Error::corrupt(path, start as u64, "checksum", format!("{SCHEME}{expected}"), checksum));
    }
    Ok(checksum)
}

/// Returns the value of `checksum` if the tail has the required form. The caller compares the
/// digits.
fn checksum_of(tail: &[u8]) -> Option<&str> {
    let value = std::str::from_utf8(tail).ok()?.strip_prefix(MEMBER)?.strip_suffix(END)?;
    value.starts_with(SCHEME).then_some(value)
}

/// Returns the offset of a 1-based line and column.
fn offset_of(bytes: &[u8], line: usize, column: usize) -> u64 {
    let before: usize = bytes.split_inclusive(|&b| b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn path() -> &'static Path {
        Path::new("manifest.json")
    }

    fn corrupt(bytes: &[u8]) -> bool {
        matches!(open::<Value>(bytes, path()), Err(Error::Corrupt { .. }))
    }

    fn example() -> Vec<u8> {
        seal(&json!({"contigs": [{"length": 5, "name": "chrÄ"}], "version": [1, 0]})).unwrap()
    }

    #[test]
    fn is_what_the_format_says() {
        // The digits were computed by sha256sum.
        let bytes = seal(&json!({"format": "atemoya"})).unwrap();
        let digits = "8204c8b07baa69c97595ffc8a165b1bcd3fa1eac05b4de7e14661fa0ec799313";
        let expected = format!("{{\n  \"format\": \"atemoya\",\n  \"checksum\": \"sha256:{digits}\"\n}}\n");
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn opens_what_it_sealed() {
        let sealed = open::<Value>(&example(), path()).unwrap();
        assert_eq!(sealed.document["contigs"][0]["name"], "chrÄ");
        assert_eq!(sealed.document["checksum"], sealed.checksum.as_str());
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let good = example();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(corrupt(&bad), "bit {bit}");
        }
    }

    #[test]
    fn every_truncation_and_addition_is_noticed() {
        let good = example();
        for length in 0..good.len() {
            assert!(corrupt(&good[..length]), "the first {length} bytes");
            assert!(corrupt(&good[length + 1..]), "all after byte {length}");
        }
        for more in ["\n", " ", "}", "\0"] {
            assert!(corrupt(&[&good, more.as_bytes()].concat()));
            assert!(corrupt(&[more.as_bytes(), &good].concat()));
        }
        assert!(corrupt(&[good.clone(), good].concat()));
    }

    #[test]
    fn a_document_that_is_too_long_is_refused_before_it_is_hashed() {
        let error = open::<Value>(&vec![b' '; MAX_LENGTH + 1], path()).unwrap_err();
        assert!(error.to_string().contains("length"), "{error}");
    }

    #[test]
    fn a_document_that_is_right_but_does_not_fit_is_corrupt() {
        let error = open::<std::collections::BTreeMap<String, String>>(&example(), path()).unwrap_err();
        assert!(matches!(error, Error::Corrupt { offset: 13.., .. }), "{error:?}");
        // A good ending does not make a body JSON.
        let body = b"{\"a\": {\"b\": 1, ".to_vec();
        let digits = sha256_hex(&body);
        assert!(corrupt(&[&body, format!("{MEMBER}{SCHEME}{digits}{END}").as_bytes()].concat()));
    }

    #[test]
    fn only_objects_can_be_sealed() {
        for bad in [json!([1]), json!("x"), json!({}), json!(null)] {
            assert!(matches!(seal(&bad), Err(Error::Argument { .. })));
        }
    }
}
