//! Packing: FASTA and bigWig files become a store.

use crate::options::aliases;
use crate::watch;
use atemoya::pack::PackBuilder;
use pyo3::prelude::*;
use std::path::PathBuf;

/// A group: its name, and the files of its channels.
pub(crate) type Group = (String, Vec<PathBuf>);

/// Makes a builder that packs these files.
pub(crate) fn builder(fasta: Option<PathBuf>, signals: Vec<Group>, controls: Vec<Group>) -> PackBuilder {
    let mut builder = PackBuilder::new();
    if let Some(path) = fasta {
        builder = builder.fasta(path);
    }
    for (name, paths) in signals {
        builder = builder.signal(name, paths);
    }
    for (name, paths) in controls {
        builder = builder.control(name, paths);
    }
    builder
}

/// Packs files into a store and publishes it in one step. Returns warnings of what the inputs lack,
/// and notes for the user.
#[pyfunction]
#[pyo3(signature = (
    out, *, fasta, chrom_sizes, signals, controls, contigs, alias, allow_empty, tile_log2, replace, show,
))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn pack(
    py: Python<'_>,
    out: PathBuf,
    fasta: Option<PathBuf>,
    chrom_sizes: Option<PathBuf>,
    signals: Vec<Group>,
    controls: Vec<Group>,
    contigs: Option<Vec<String>>,
    alias: Option<PathBuf>,
    allow_empty: bool,
    tile_log2: u32,
    replace: bool,
    show: Option<Py<PyAny>>,
) -> PyResult<(Vec<String>, Vec<String>)> {
    let alias = aliases(alias.as_deref())?;
    let mut builder = builder(fasta, signals, controls).contigs(contigs).tile_log2(tile_log2).replace(replace);
    builder = builder.alias(alias).allow_empty(allow_empty);
    if let Some(path) = chrom_sizes {
        builder = builder.chrom_sizes(path);
    }
    let packed = watch::run(py, show, |progress| builder.publish(&out, progress))?;
    Ok((packed.warnings, packed.notes))
}
