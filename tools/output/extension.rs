//! Whether the name of a file to write says what will be in it.

use anyhow::{Result, bail};
use atemoya::ingest::url_advice;
use std::path::Path;

/// Checks that a file that will hold `extension` (`npy`, `safetensors`) is not called something
/// else, and is no URL. A name without an extension is fine.
///
/// # Errors
/// It is called something else, or a URL.
pub(crate) fn check_extension(path: &Path, extension: &str) -> Result<()> {
    if let Some(advice) = url_advice(path).filter(|_| path.parent().is_some_and(|parent| !parent.is_dir())) {
        bail!("{}: {advice}", path.display());
    }
    match path.extension() {
        Some(other) if !other.eq_ignore_ascii_case(extension) => {
            let better = path.with_extension(extension);
            bail!("{path:?}: what is written is .{extension}: call it {better:?}")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_formats_are_refused() {
        let check = |name: &str| check_extension(Path::new(name), "npy").map_err(|error| error.to_string());
        for good in ["a.npy", "dir.x/a.NPY", "a", ".npy", "/dev/stdout"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert!(check("b.npz").unwrap_err().contains("\"b.npy\""));
        assert!(check("b.tar.gz").unwrap_err().contains("\"b.tar.npy\""));
        assert!(check("s3://bucket/a.npy").unwrap_err().contains("URL"));
    }
}
