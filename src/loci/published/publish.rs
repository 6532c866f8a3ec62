//! Publishing a locus index: its files are written beside its target, and appear by one rename.

use crate::format::checks::hex;
use crate::format::{INDEX_DOCUMENT as DOCUMENT, LOCI, Provenance};
use crate::loci::index::{IndexTable, write_parquet};
use crate::loci::manifest::{EXCLUSION, IndexFile, IndexManifest, IndexedOptions, ledger_context};
use crate::loci::{ExclusionMap, LocusFilter, excluded_bed};
use crate::store::{self, Publication, Store, TargetKind, writer};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Checks that an index could be published under this name, before the work is done.
///
/// # Errors
/// [`Error::Argument`] for a bad name; [`Error::Exists`].
pub fn check_target(store: &Store, name: &str, replace: bool) -> Result<()> {
    IndexManifest::check_name(name)?;
    store::check_target(&store.path().join(LOCI).join(name), TargetKind::Index, replace)
}

/// What an index to be published consists of.
#[derive(Debug, Clone)]
pub struct NewIndex {
    /// The loci, their counts, and what became of them when there is a `selection`.
    pub table: IndexTable,
    /// The input files, in the order in which the table counts them.
    pub inputs: Vec<Provenance>,
    /// How the table was made.
    pub options: IndexedOptions,
    /// The filter of the table's verdicts, which names its signals and says whether it drops
    /// outliers.
    pub selection: Option<LocusFilter>,
    /// What the exclusion lists among the inputs exclude; `None` only without any.
    pub excluded: Option<ExclusionMap>,
}

/// Publishes a locus index inside a store in one step, and returns its directory.
///
/// # Errors
/// [`Error::Exists`] when there is one of that name and `replace` is false; [`Error::Argument`] for
/// a bad name; [`Error::Io`].
pub fn publish(store: &Store, name: &str, index: &NewIndex, replace: bool) -> Result<PathBuf> {
    let NewIndex { table, inputs, options, selection, excluded } = index;
    if excluded.is_some() != inputs.iter().any(|input| input.role == EXCLUSION) {
        return Err(Error::argument("excluded", "an index has both exclusion lists and what they exclude, or neither"));
    }
    if selection.is_some() != table.verdicts.is_some() {
        return Err(Error::argument("selection", "an index has both a selection and verdicts, or neither"));
    }
    check_target(store, name, replace)?;
    store.check_in_place()?;
    let loci = store.path().join(LOCI);
    fs::create_dir_all(&loci).map_err(Error::io(&loci, "create"))?;
    let target = loci.join(name);
    let publication = Publication::of_index(&target, replace)?;
    let context = selection.as_ref().map(|filter| ledger_context(filter, inputs)).unwrap_or_default();
    let file = write(publication.path(), IndexManifest::TABLE, |out, path| {
        write_parquet(table, &context, store.contigs(), out, path)
    })?;
    let excluded = match excluded {
        Some(map) => Some(write(publication.path(), IndexManifest::EXCLUDED, |out, path| {
            out.write_all(&excluded_bed::to_bytes(map, store.contigs())).map_err(Error::io(path, "write"))
        })?),
        None => None,
    };
    let is_renamed = inputs.iter().any(|input| !input.contigs_renamed.is_empty());
    let manifest = IndexManifest {
        format: IndexManifest::FORMAT.into(),
        // The lowest version that has what the index has.
        version: match (options.outlier_filter, &excluded) {
            (Some(_), _) => IndexManifest::VERSION,
            (None, None) if !is_renamed => [1, 0],
            _ => [1, 1],
        },
        name: name.into(),
        store: store.checksum().into(),
        created_by: concat!("atemoya ", env!("CARGO_PKG_VERSION")).into(),
        options: options.clone(),
        selection: selection.clone(),
        inputs: inputs.clone(),
        rows: table.loci.len() as u64,
        peaks: table.loci.peaks() as u64,
        negatives: table.loci.negatives() as u64,
        file,
        excluded,
    };
    let document = publication.path().join(DOCUMENT);
    let bytes = manifest.to_bytes()?;
    // What could not be read again is not published.
    IndexManifest::from_bytes(&bytes, &document).map_err(|error| Error::argument("selection", error.to_string()))?;
    writer::write_synced(&document, &bytes)?;
    store.check_in_place()?;
    publication.publish()?;
    Ok(target)
}

/// Writes a file of an index, synced, and describes it.
fn write(directory: &Path, name: &str, content: impl FnOnce(&mut Hashing, &Path) -> Result<()>) -> Result<IndexFile> {
    let path = directory.join(name);
    let file = File::create_new(&path).map_err(Error::io(&path, "create"))?;
    let mut out = Hashing { out: BufWriter::new(file), hash: Sha256::new(), length: 0 };
    content(&mut out, &path)?;
    let written = out.out.into_inner().map_err(|e| Error::io(&path, "write")(e.into_error()))?;
    written.sync_all().map_err(Error::io(&path, "sync"))?;
    Ok(IndexFile { name: name.into(), length: out.length, sha256: hex(out.hash.finalize().as_slice()) })
}

/// A file whose hash and length are taken as it is written.
struct Hashing {
    out: BufWriter<File>,
    hash: Sha256,
    length: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.length += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
