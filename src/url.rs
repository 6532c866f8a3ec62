//! Tells URLs from paths of local files. Only local files are read and written.

use std::path::Path;

/// Schemes that are recognized even with one slash, which remains of `https://` when a program
/// treats the URL as a path, as Python's `pathlib` does.
const SCHEMES: [&str; 14] =
    ["http", "https", "ftp", "ftps", "sftp", "s3", "gs", "gcs", "az", "abfs", "abfss", "hdfs", "hf", "dx"];

/// Returns the message for a path that is a URL, `scheme://...`: what to do instead. `None` for
/// other paths. A local file may have such a name, so call this only for a file that was not found.
///
/// ```
/// use atemoya::ingest::url_advice;
///
/// let advice = url_advice("s3://bucket/peaks.bed".as_ref());
/// assert!(advice.is_some_and(|advice| advice.contains("download it first")));
/// assert_eq!(url_advice("data/peaks.bed".as_ref()), None);
/// ```
pub fn advice(path: &Path) -> Option<String> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = (std::str::from_utf8(&bytes[..colon]).ok()?, &bytes[colon + 1..]);
    let valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let known = SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
    if scheme.eq_ignore_ascii_case("file") && rest.starts_with(b"/") {
        return Some("this is a URL, but atemoya takes names of local files: leave out the file: in front".into());
    }
    (valid && (rest.starts_with(b"//") || known && rest.starts_with(b"/")))
        .then(|| "this is a URL, but atemoya reads and writes local files only: download it first".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_names() {
        for url in [
            "https://example.org/a.bw",
            "HTTP://example.org",
            "s3://bucket/a.bed",
            "gs://b/x",
            "ftp://host/a",
            "x-y+z.1://a",
            "https:/example.org/a.bw",
            "file:///data/a.bed",
            "file:/data/a.bed",
        ] {
            assert!(advice(Path::new(url)).is_some_and(|text| text.contains("URL")), "{url}");
        }
        assert!(advice(Path::new("file:///data/a.bed")).unwrap().contains("leave out"));
        for name in
            ["a.bed", "/data/a:b.bed", "a://", "chr1:100", "c:/x", "dir/https://a", "://a", "1a://b", "http", "é://a"]
        {
            assert_eq!(advice(Path::new(name)).is_some(), name == "a://", "{name}");
        }
    }
}
