//! What a published directory holds, entry by entry: the proof that all of it is ours, before it is
//! replaced, and the removal of exactly that.

mod first_bytes;

use self::first_bytes::begins_as_ours;
use super::open::{read_document, read_manifest};
use super::unfinished::Abandoned;
use crate::format::manifest::{MANIFEST, is_file_name};
use crate::format::{INDEX_DOCUMENT, INDEX_EXCLUDED, INDEX_FORMAT, INDEX_TABLE, INDEX_VERSION, LOCI, sealed_json};
use crate::{Error, Result, listed};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetKind {
    /// A store, with the locus indices in it.
    Store,
    /// A locus index of a store.
    Index,
}

impl TargetKind {
    /// What it is called, with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            TargetKind::Store => "an atemoya store",
            TargetKind::Index => "a locus index",
        }
    }

    /// The document that lists its files.
    fn document(self) -> &'static str {
        match self {
            TargetKind::Store => MANIFEST,
            TargetKind::Index => INDEX_DOCUMENT,
        }
    }
}

/// All that a directory holds, proven to be what atemoya wrote.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// In an order in which what is left can be proven again at any moment: what is listed before
    /// what lists it.
    files: Vec<PathBuf>,
    /// Innermost first.
    directories: Vec<PathBuf>,
    /// What dead writers of locus indices left behind.
    abandoned: Vec<Abandoned>,
}

/// Why a directory is not proven to hold nothing but ours, as a sentence's end: `it is ...`.
pub(super) type Doubt = String;

/// What was found so far.
#[derive(Default)]
struct Search {
    found: Contents,
    /// What nobody named, as paths in the directory.
    others: Vec<String>,
}

impl Contents {
    /// What a directory holds, if each entry of it, at any depth, is named by its document or by
    /// that of one of its locus indices.
    ///
    /// # Errors
    /// Why it may hold what is not ours.
    pub(super) fn of(directory: &Path, kind: TargetKind) -> Result<Contents, Doubt> {
        let mut search = Search::default();
        match kind {
            TargetKind::Store => search.store(directory)?,
            TargetKind::Index => search.index(directory, "")?,
        }
        search.end(kind)
    }

    /// What is left of a damaged store: each entry, at any depth, is of the name and begins with
    /// the bytes of one that atemoya writes, whatever the manifest says.
    ///
    /// # Errors
    /// Why it may hold what is not ours.
    pub(super) fn of_damaged(directory: &Path) -> Result<Contents, Doubt> {
        let mut search = Search::default();
        search.damaged(directory, "")?;
        search.end(TargetKind::Store)
    }

    /// A directory without any entry.
    pub(super) fn of_empty(directory: &Path) -> Option<Contents> {
        let empty = fs::read_dir(directory).ok()?.next().is_none();
        let directories = vec![directory.to_path_buf()];
        empty.then(|| Contents { directories, ..Contents::default() })
    }

    /// Removes what was found and nothing else: a directory in which something has appeared since
    /// stays, with that in it.
    pub(super) fn remove(self) {
        // What cannot be removed (a file that is open, on NFS) goes with the next publication that
        // finds it.
        self.abandoned.into_iter().for_each(Abandoned::remove);
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for directory in &self.directories {
            let _ = fs::remove_dir(directory);
        }
    }
}

impl Search {
    fn store(&mut self, directory: &Path) -> Result<(), Doubt> {
        let path = document(directory, TargetKind::Store)?;
        let manifest = read_manifest(&path).map(|(manifest, _)| manifest);
        let manifest = manifest.map_err(|error| unreadable(TargetKind::Store, &error))?;
        manifest.validate().map_err(|damage| unreadable(TargetKind::Store, &damage.at(&path, 0)))?;
        for (name, entry) in entries(directory)? {
            let text = name.to_str().unwrap_or_default();
            if text == LOCI && entry.is_dir() {
                self.loci(&directory.join(LOCI))?;
            } else if entry.is_file() && manifest.file(text).is_some() {
                self.found.files.push(directory.join(&name));
            } else if text != MANIFEST {
                self.other("", &name, &entry);
            }
        }
        self.found.files.push(path);
        self.found.directories.push(directory.to_path_buf());
        Ok(())
    }

