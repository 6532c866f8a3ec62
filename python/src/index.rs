//! Indexing: BED files become a locus index inside a store.

use crate::error::in_python;
use crate::options::Examples;
use crate::store::Store;
use crate::watch;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Builds a locus index and publishes it in one step. Returns its directory, the ledger of the loci
/// as text, and warnings.
#[pyfunction]
#[pyo3(signature = (store, name, peaks, negatives, examples, *, replace, show))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn index(
    py: Python<'_>,
    store: &Store,
    name: String,
    peaks: Vec<PathBuf>,
    negatives: Vec<PathBuf>,
    examples: Examples,
    replace: bool,
    show: Option<Py<PyAny>>,
) -> PyResult<(PathBuf, String, Vec<String>)> {
    let builder = examples.index_of(name, peaks, negatives).filter(examples.filter).replace(replace);
    let indexed = watch::run(py, show, |progress| builder.publish(&store.0, progress))?;
    let warnings = indexed.warnings.iter().map(|warning| in_python(warning)).collect();
    Ok((indexed.path, indexed.selection.ledger.to_string(), warnings))
}
