//! The locus indices of a store on disk: `loci/NAME/index.parquet` and `index.json`
//! (`format-spec/FORMAT.md`, sections 9 and 10).

mod publish;

#[doc(hidden)]
pub use publish::{NewIndex, check_target, publish};

use super::index::{Counts, IndexTable, read_parquet};
use super::manifest::{EXCLUSION, IndexFile, IndexManifest};
use super::{LocusTable, Role, Verdicts, excluded_bed};
use crate::format::{INDEX_DOCUMENT as DOCUMENT, LOCI, Provenance};
use crate::ingest::bed::{BedFile, read_bed};
use crate::store::{Store, read_document, sha256};
use crate::{Error, Result, listed};
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;

/// A locus index as read from a store.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::loci::{Reason, published};
///
/// let index = published::read(&Store::open("yeast.atemoya")?, None)?;
/// assert_eq!((index.table.peaks(), index.table.negatives()), (41, 10));
/// let verdicts = index.verdicts.unwrap(); // under the filter that the index was made with
/// assert_eq!(verdicts.rows()[40].reason(), Reason::Edge);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LocusIndex {
    /// What it is and how it was made.
    pub manifest: IndexManifest,
    /// Every input locus.
    pub table: LocusTable,
    /// The counts of each signal group.
    pub counts: Counts,
    /// What became of each locus under `manifest.selection`, when there is one.
    pub verdicts: Option<Verdicts>,
    /// The stretches that the exclusion lists exclude, as one list; `None` in an index of version
    /// 1.0.
    pub excluded: Option<BedFile>,
}

impl LocusIndex {
    /// Returns what the index's exclusion lists exclude, as lists that exclude the same. An index
    /// of version 1.0 does not have it: there the lists themselves are read, which must be what
    /// they were.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::loci::{LocusFilter, published};
    /// use atemoya::{IndexBuilder, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// std::fs::write("blacklist.bed", "chrI\t2050\t2150\n").unwrap();
    /// let lists = Some(vec!["blacklist.bed".into()]);
    /// let filter = LocusFilter { exclusion_lists: lists, ..LocusFilter::default() };
    /// IndexBuilder::new("clean").peaks(["peaks.narrowPeak"]).filter(filter).publish(&store, &())?;
    /// std::fs::remove_file("blacklist.bed").unwrap(); // the index has what it needs of it
    /// let excluded = published::read(&store, Some("clean"))?.exclusion()?;
    /// let stretch = excluded[0].records[0]; // of whole chunks of 100 bases
    /// assert_eq!((stretch.start, stretch.end), (2000, 2200));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] when a list is needed and is not there any more, or has changed;
    /// [`Error::Io`].
    pub fn exclusion(&self) -> Result<Vec<BedFile>> {
        if let Some(excluded) = &self.excluded {
            return Ok(vec![excluded.clone()]);
        }
        let lists = self.manifest.inputs.iter().filter(|input| input.role == EXCLUSION);
        lists.map(|list| self.unchanged(list)).collect()
    }

    /// Reads an exclusion list that must not have changed.
    fn unchanged(&self, list: &Provenance) -> Result<BedFile> {
        let path = Path::new(&list.path);
        let unusable = |what: &str| {
            let message = format!(
                "the index {:?} was made with this exclusion list, which {what}; make the index again, or say which \
                 `exclusion_lists` to use, if any",
                self.manifest.name
            );
            Error::input(path, None, message)
        };
        let file = File::open(path).map_err(|_| unusable("cannot be opened any more"))?;
        let (sha256, _) = sha256(&file, path, &())?;
        if sha256 != list.sha256 {
            return Err(unusable("has changed since"));
        }
        read_bed(path)
    }

    /// Checks every rule of section 9 of the format that relates the rows to the document and that
    /// [`read`] does not check: files and roles, order, and centres.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::Store;
    /// use atemoya::loci::published;
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// published::read(&store, None)?.check_rows(&store)?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the first row that breaks one.
    pub fn check_rows(&self, store: &Store) -> Result<()> {
        let path = store.path().join(LOCI).join(&self.manifest.name).join(IndexManifest::TABLE);
        let options = &self.manifest.options;
        let role_of = |role: Role| if role == Role::Peak { "peaks" } else { "negatives" };
        let of_role = |role: Role| {
            let files = self.manifest.inputs.iter().zip(0u32..).filter(move |(input, _)| input.role == role_of(role));
            files.map(|(_, file)| file).collect::<Vec<u32>>()
        };
        let files = [of_role(Role::Peak), of_role(Role::Negative)];
        // How many rows of each file came before, and the key of the row before of the same role.
        let mut seen = vec![0u64; self.manifest.inputs.len()];
        let mut last = [None, None];
        for (i, row) in self.table.rows().enumerate() {
            let wrong =
                |what, expected: &str| Err(Error::corrupt(&path, 0, what, expected, format!("{row:?} in row {i}")));
            let role = usize::from(row.role == Role::Negative);
            let Some(place) = files[role].iter().position(|&file| file == row.file) else {
                return wrong("file", "one of the inputs of the row's role");
            };
            let key = seen[row.file as usize] * files[role].len() as u64 + place as u64;
            seen[row.file as usize] += 1;
            if last[role].replace(key).is_some_and(|before| before >= key) {
                return wrong("order", "interleaved by file");
            }
            let summit = options.summits && row.role == Role::Peak;
            if Some(row.centre) != if summit { row.summit_position() } else { Some(row.midpoint()) } {
                return wrong("centre", "the summit with option summits, else the midpoint");
            }
        }
        Ok(())
    }
}

