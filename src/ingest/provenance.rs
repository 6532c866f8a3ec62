//! Where an input came from: path, length, time and hash of a file.

use crate::format::Provenance;
use crate::progress::Progress;
use crate::store::sha256;
use crate::{Error, Result};
use std::fs::File;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Checks that an input is a regular file. Of anything else (a pipe, standard input) the provenance could not be
/// recorded, since it can be read only once.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`].
pub fn check_regular(path: &Path) -> Result<()> {
    if std::fs::metadata(path).map_err(Error::io(path, "open"))?.is_file() {
        return Ok(());
    }
    Err(Error::input(path, None, "not a regular file: write what it gives into a file first"))
}

/// Reads a whole file and describes it under a role.
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
        path: path.display().to_string(),
        length,
        modified: modified.map_or(0, |since| since.as_secs() as i64),
        sha256,
        contigs_absent: Vec::new(),
        contigs_ignored: Vec::new(),
        contigs_renamed: Vec::new(),
        contigs_other_length: Vec::new(),
    })
}
