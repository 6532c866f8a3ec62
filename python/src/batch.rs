//! Batches of the host in Python: their columns as tensors that share their memory.

use crate::error::OrRaise;
use crate::process_local::ProcessLocal;
use crate::tensor::{Owner, Tensor};
use atemoya::DType;
use atemoya::feed::{self, Column};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use std::sync::Arc;

/// The owner of a batch's memory, which the batch and its tensors keep. It does not read the
/// memory, since Python may write to it.
pub(crate) struct HostMemory {
    // A forked process must not give the slot back: the ring's lock may be held there for ever.
    _batch: ProcessLocal<feed::Batch>,
}

/// A batch of examples. Its memory does not change while the batch, or anything made of its
/// columns, lives.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Batch {
    memory: Arc<HostMemory>,
    layout: feed::Layout,
    rows: usize,
    address: usize,
    epoch: u64,
    index: u64,
}

/// The columns and their names.
const NAMES: [(&str, Column); 7] = [
    ("sequence", Column::Sequence),
    ("controls", Column::Controls),
    ("signal", Column::Signal),
    ("labels", Column::Labels),
    ("sources", Column::Sources),
    ("offsets", Column::Offsets),
    ("reverse_complement", Column::ReverseComplement),
];

/// Returns the column of a name.
pub(crate) fn column(name: &str) -> PyResult<Column> {
    let found = NAMES.iter().find(|(known, _)| *known == name);
    found.map(|(_, column)| *column).ok_or_else(|| PyKeyError::new_err(format!("a batch has no column {name:?}")))
}

/// Returns the shape of a column in Python, which has one dimension where an example is one number.
pub(crate) fn shape(column: Column, [rows, channels, positions]: [usize; 3]) -> Vec<usize> {
    match column {
        Column::Sequence | Column::Controls | Column::Signal => vec![rows, channels, positions],
        _ => vec![rows],
    }
}

impl Batch {
    pub(crate) fn new(mut batch: feed::Batch) -> PyResult<Batch> {
        let (layout, rows, epoch, index) = (batch.slot().1.clone(), batch.len(), batch.epoch(), batch.index());
        // From here on the memory is used by its address alone.
        let address = batch.slot_mut().or_raise()?.as_mut_ptr().expose_provenance();
        Ok(Batch {
            memory: Arc::new(HostMemory { _batch: ProcessLocal::new(batch) }),
            layout,
            rows,
            address,
            epoch,
            index,
        })
    }

    /// Returns type, shape and offset of a column, or `None` when batches do not have it.
    fn find(&self, column: Column) -> Option<(DType, Vec<usize>, usize)> {
        let (channels, positions) = self.layout.shape(column);
        let shape = shape(column, [self.rows, channels, positions]);
        (channels > 0).then(|| (self.layout.dtype(column), shape, self.layout.range(column, self.rows).start))
    }
}

#[pymethods]
impl Batch {
    /// Returns the number of examples: this rank's part of the batch.
    fn __len__(&self) -> usize {
        self.rows
    }

    /// Returns the epoch that the batch is of.
    #[getter]
    fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns the batch's number in its epoch, the same on every rank.
    #[getter]
    fn index(&self) -> u64 {
        self.index
    }

    /// Returns the number of its device: None, since the batch is in the memory of the host.
    #[getter]
    fn device(&self) -> Option<usize> {
        None
    }

    /// Returns the CUDA stream that it was delivered to: None, since the batch is in the memory of
    /// the host.
    #[getter]
    fn stream(&self) -> Option<usize> {
        None
    }

    /// Returns the address of the memory that all columns share.
    #[getter]
    fn address(&self) -> usize {
        self.address
    }

    /// Returns a column as a tensor, or None when batches do not have it. The columns are
    /// `sequence`, `controls`, `signal`, `labels`, `sources`, `offsets` and `reverse_complement`.
    fn tensor(&self, name: &str) -> PyResult<Option<Tensor>> {
        let owner = || Owner::Host(Arc::clone(&self.memory));
        let tensor = |(dtype, shape, start)| Tensor::new(owner(), self.address + start, dtype, shape);
        Ok(self.find(column(name)?).map(tensor))
    }

    /// Returns name, type, shape and offset of each column that the batch has. Offsets are in bytes
    /// from the batch's address.
    fn columns(&self) -> Vec<(&'static str, &'static str, Vec<usize>, usize)> {
        let described = |(name, column): &(&'static str, Column)| {
            self.find(*column).map(|(dtype, shape, start)| (*name, dtype.name(), shape, start))
        };
        NAMES.iter().filter_map(described).collect()
    }
}
