//! Writes the data files of a store: DATA sequentially, with its checks, and the header page last.

mod data;
mod panel;
mod sequence;

pub use panel::{PanelWriter, TrackTotals};
pub use sequence::SequenceWriter;

use super::Publication;
use crate::format::manifest::{MANIFEST, Manifest};
use crate::format::sealed_json;
use crate::{Error, Result};
use std::io::Write;
use std::path::Path;

/// Writes the manifest, which must be complete, in the lowest version of the format that has all
/// its members. Then publishes the store.
///
/// # Errors
/// [`Error::Argument`] for a manifest that violates the format; [`Error::Exists`];
/// [`Error::Io`].
pub fn publish(publication: Publication, mut manifest: Manifest) -> Result<()> {
    manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
    manifest.version = manifest.lowest_version();
    manifest.validate().map_err(|d| Error::argument("manifest", format!("{}: {} ({})", d.what, d.got, d.expected)))?;
    write_synced(&publication.path().join(MANIFEST), &sealed_json::seal(&manifest)?)?;
    publication.publish()
}

/// Writes a new file and syncs it.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(Error::io(path, "write"))
}
