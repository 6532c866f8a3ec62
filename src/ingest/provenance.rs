//! Records where an input came from: the path, length, time and hash of a file.

use crate::format::Provenance;
use crate::progress::Progress;
use crate::store::sha256;
use crate::{Error, Result};
use std::fs::File;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Reads a whole file and returns its entry for the manifest, with `role`.
///
/// # Errors
/// [`Error::Io`]; [`Error::Interrupted`].
pub fn provenance(role: &str, path: &Path, progress: &dyn Progress) -> Result<Provenance> {
    let file = File::open(path).map_err(Error::io(path, "open"))?;
    let metadata = file.metadata().map_err(Error::io(path, "read the length of"))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let (sha256, length) = sha256(&file, path, progress)?;
    Ok(Provenance {
        role: role.into(),
        path: path_text(path),
        length,
        modified: modified.map_or(0, |since| since.as_secs() as i64),
        sha256,
        contigs_absent: Vec::new(),
        contigs_ignored: Vec::new(),
        contigs_renamed: Vec::new(),
        contigs_other_length: Vec::new(),
    })
}

/// Returns the path as text, with `\xNN` for each byte that is not UTF-8.
fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_path_that_is_not_utf_8_is_told_from_others() {
        let text = |bytes: &[u8]| path_text(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(text("data/é x.bed".as_bytes()), "data/é x.bed");
        assert_eq!(text(b"a\xff\xe9b\xc3.bed"), "a\\xff\\xe9b\\xc3.bed");
        assert_ne!(text(b"\xfe"), text(b"\xff"));
    }
}
