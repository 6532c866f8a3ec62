//! `index.json`: what a locus index is, and the hash that binds its table.

use super::filter::LocusFilter;
use super::index::LedgerContext;
use crate::format::manifest::{is_file_name, is_lower_hex};
use crate::format::{INDEX_EXCLUDED as EXCLUDED, INDEX_FORMAT as FORMAT, INDEX_TABLE as TABLE};
use crate::format::{INDEX_VERSION, Provenance, sealed_json};
use crate::sample::Order;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The role of an exclusion list among the inputs.
pub(crate) const EXCLUSION: &str = "exclusion";
/// The roles of inputs.
const ROLES: [&str; 3] = ["peaks", "negatives", EXCLUSION];
/// The widest window in which counts are recorded, in bases.
pub(crate) const MAX_COUNTS_WINDOW: u32 = 1 << 24;

/// The members of `index.json` (`format-spec/FORMAT.md`, section 9) but for its checksum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexManifest {
    /// `atemoya-loci`.
    pub format: String,
    /// Major and minor version of the format.
    pub version: [u16; 2],
    /// The index's name, equal to its directory's.
    pub name: String,
    /// The `checksum` of the manifest of the store to which the index belongs.
    pub store: String,
    /// Program and version.
    pub created_by: String,
    /// How the index was made.
    pub options: IndexedOptions,
    /// The filter whose outcome the table's ledger columns tell, if it has them. It names its
    /// signals and says whether it drops outliers; its contigs and centres are those of `options`,
    /// its exclusion lists are among the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<LocusFilter>,
    /// The input files: those of peaks, then those of negatives, then the exclusion lists of
    /// `selection`. The table's columns `file` and `exclusion_file` count these.
    pub inputs: Vec<Provenance>,
    /// How many loci there are.
    pub rows: u64,
    /// How many of them are peaks.
    pub peaks: u64,
    /// How many of them are negatives.
    pub negatives: u64,
    /// The table.
    pub file: IndexFile,
    /// What the exclusion lists exclude. An index of version 1.0 has none, whether or not there are
    /// exclusion lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<IndexFile>,
}

/// How an index was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedOptions {
    /// Whether peaks are centred on their summits.
    pub summits: bool,
    /// The contigs whose loci may be used, `None` for all.
    pub chroms: Option<Vec<String>>,
    /// The width of the window in which counts were taken, in bases.
    pub counts_window: u32,
    /// The outlier filter, if it was chosen as the order of `selection` has it by itself. A choice
    /// that is other than that is in `selection` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlier_filter: Option<bool>,
}

