//! A request to the cache: the input files and the options of packing, the key that they give, and
//! the record that leads from them to a store.

use super::RECORD;
use crate::format::checks::hex;
use crate::format::manifest::Manifest;
use crate::pack::PackBuilder;
use crate::store::FileStamp;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Hexadecimal digits of a key.
pub(super) const KEY: usize = 24;

/// A part of every key, so that records and names of another layout are not taken for these.
const LAYOUT: u32 = 3;

/// The most letters of the first input's name that begin the name of its store.
const STEM: usize = 40;

/// An input file as it was when it was requested. The text that `Debug` gives is part of the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileState {
    /// Absolute, without links.
    pub(super) path: PathBuf,
    pub(super) length: u64,
    modified: (i64, i64),
    inode: u64,
    changed: (i64, i64),
}

/// What a caller wants packed.
#[derive(Debug)]
pub(super) struct Request {
    /// The hash of the options of packing.
    what: String,
    /// In the order of the manifest's inputs.
    pub(super) files: Vec<FileState>,
    /// Whether the first file is a genome of which all contigs are packed.
    pub(super) whole_genome: bool,
    /// The beginning of the names of the store and its record.
    stem: String,
}

/// Records that some input files lead to a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InputRecord {
    /// The name of the store's directory.
    pub(super) store: String,
    pub(super) what: String,
    pub(super) whole_genome: bool,
    pub(super) files: Vec<FileState>,
}

impl Request {
    /// Describes what a builder would pack.
    pub(super) fn of(builder: &PackBuilder) -> Result<Request> {
        let (described, paths) = builder.described();
        let files = paths.iter().map(|path| FileState::of(path)).collect::<Result<Vec<_>>>()?;
        let first = paths.first().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
        let stem = first.split('.').next().unwrap_or_default().chars().take(STEM).collect();
        let what = hash(&format!("{LAYOUT} {:?} {described}", Manifest::new().version));
        Ok(Request { what, files, whole_genome: builder.packs_whole_genome(), stem })
    }

    /// Returns the name of its store, or of a file beside that, with the suffix of its kind.
    pub(super) fn name(&self, suffix: &str) -> String {
        format!("{}-{}{suffix}", self.stem, &hash(&format!("{} {:?}", self.what, self.files))[..KEY])
    }

    /// Returns whether a record has the same options, and files of the same lengths. Then only the
    /// contents can differ.
    pub(super) fn may_equal(&self, record: &InputRecord) -> bool {
        let lengths = |files: &[FileState]| files.iter().map(|file| file.length).collect::<Vec<_>>();
        self.what == record.what && lengths(&self.files) == lengths(&record.files)
    }

    /// Records that these files lead to a store. Without the record, the next request has to hash
    /// the files.
    pub(super) fn record(&self, directory: &Path, store: &str) {
        let Request { what, files, whole_genome, stem: _ } = self;
        let (what, files) = (what.clone(), files.clone());
        let record = InputRecord { store: store.to_owned(), what, whole_genome: *whole_genome, files };
        let write = || -> std::io::Result<()> {
            // The umask decides: other users may share the cache.
            let everyone = fs::Permissions::from_mode(0o666);
            let mut file = tempfile::Builder::new().prefix(".record-").permissions(everyone).tempfile_in(directory)?;
            file.write_all(&serde_json::to_vec(&record)?)?;
            file.persist(directory.join(self.name(RECORD)))?;
            Ok(())
        };
        let _ = write();
    }
}

impl FileState {
    fn of(path: &Path) -> Result<FileState> {
        let metadata = fs::metadata(path).map_err(Error::io(path, "open"))?;
        let path = path.canonicalize().map_err(Error::io(path, "open"))?;
        let FileStamp { device: _, inode, length, modified, changed } = FileStamp::of(&metadata);
        Ok(FileState { path, length, modified, inode, changed })
    }
}

impl InputRecord {
    /// Reads a record; `None` where it is missing or cannot be read.
    pub(super) fn read(path: &Path) -> Option<InputRecord> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}
