//! The licences that no file of a crate has: those of Rust's standard library, of crates that were
//! published without their text, and of the C libraries in crates.

use super::texts::Text;

pub(crate) const STANDARD_LIBRARY: &str = "Rust's standard library";
pub(crate) const STANDARD_LIBRARY_LICENSE: &str = "MIT OR Apache-2.0, and Unicode-3.0 for its tables";

const APACHE: &str = include_str!("../../LICENSE-APACHE");

/// Crates that were published without a licence's text, and the text for what their manifests say
/// of licence and authors.
const TEXTS: [(&str, &str); 2] = [("flatbuffers", APACHE), ("noodles-bgzf", include_str!("noodles-bgzf.txt"))];

/// Crates that bring a C library along: the library, and the file with its licence. zstd leaves the
/// choice between this one and the GPL.
const NATIVE: [(&str, &str, &str); 2] =
    [("libdeflate-sys", "libdeflate", "libdeflate/COPYING"), ("zstd-sys", "zstd", "zstd/LICENSE")];

/// Returns the text for a crate that has none.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(of, _)| *of == name).map(|(_, text)| *text)
}

/// Returns the C library in a crate, and where in the crate its licence is.
pub(crate) fn native(name: &str) -> Option<(&'static str, &'static str)> {
    NATIVE.iter().find(|(of, ..)| *of == name).map(|(_, library, file)| (*library, *file))
}

/// Returns the texts of Rust's standard library, which no dependency names.
pub(crate) fn of_the_standard_library() -> Vec<Text> {
    [include_str!("standard-library.txt"), APACHE]
        .map(|text| Text { work: STANDARD_LIBRARY.to_owned(), text: text.to_owned() })
        .into()
}
