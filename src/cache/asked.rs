//! What is asked of the cache: a combination of files and of what is packed of them, its key, and
//! the record that leads from it to a store.

use super::RECORD;
use crate::format::checks::hex;
use crate::format::manifest::Manifest;
use crate::pack::PackBuilder;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Hexadecimal digits of a key.
pub(super) const KEY: usize = 24;

/// Part of every key: records and names of another layout are not taken for these.
const LAYOUT: u32 = 3;

/// The letters of the first input's name that begin a store's.
const STEM: usize = 40;

/// A file as it was when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileState {
    /// Absolute, without links.
    pub(super) path: PathBuf,
    pub(super) length: u64,
    /// When it was changed last, in seconds and nanoseconds since 1970-01-01 UTC.
    modified: (i64, i64),
    /// The file's number, which another one in its place has not, and when it or its own data were
    /// changed last: no program can set that back.
    inode: u64,
    changed: (i64, i64),
}

/// What a caller wants packed.
#[derive(Debug)]
pub(super) struct Asked {
    /// What is packed of the files, but for these.
    what: String,
    /// In the order of the manifest's inputs.
    pub(super) files: Vec<FileState>,
    /// Whether the first file is a genome of which all contigs are packed.
    pub(super) whole_genome: bool,
    /// What names begin with.
    stem: String,
}

/// That some files lead to a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The name of the store's directory.
    pub(super) store: String,
    pub(super) what: String,
    pub(super) whole_genome: bool,
    pub(super) files: Vec<FileState>,
}

impl Asked {
    /// Looks at the files that a builder would pack.
    pub(super) fn of(builder: &PackBuilder) -> Result<Asked> {
        let (described, paths) = builder.described();
        let files = paths.iter().map(|path| FileState::of(path)).collect::<Result<Vec<_>>>()?;
        let first = paths.first().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
        let stem = first.split('.').next().unwrap_or_default().chars().take(STEM).collect();
        let what = hash(&format!("{LAYOUT} {:?} {described}", Manifest::new().version));
        Ok(Asked { what, files, whole_genome: builder.packs_whole_genome(), stem })
    }

    /// The name that is its own, of its store or of what stands beside that.
    pub(super) fn name(&self, suffix: &str) -> String {
        format!("{}-{}{suffix}", self.stem, &hash(&format!("{} {:?}", self.what, self.files))[..KEY])
    }

    /// Whether the same is packed of files of the same lengths: only their content can differ.
    pub(super) fn resembles(&self, record: &Record) -> bool {
        let lengths = |files: &[FileState]| files.iter().map(|file| file.length).collect::<Vec<_>>();
        self.what == record.what && lengths(&self.files) == lengths(&record.files)
    }

    /// Keeps in mind that these files lead to a store. Without a record they do so no less, after a
    /// longer look.
    pub(super) fn record(&self, directory: &Path, store: &str) {
        let Asked { what, files, whole_genome, stem: _ } = self;
        let (what, files) = (what.clone(), files.clone());
        let record = Record { store: store.to_owned(), what, whole_genome: *whole_genome, files };
        let write = || -> std::io::Result<()> {
            // As the user's umask has it: others may share the cache.
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
        Ok(FileState {
            path,
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            inode: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl Record {
    /// Reads a record; none where there is none that can be read.
    pub(super) fn read(path: &Path) -> Option<Record> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}