/// A file of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFile {
    /// `index.parquet`, or `excluded.bed`.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl IndexManifest {
    /// The value of `format`.
    pub const FORMAT: &'static str = FORMAT;
    /// The latest version that this library writes.
    pub const VERSION: [u16; 2] = [INDEX_VERSION.0, INDEX_VERSION.1];
    /// The name of the table's file.
    pub const TABLE: &'static str = TABLE;
    /// The name of the file of excluded stretches.
    pub const EXCLUDED: &'static str = EXCLUDED;

    /// Returns the outlier filter that was chosen for the index, if one was.
    pub(crate) fn chosen_outlier_filter(&self) -> Option<bool> {
        let selection = self.selection.as_ref()?;
        // What the order does by itself counts as chosen only where the options say so.
        let by_itself = selection.order == Order::Cherimoya;
        self.options.outlier_filter.or(selection.outlier_filter.filter(|&drops| drops != by_itself))
    }

    /// Returns what the ledger columns of the table refer to, if the table has them.
    #[must_use]
    pub fn ledger_context(&self) -> Option<LedgerContext> {
        Some(ledger_context(self.selection.as_ref()?, &self.inputs))
    }

    /// Checks that a name can be that of an index: 1 to 64 of `A-Z a-z 0-9 . _ -`, not beginning
    /// with `.`.
    ///
    /// # Errors
    /// [`Error::Argument`] when it cannot.
    pub fn check_name(name: &str) -> Result<()> {
        if !is_file_name(name) {
            let rule = "1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot";
            return Err(Error::argument("name", format!("{name:?} cannot name an index: {rule}")));
        }
        Ok(())
    }

    /// Writes the document with its checksum.
    ///
    /// # Errors
    /// [`Error::Argument`] when the name cannot be that of an index, or the document would be too
    /// long.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        IndexManifest::check_name(&self.name)?;
        sealed_json::seal(self)
    }

    /// Reads and checks the document. `path` is only named in errors.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the bytes are not a sealed document or a member is not as it must
    /// be, [`Error::Unsupported`] when it is of a later major version.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<IndexManifest> {
        let manifest: IndexManifest = sealed_json::open(bytes, path)?.document;
        if manifest.format != FORMAT {
            return Err(Error::corrupt(path, 0, "format", FORMAT, manifest.format));
        }
        let [major, minor] = manifest.version;
        if major != INDEX_VERSION.0 {
            let what = format!("version {major}.{minor} of the locus index (it reads {}.x)", INDEX_VERSION.0);
            return Err(Error::Unsupported { path: path.to_path_buf(), what });
        }
        manifest.check(path)?;
        Ok(manifest)
    }

    fn check(&self, path: &Path) -> Result<()> {
        let wrong = |what, expected: &str, got: String| Err(Error::corrupt(path, 0, what, expected, got));
        if let Err(error) = IndexManifest::check_name(&self.name) {
            return wrong("name", "the name of an index", error.to_string());
        }
        if !self.store.strip_prefix("sha256:").is_some_and(is_sha256) {
            return wrong("store", "sha256:<64 digits>", self.store.clone());
        }
        if self.peaks.checked_add(self.negatives) != Some(self.rows) || self.rows >= 1 << 32 {
            let got = format!("{} of {} peaks and {} negatives", self.rows, self.peaks, self.negatives);
            return wrong("rows", "the sum of peaks and negatives, below 2^32", got);
        }
        if !(1..=MAX_COUNTS_WINDOW).contains(&self.options.counts_window) {
            return wrong("counts_window", "1 to 2^24", self.options.counts_window.to_string());
        }
        for (what, name, file) in
            [("file.name", TABLE, Some(&self.file)), ("excluded.name", EXCLUDED, self.excluded.as_ref())]
        {
            if let Some(file) = file.filter(|file| file.name != name) {
                return wrong(what, name, file.name.clone());
            }
        }
        let files = self.excluded.iter().chain([&self.file]);
        for sha256 in self.inputs.iter().map(|input| &input.sha256).chain(files.map(|file| &file.sha256)) {
            if !is_sha256(sha256) {
                return wrong("sha256", "64 lower-case hexadecimal digits", sha256.clone());
            }
        }
        if let Some(input) = self.inputs.iter().find(|input| !ROLES.contains(&input.role.as_str())) {
            return wrong(
                "inputs",
                "peaks, negatives or exclusion",
                format!("role {:?} of {}", input.role, input.path),
            );
        }
        if let Some(selection) = &self.selection {
            check_selection(selection).or_else(|(what, expected, got)| wrong(what, expected, got))?;
        }
        let judged = self.selection.as_ref().and_then(|selection| selection.outlier_filter);
        if let Some(chosen) = self.options.outlier_filter.filter(|&chosen| judged != Some(chosen)) {
            return wrong("options.outlier_filter", "that of selection", chosen.to_string());
        }
        if self.excluded.is_some() && !self.inputs.iter().any(|input| input.role == EXCLUSION) {
            return wrong("excluded", "none without exclusion lists", EXCLUDED.to_owned());
        }
        if !self.inputs.is_sorted_by_key(|input| input.role == EXCLUSION) {
            return wrong("inputs", "the exclusion lists last", "a file of loci after one".to_owned());
        }
        Ok(())
    }
}

/// Returns what the ledger columns of an index with this filter and these inputs refer to.
pub(super) fn ledger_context(selection: &LocusFilter, inputs: &[Provenance]) -> LedgerContext {
    LedgerContext {
        loci_files: inputs.iter().filter(|input| input.role != EXCLUSION).count() as u32,
        groups: selection.signals.clone().unwrap_or_default(),
        min_counts: selection.min_counts,
        max_counts: selection.max_counts,
    }
}

/// Checks `selection`. The error is what is wrong, what is expected and what was found.
fn check_selection(selection: &LocusFilter) -> std::result::Result<(), (&'static str, &'static str, String)> {
    if let Err(Error::Argument { name, .. }) = selection.check() {
        return Err(match name {
            "in_window" => (name, "1 to 2^30", selection.in_window.to_string()),
            "out_window" => (name, "1 to 2^30", selection.out_window.to_string()),
            _ => (name, "0 to 2^30", selection.max_jitter.to_string()),
        });
    }
    if selection.signals.is_none() {
        return Err(("signals", "names of signal groups", "null".to_owned()));
    }
    if selection.outlier_filter.is_none() {
        return Err(("outlier_filter", "true or false", "null".to_owned()));
    }
    Ok(())
}

fn is_sha256(digits: &str) -> bool {
    is_lower_hex(digits, 64)
}

#[cfg(test)]
mod tests;
