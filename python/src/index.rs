//! Indexing: BED files become a locus index inside a store.

use crate::options::{Examples, order};
use crate::store::Store;
use crate::watch;
use atemoya::index::IndexBuilder;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Builds a locus index and publishes it in one step. Returns its directory, and the account of the loci in words.
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
) -> PyResult<(PathBuf, String)> {
    let builder = IndexBuilder::new(name)
        .peaks(peaks)
        .negatives(negatives)
        .summits(examples.summits.unwrap_or(false))
        .chroms(examples.chroms.clone())
        .filter(examples.filter(order(order_name)?))
        .replace(replace);
    let indexed = watch::run(py, show, |progress| builder.publish(&store.0, progress))?;
    Ok((indexed.path, indexed.selection.ledger.to_string()))
}
