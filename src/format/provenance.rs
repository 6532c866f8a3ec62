//! The provenance of a store: one entry for each input file.

use serde::{Deserialize, Deserializer, Serialize};

/// One input file, as `manifest.json` and `index.json` record it (`format-spec/FORMAT.md`, section
/// 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The role of the file: `sequence`, `chrom_sizes` or the name of a group; for a locus index,
    /// `peaks` or `negatives`.
    pub role: String,
    /// The path as it was given, with `\xNN` for each byte that is not UTF-8.
    pub path: String,
    /// The file's length in bytes.
    pub length: u64,
    /// The time of the last modification, in whole seconds since 1970-01-01 UTC.
    pub modified: i64,
    /// The SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The store's contigs that the file lacks.
    #[serde(default)]
    pub contigs_absent: Vec<String>,
    /// The file's contigs that the store lacks.
    #[serde(default)]
    pub contigs_ignored: Vec<String>,
    /// The store's contigs that have another name in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contigs_renamed: Vec<Renamed>,
    /// The store's contigs that have another length in the file. Their values are not used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contigs_other_length: Vec<OtherLength>,
}

/// A contig that has another name in an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// Its name in the file.
    pub from: String,
    /// Its name in the store.
    pub to: String,
}

/// A contig that has another length in an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherLength {
    /// Its name in the store.
    pub name: String,
    /// Its length in the file, in bases.
    pub length: u64,
}

/// Reads the inputs of a store, which must have the lists of contigs. Those of a locus index need
/// not.
pub(super) fn with_contigs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Provenance>, D::Error> {
    #[derive(Deserialize)]
    struct Input {
        role: String,
        path: String,
        length: u64,
        modified: i64,
        sha256: String,
        contigs_absent: Vec<String>,
        contigs_ignored: Vec<String>,
        #[serde(default)]
        contigs_renamed: Vec<Renamed>,
        #[serde(default)]
        contigs_other_length: Vec<OtherLength>,
    }
    let inputs = Vec::<Input>::deserialize(deserializer)?.into_iter();
    let whole = |input: Input| Provenance {
        role: input.role,
        path: input.path,
        length: input.length,
        modified: input.modified,
        sha256: input.sha256,
        contigs_absent: input.contigs_absent,
        contigs_ignored: input.contigs_ignored,
        contigs_renamed: input.contigs_renamed,
        contigs_other_length: input.contigs_other_length,
    };
    Ok(inputs.map(whole).collect())
}
