//! Indexing: BED files become a locus index inside a store.

use crate::error::in_python;
use crate::options::{Examples, order};
use crate::store::Store;
use crate::watch;
use atemoya::index::IndexBuilder;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Builds a locus index and publishes it in one step. Returns its directory, the account of the
/// loci in words, and what to warn of.
#[pyfunction]
#[pyo3(signature = (store, name, peaks, negatives, examples, *, order_name, replace, show))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn index(
    py: Python<'_>,
    store: &Store,
    name: String,
    peaks: Vec<PathBuf>,
    negatives: Vec<PathBuf>,
    examples: Examples,
    order_name: &str,
    replace: bool,
    show: Option<Py<PyAny>>,
) -> PyResult<(PathBuf, String, Vec<String>)> {
    let filter = examples.filter(order(order_name)?)?;
    let builder = IndexBuilder::new(name)
        .peaks(peaks)
        .negatives(negatives)
        .summits(examples.summits)
        .chroms(examples.chroms.clone())
        .alias(filter.alias.clone())
        .filter(filter)
        .replace(replace);
    let indexed = watch::run(py, show, |progress| builder.publish(&store.0, progress))?;
    let warnings = indexed.warnings.iter().map(|warning| in_python(warning)).collect();
    Ok((indexed.path, indexed.selection.ledger.to_string(), warnings))
}
