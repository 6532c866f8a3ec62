//! Opens a store, and checks everything whose cost does not grow with the genome.

use super::map::Map;
use super::{PanelFile, SequenceFile};
use crate::format::header::{Header, HeaderError, PAGE, Section};
use crate::format::manifest::{FileEntry, GroupEntry, MANIFEST, Manifest};
use crate::format::{Contigs, Damage, sealed_json};
use crate::{Error, Result, url};
use serde::Deserialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open store: genome, tracks and groups, mapped into memory.
///
/// The files are read through memory maps. It is safe to replace a whole store while it is open (as
/// `pack --force` does): the files that were opened stay open. But when a mapped file is truncated,
/// or its disk fails, the process dies by SIGBUS. With [`Access::Read`](crate::feed::Access::Read),
/// a loader returns an error instead.
///
/// Cloning is cheap and shares the maps. A store is `Send` and `Sync`, and any number of threads
/// may read it.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
///
/// let store = Store::open("yeast.atemoya")?;
/// for (name, length) in store.contigs().iter() {
///     println!("{name}\t{length}");
/// }
/// for group in &store.manifest().groups {
///     println!("{}: {} channels, {:?}", group.name, group.tracks.len(), group.role);
/// }
/// assert!(store.group("atac").is_some());
/// for warning in store.warnings(None, None)? {
///     eprintln!("{warning}"); // contigs on which a track has no values, for example
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    manifest: Manifest,
    checksum: String,
    contigs: Contigs,
    sequence: Option<SequenceFile>,
    panels: Vec<PanelFile>,
}

impl Store {
    /// Opens a store, in milliseconds at any size.
    ///
    /// Checks the manifest, which ends with its own checksum, and the length, header and contig
    /// table of each data file. Does not read what grows with the genome: bases, values and their
    /// offsets. Those are bounds-checked when they are used, so that a damaged byte is an
    /// [`Error::Corrupt`] when it is read, or a wrong value in a batch. [`Store::verify`] reads
    /// everything, and [`Store::verify_once`] does so once for each machine.
    ///
    /// # Errors
    /// [`Error::NotAStore`] when there is no manifest; [`Error::Unsupported`] for an unknown
    /// version or feature; [`Error::Corrupt`] for a file that lacks parts or breaks a rule of the
    /// format; [`Error::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        let manifest_path = path.join(MANIFEST);
        if !manifest_path.exists() {
            if let Some(advice) = url::advice(path).filter(|_| !path.exists()) {
                return Err(Error::input(path, None, advice));
            }
            let reason = if path.exists() { "it has no manifest.json" } else { "the path does not exist" };
            let reason = format!("{reason}; make a store with `atemoya pack`, in Python with `atemoya.pack`");
            return Err(Error::NotAStore { path: path.to_path_buf(), reason });
        }
        let (manifest, checksum) = read_manifest(&manifest_path)?;
        let contigs = manifest.validate().map_err(|d| d.at(&manifest_path, 0))?;
        let entry = |name: &str| {
            let missing = || Error::corrupt(&manifest_path, 0, "files", name, "no such entry");
            manifest.file(name).ok_or_else(missing)
        };
        let sequence = match &manifest.sequence {
            Some(sequence) => Some(SequenceFile::open(path.join(&sequence.file), entry(&sequence.file)?, &contigs)?),
            None => None,
        };
        if let (Some(file), Some(said)) = (&sequence, &manifest.sequence) {
            let acgt: u64 = file.acgt.iter().sum();
            if acgt != said.acgt {
                return Err(Error::corrupt(&manifest_path, 0, "acgt of the sequence", acgt, said.acgt));
            }
        }
        let panels = manifest.panels.iter();
        let panels = panels.map(|p| PanelFile::open(path.join(&p.file), entry(&p.file)?, p, &contigs));
        let panels = panels.collect::<Result<Vec<_>>>()?;
        Ok(Store(Arc::new(Inner { path: path.to_path_buf(), manifest, checksum, contigs, sequence, panels })))
    }

    /// Checks that the store at this store's path is still this one.
    ///
    /// # Errors
    /// [`Error::NotAStore`] when there is another store or none.
    pub(crate) fn check_in_place(&self) -> Result<()> {
        let now = read_document(&self.path().join(MANIFEST)).ok();
        let same =
            now.is_some_and(|bytes| sealed_json::verify(&bytes, self.path()).is_ok_and(|c| c == self.checksum()));
        let reason = "another store has replaced it since it was opened: open it again".into();
        if same { Ok(()) } else { Err(Error::NotAStore { path: self.path().to_path_buf(), reason }) }
    }

    /// Returns the store's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns the manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// Returns the manifest's checksum, `sha256:...`. It identifies the store's contents: write it
    /// down with a trained model.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// let store = atemoya::Store::open("yeast.atemoya")?;
    /// assert!(store.checksum().starts_with("sha256:"));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.0.checksum
    }

    /// Returns the names and lengths of the contigs.
    #[must_use]
    pub fn contigs(&self) -> &Contigs {
        &self.0.contigs
    }

    /// Returns the genome, if the store has one.
    #[doc(hidden)]
    #[must_use]
    pub fn sequence(&self) -> Option<&SequenceFile> {
        self.0.sequence.as_ref()
    }

    /// Returns the panels of tracks.
    #[doc(hidden)]
    #[must_use]
    pub fn panels(&self) -> &[PanelFile] {
        &self.0.panels
    }

    /// Returns the group of this name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&GroupEntry> {
        self.0.manifest.groups.iter().find(|group| group.name == name)
    }
}