    fn loci(&mut self, loci: &Path) -> Result<(), Doubt> {
        for (name, entry) in entries(loci)? {
            let path = loci.join(&name);
            if let Some(abandoned) = Abandoned::find(&path, TargetKind::Index) {
                self.found.abandoned.push(abandoned);
            } else if entry.is_dir() && Contents::of_empty(&path).is_some() {
                self.found.directories.push(path);
            } else if !name.to_str().is_some_and(is_file_name)
                || !entry.is_dir()
                || self.index(&path, &format!("loci/{}/", name.display())).is_err()
            {
                self.other("loci/", &name, &entry);
            }
        }
        self.found.directories.push(loci.to_path_buf());
        Ok(())
    }

    fn index(&mut self, directory: &Path, within: &str) -> Result<(), Doubt> {
        let path = document(directory, TargetKind::Index)?;
        let files = index_files(&path).map_err(|error| unreadable(TargetKind::Index, &error))?;
        for (name, entry) in entries(directory)? {
            if entry.is_file() && files.iter().any(|file| name == *file) {
                self.found.files.push(directory.join(name));
            } else if name != INDEX_DOCUMENT {
                self.other(within, &name, &entry);
            }
        }
        self.found.files.push(path);
        self.found.directories.push(directory.to_path_buf());
        Ok(())
    }

    fn damaged(&mut self, directory: &Path, within: &str) -> Result<(), Doubt> {
        for (name, entry) in entries(directory)? {
            let path = directory.join(&name);
            let text = name.to_str().unwrap_or_default();
            let below = within.is_empty() && text == LOCI || within == "loci/" && is_file_name(text);
            let abandoned = if within == "loci/" { Abandoned::find(&path, TargetKind::Index) } else { None };
            if let Some(abandoned) = abandoned {
                self.found.abandoned.push(abandoned);
            } else if entry.is_dir() && below {
                self.damaged(&path, &format!("{within}{text}/"))?;
            } else if entry.is_file() && begins_as_ours(&path, text, within) {
                self.found.files.push(path);
            } else {
                self.other(within, &name, &entry);
            }
        }
        self.found.directories.push(directory.to_path_buf());
        Ok(())
    }

    /// What was found, if it was nothing but ours.
    fn end(mut self, kind: TargetKind) -> Result<Contents, Doubt> {
        if self.others.is_empty() {
            return Ok(self.found);
        }
        self.others.sort_unstable();
        Err(format!("it holds what is not part of {}: {}", kind.noun(), listed(self.others)))
    }

    /// Notes an entry that nobody has named.
    fn other(&mut self, within: &str, name: &OsString, entry: &Metadata) {
        let slash = if entry.is_dir() { "/" } else { "" };
        self.others.push(format!("{within}{}{slash}", name.display()));
    }
}

/// The entries of a directory, as they are themselves and not what links point to.
fn entries(directory: &Path) -> Result<Vec<(OsString, Metadata)>, Doubt> {
    let read = || -> std::io::Result<Vec<_>> {
        fs::read_dir(directory)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.metadata()?))))
            .collect()
    };
    read().map_err(|error| format!("what it holds cannot be listed ({error})"))
}

/// The path of a directory's document, which must be a file.
fn document(directory: &Path, kind: TargetKind) -> Result<PathBuf, Doubt> {
    let path = directory.join(kind.document());
    let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
    let missing = || format!("it is a directory that is not {} (it has no {})", kind.noun(), kind.document());
    if is_file { Ok(path) } else { Err(missing()) }
}

/// Why a document is none that proves anything.
fn unreadable(kind: TargetKind, error: &Error) -> Doubt {
    let document = kind.document();
    match error {
        Error::Unsupported { what, .. } => {
            format!("its {document} is of {what}, and which of the files are its own is not known to this version")
        }
        _ => format!("its {document} is not that of {}, or is damaged", kind.noun()),
    }
}

/// The files that the document of a locus index names, if it is one, of a version that is known
/// here.
fn index_files(path: &Path) -> Result<Vec<&'static str>> {
    #[derive(Deserialize)]
    struct Document {
        format: String,
        version: [u16; 2],
        excluded: Option<IgnoredAny>,
    }
    let Document { format, version, excluded } = sealed_json::open(&read_document(path)?, path)?.document;
    if format != INDEX_FORMAT {
        return Err(Error::corrupt(path, 0, "format", INDEX_FORMAT, format));
    }
    let [major, minor] = version;
    if major != INDEX_VERSION.0 {
        let what = format!("version {major}.{minor} of the locus index");
        return Err(Error::Unsupported { path: path.to_path_buf(), what });
    }
    Ok([INDEX_TABLE].into_iter().chain(excluded.map(|_| INDEX_EXCLUDED)).collect())
}
