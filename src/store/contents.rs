//! Proves, entry by entry, that atemoya wrote everything in a published directory, before it is
//! replaced, and removes exactly those entries.

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

/// The kind of directory that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetKind {
    /// A store, with the locus indices in it.
    Store,
    /// A locus index of a store.
    Index,
}

impl TargetKind {
    /// Returns the name of the kind, with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            TargetKind::Store => "an atemoya store",
            TargetKind::Index => "a locus index",
        }
    }

    /// Returns the name of the document that lists its files.
    fn document(self) -> &'static str {
        match self {
            TargetKind::Store => MANIFEST,
            TargetKind::Index => INDEX_DOCUMENT,
        }
    }
}

/// Everything in a directory, all of it proven to be written by atemoya.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Each file before the document that lists it, so that what is left can be proven again when
    /// the removal stops halfway.
    files: Vec<PathBuf>,
    /// Innermost first.
    directories: Vec<PathBuf>,
    /// Hidden directories that killed writers of locus indices left.
    abandoned: Vec<Abandoned>,
}

/// The entries found so far.
#[derive(Default)]
struct Search {
    found: Contents,
    /// Entries that no document lists, as paths in the directory.
    others: Vec<String>,
}

impl Contents {
    /// Lists the entries of a directory, at any depth, if each is listed by the directory's
    /// document or by the document of one of its locus indices.
    ///
    /// # Errors
    /// Why it may hold files that atemoya did not write, as the end of a sentence: `it is ...`.
    pub(super) fn of(directory: &Path, kind: TargetKind) -> Result<Contents, String> {
        let mut search = Search::default();
        match kind {
            TargetKind::Store => search.store(directory)?,
            TargetKind::Index => search.index(directory, "")?,
        }
        search.end(kind)
    }

    /// Lists the entries of a damaged store, at any depth, if each has the name and the first bytes
    /// of a file that atemoya writes. Does not use the manifest.
    ///
    /// # Errors
    /// As [`Contents::of`].
    pub(super) fn of_damaged(directory: &Path) -> Result<Contents, String> {
        let mut search = Search::default();
        search.damaged(directory, "")?;
        search.end(TargetKind::Store)
    }

    /// Returns the contents of an empty directory; `None` for any other.
    pub(super) fn of_empty(directory: &Path) -> Option<Contents> {
        let empty = fs::read_dir(directory).ok()?.next().is_none();
        let directories = vec![directory.to_path_buf()];
        empty.then(|| Contents { directories, ..Contents::default() })
    }

    /// Removes these entries and nothing else. A directory in which an entry has appeared since is
    /// kept with that entry.
    pub(super) fn remove(self) {
        // What cannot be removed (an open file on NFS) is removed by the next publication.
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
    fn store(&mut self, directory: &Path) -> Result<(), String> {
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

    fn loci(&mut self, loci: &Path) -> Result<(), String> {
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

    fn index(&mut self, directory: &Path, within: &str) -> Result<(), String> {
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

    fn damaged(&mut self, directory: &Path, within: &str) -> Result<(), String> {
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

    /// Returns the entries that were found, if there are no others.
    fn end(mut self, kind: TargetKind) -> Result<Contents, String> {
        if self.others.is_empty() {
            return Ok(self.found);
        }
        self.others.sort_unstable();
        Err(format!("it holds what is not part of {}: {}", kind.noun(), listed(self.others)))
    }

    /// Adds an entry that no document lists.
    fn other(&mut self, within: &str, name: &OsString, entry: &Metadata) {
        let slash = if entry.is_dir() { "/" } else { "" };
        self.others.push(format!("{within}{}{slash}", name.display()));
    }
}

/// Returns the entries of a directory. Links are not followed.
fn entries(directory: &Path) -> Result<Vec<(OsString, Metadata)>, String> {
    let read = || -> std::io::Result<Vec<_>> {
        fs::read_dir(directory)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.metadata()?))))
            .collect()
    };
    read().map_err(|error| format!("its entries cannot be listed ({error})"))
}

/// Returns the path of a directory's document, which must be a file.
fn document(directory: &Path, kind: TargetKind) -> Result<PathBuf, String> {
    let path = directory.join(kind.document());
    let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
    let missing = || format!("it is a directory that is not {} (it has no {})", kind.noun(), kind.document());
    if is_file { Ok(path) } else { Err(missing()) }
}

/// Returns why a document cannot be used.
fn unreadable(kind: TargetKind, error: &Error) -> String {
    let document = kind.document();
    match error {
        Error::Unsupported { what, .. } => {
            format!("its {document} is of {what}, and this version of atemoya does not know which files belong to it")
        }
        _ => format!("its {document} is not that of {}, or is damaged", kind.noun()),
    }
}

/// Returns the files that the document of a locus index lists, if its version is known.
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
