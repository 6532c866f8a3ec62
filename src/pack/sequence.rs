//! Packs a FASTA file into the sequence file, in one pass and bounded memory.

use super::contigs::refuse_unknown;
use crate::format::manifest::{FileEntry, SequenceEntry};
use crate::ingest::fasta::Fasta;
use crate::progress::{self, Progress, Unit};
use crate::store::writer::SequenceWriter;
use crate::store::{Store, sha256};
use crate::{Error, Result};
use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

const FILE: &str = "sequence.atm";
const LETTERS_AT_ONCE: usize = 1 << 20;

/// A packed genome.
pub(super) struct PackedSequence {
    pub(super) entry: SequenceEntry,
    pub(super) file: FileEntry,
    /// Names and lengths in the order of the FASTA.
    pub(super) contigs: Vec<(String, u64)>,
}

/// Makes a hard link in `directory` to the sequence file of a store of the same genome, and checks
/// the file's hash. `None` where the file system makes no link, and when the file is damaged or
/// cannot be read.
///
/// # Errors
/// [`Error::Interrupted`].
pub(super) fn link(store: &Store, directory: &Path, progress: &dyn Progress) -> Result<Option<PackedSequence>> {
    let linked = || {
        let entry = store.manifest().sequence.clone()?;
        let file = store.manifest().file(&entry.file)?.clone();
        let path = directory.join(&entry.file);
        fs::hard_link(store.path().join(&entry.file), &path).ok()?;
        let contigs = store.contigs().iter().map(|(name, length)| (name.to_owned(), length)).collect();
        Some((path, PackedSequence { entry, file, contigs }))
    };
    let Some((path, packed)) = linked() else { return Ok(None) };
    let hash = File::open(&path).map_err(Error::io(&path, "open")).and_then(|file| sha256(&file, &path, progress));
    match hash {
        Ok((hash, length)) if (hash.as_str(), length) == (packed.file.sha256.as_str(), packed.file.length) => {
            Ok(Some(packed))
        }
        Err(Error::Interrupted) => Err(Error::Interrupted),
        _ => {
            fs::remove_file(&path).map_err(Error::io(&path, "remove"))?;
            Ok(None)
        }
    }
}

/// Packs the `wanted` contigs, or all if `None`.
pub(super) fn pack(
    fasta: &Path,
    wanted: Option<&[String]>,
    directory: &Path,
    progress: &dyn Progress,
) -> Result<PackedSequence> {
    let mut reader = Fasta::open(fasta)?;
    let mut writer = SequenceWriter::create(&directory.join(FILE))?;
    let mut contigs: Vec<(String, u64)> = Vec::new();
    let mut known = HashSet::new();
    let mut buffer = vec![0; LETTERS_AT_ONCE];
    // The number of bases is known only at the end of the file, so progress counts its bytes,
    // compressed or not.
    progress.start("packing the genome", reader.length(), Unit::Bytes);
    let mut position = 0;
    let mut advance = |reader: &Fasta| {
        progress.advance(reader.position() - position);
        position = reader.position();
    };
    while let Some(name) = reader.next_contig()? {
        known.insert(name.clone());
        if wanted.is_some_and(|wanted| !wanted.contains(&name)) {
            progress::check(progress)?;
            advance(&reader);
            continue;
        }
        loop {
            progress::check(progress)?;
            let n = reader.read_bases(&mut buffer)?;
            if n == 0 {
                break;
            }
            writer.push(&buffer[..n])?;
            advance(&reader);
        }
        contigs.push((name, writer.end_contig()?));
    }
    advance(&reader);
    progress.finish();
    if let Some(wanted) = wanted {
        refuse_unknown(wanted, &known.iter().map(String::as_str).collect(), fasta)?;
    }
    let entry = SequenceEntry { file: FILE.into(), acgt: writer.acgt() };
    Ok(PackedSequence { entry, file: writer.finish()?, contigs })
}