/// Reads a document, but at most one byte more than the format allows.
pub(crate) fn read_document(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).map_err(Error::io(path, "open"))?;
    let mut bytes = Vec::new();
    file.take(sealed_json::MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(Error::io(path, "read"))?;
    Ok(bytes)
}

/// Reads the manifest, and its checksum.
pub(super) fn read_manifest(path: &Path) -> Result<(Manifest, String)> {
    let bytes = read_document(path)?;
    check_version(&bytes, path)?;
    let sealed: sealed_json::Sealed<Manifest> = sealed_json::open(&bytes, path)?;
    Ok((sealed.document, sealed.checksum))
}

/// The members of a manifest that decide whether this version can read the others.
#[derive(Deserialize)]
struct Preamble {
    format: String,
    version: [u16; 2],
    required_features: Vec<String>,
}

fn check_version(bytes: &[u8], path: &Path) -> Result<()> {
    let preamble = sealed_json::open::<Preamble>(bytes, path)?.document;
    if preamble.format != "atemoya" {
        return Err(Error::corrupt(path, 0, "format", "atemoya", preamble.format));
    }
    let unsupported = |what| Err(Error::Unsupported { path: path.to_path_buf(), what });
    let [major, minor] = preamble.version;
    let known = crate::format::VERSION.0;
    if major != known {
        return unsupported(format!("format version {major}.{minor} (it reads {known}.x)"));
    }
    match preamble.required_features.first() {
        Some(feature) => unsupported(format!("required feature {feature:?}")),
        None => Ok(()),
    }
}

/// Maps a data file, and checks its header page and the CRC of its contig table against the
/// manifest.
pub(super) fn open_data_file(path: &Path, entry: &FileEntry, contigs: &Contigs) -> Result<(Map, Header)> {
    let map = Map::open(path, entry.length)?;
    let Some(page) = map.first_chunk::<PAGE>() else {
        return Err(Error::corrupt(path, 0, "length of the file", "at least a header page", map.len()));
    };
    let header = Header::parse(page).map_err(|error| match error {
        HeaderError::Damaged(damage) => damage.at(path, 0),
        HeaderError::Unsupported(what) => Error::Unsupported { path: path.to_path_buf(), what },
    })?;
    let damage = |offset, what, expected: String, got: String| Err(Error::corrupt(path, offset, what, expected, got));
    let crc = format!("{:08x}", Header::page_crc(page));
    if crc != entry.header_crc32c {
        return damage(PAGE as u64 - 4, "CRC32C of the header page", entry.header_crc32c.clone(), crc);
    }
    if header.file_length != entry.length {
        return damage(32, "file_length", entry.length.to_string(), header.file_length.to_string());
    }
    if header.contig_count != contigs.len() as u64 {
        return damage(48, "contig_count", contigs.len().to_string(), header.contig_count.to_string());
    }
    check_section(&map, header.contigs, "CRC32C of CONTIGS", path)?;
    Ok((map, header))
}

/// Compares a section with its CRC.
pub(super) fn check_section(map: &Map, section: Section, what: &'static str, path: &Path) -> Result<()> {
    let crc = crc32c::crc32c(&map[section.offset as usize..section.end() as usize]);
    if crc == section.crc32c {
        return Ok(());
    }
    Err(Damage::new(0, what, format!("{:08x}", section.crc32c), format!("{crc:08x}")).at(path, section.offset))
}

/// Returns a section as a table of plain items.
pub(super) fn cast<'a, T: bytemuck::Pod>(map: &'a Map, section: Section, path: &Path) -> Result<&'a [T]> {
    let bytes = &map[section.offset as usize..section.end() as usize];
    bytemuck::try_cast_slice(bytes)
        .map_err(|e| Error::corrupt(path, section.offset, "alignment of a section", "that of its items", e))
}