/// Returns the names of a store's locus indices, sorted.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::published;
/// use atemoya::{IndexBuilder, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// assert_eq!(published::names(&store)?, ["default"]);
/// IndexBuilder::new("other").peaks(["peaks.narrowPeak"]).publish(&store, &())?;
/// assert_eq!(published::names(&store)?, ["default", "other"]);
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`].
pub fn names(store: &Store) -> Result<Vec<String>> {
    let directory = store.path().join(LOCI);
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).map_err(Error::io(&directory, "list"))? {
        let entry = entry.map_err(Error::io(&directory, "list"))?;
        // A stray file is no index.
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name();
        // Names that begin with a dot are of indices that are being built.
        names.extend(name.to_str().filter(|name| !name.starts_with('.')).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads and checks the document of a locus index alone. Without a name it must be the store's only
/// one.
///
/// # Errors
/// [`Error::Argument`] when there is no index of that name, or none or several to choose from;
/// [`Error::Corrupt`] when it is damaged or belongs to another store; [`Error::Io`].
#[doc(hidden)]
pub fn manifest(store: &Store, name: Option<&str>) -> Result<IndexManifest> {
    let known = names(store)?;
    let name = match (name, known.as_slice()) {
        (Some(name), _) if known.iter().any(|k| k == name) => name,
        (None, [only]) => only,
        (_, []) => return Err(Error::argument("loci", "the store has no locus index: `atemoya index` makes one")),
        (Some(name), _) => {
            return Err(Error::argument("loci", format!("there is no index {name:?}; there is {}", listed(&known))));
        }
        (None, _) => {
            return Err(Error::argument("loci", format!("choose one of the store's indices: {}", listed(&known))));
        }
    };
    let directory = store.path().join(LOCI).join(name);
    let document = directory.join(DOCUMENT);
    let manifest = IndexManifest::from_bytes(&read_document(&document)?, &document)?;
    let wrong = |what, expected: &str, got: &str| Err(Error::corrupt(&document, 0, what, expected, got));
    if manifest.name != name {
        return wrong("name", name, &manifest.name);
    }
    if manifest.store != store.checksum() {
        return wrong("store", store.checksum(), &manifest.store);
    }
    Ok(manifest)
}

/// Reads a locus index, checking its document, its hash and every row. Without a name it must be
/// the store's only one.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::published;
/// use atemoya::{LocusFilter, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let index = published::read(&store, Some("default"))?;
/// let filter = LocusFilter { in_window: 200, out_window: 200, ..LocusFilter::default() };
/// assert_eq!(filter.select_index(&store, &index)?.peaks.len(), 41); // one more has room for these
/// assert!(published::read(&store, Some("other")).is_err());
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// # Errors
/// As [`manifest`], and [`Error::Corrupt`] when the table is damaged.
pub fn read(store: &Store, name: Option<&str>) -> Result<LocusIndex> {
    let manifest = manifest(store, name)?;
    let path = store.path().join(LOCI).join(&manifest.name).join(IndexManifest::TABLE);
    let context = manifest.ledger_context();
    let file = checked(&path, &manifest.file)?;
    let IndexTable { loci: mut table, counts, verdicts } =
        read_parquet(file, &path, store.contigs(), context.as_ref())?;
    table.set_chroms(manifest.options.chroms.clone());
    if let Some(name) = table.foreign().iter().find(|name| table.chroms().is_none_or(|chroms| chroms.contains(name))) {
        return Err(Error::corrupt(&path, 0, "contig", "one of the store's, or none of its chroms", name));
    }
    let sizes = (table.peaks() as u64, table.negatives() as u64);
    if sizes != (manifest.peaks, manifest.negatives) {
        let expected = format!("{} peaks and {} negatives", manifest.peaks, manifest.negatives);
        return Err(Error::corrupt(&path, 0, "rows", expected, format!("{} and {}", sizes.0, sizes.1)));
    }
    let excluded = match &manifest.excluded {
        Some(entry) => {
            let path = path.with_file_name(IndexManifest::EXCLUDED);
            let (mut file, mut bytes) = (checked(&path, entry)?, Vec::new());
            file.read_to_end(&mut bytes).map_err(Error::io(&path, "read"))?;
            Some(excluded_bed::from_bytes(&bytes, &path, store.contigs())?)
        }
        None => None,
    };
    Ok(LocusIndex { manifest, table, counts, verdicts, excluded })
}

/// Opens a file of an index after comparing its length and hash.
fn checked(path: &Path, expected: &IndexFile) -> Result<File> {
    let mut file = File::open(path).map_err(Error::io(path, "open"))?;
    let length = file.metadata().map_err(Error::io(path, "read the length of"))?.len();
    if length != expected.length {
        return Err(Error::corrupt(path, 0, "length of the file", expected.length, length));
    }
    let (got, _) = sha256(&file, path, &())?;
    if got != expected.sha256 {
        return Err(Error::corrupt(path, 0, "SHA-256 of the file", &expected.sha256, got));
    }
    file.rewind().map_err(Error::io(path, "read"))?;
    Ok(file)
}
