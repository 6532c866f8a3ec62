//! Genomes: a store, arrays of whole contigs, or columns of either.

use crate::array::array;
use crate::error::OrRaise;
use crate::store::Store;
use atemoya::feed::{self, ContigArrays};
use pyo3::prelude::*;

/// A genome and its tracks.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Genome(pub(crate) feed::Genome);

/// Arrays by the names of their contigs, `(1, channels, length)`.
type Contigs<'py> = Vec<(String, Bound<'py, PyAny>)>;

fn contig_arrays(name: &str, contigs: &Contigs<'_>) -> PyResult<ContigArrays> {
    contigs.iter().map(|(contig, values)| Ok((contig.as_str(), array(&format!("{name}: {contig}"), values)?))).collect()
}

fn channels(name: &str, channels: &[Contigs<'_>]) -> PyResult<Vec<ContigArrays>> {
    channels.iter().map(|channel| contig_arrays(name, channel)).collect()
}

#[pymethods]
impl Genome {
    /// Makes a genome of all columns of a store.
    #[staticmethod]
    fn of_store(store: &Store) -> Genome {
        Genome(feed::Genome::from_store(&store.0))
    }

    /// Makes a genome of a sequence in arrays, with the tracks of a store if there is one.
    #[staticmethod]
    fn of_arrays(sequences: Contigs<'_>, tracks: Option<&Store>) -> PyResult<Genome> {
        let sequences = contig_arrays("sequences", &sequences)?;
        Ok(Genome(feed::Genome::from_arrays(&sequences, tracks.map(|store| &store.0)).or_raise()?))
    }

    /// Returns the genome with signals in arrays.
    fn with_signals(&self, signals: Vec<Contigs<'_>>, groups: Vec<usize>) -> PyResult<Genome> {
        let signals = channels("signals", &signals)?;
        Ok(Genome(self.0.clone().signals(&signals, Some(&groups)).or_raise()?))
    }

    /// Returns the genome with controls in arrays.
    fn with_controls(&self, controls: Vec<Contigs<'_>>, groups: Vec<usize>) -> PyResult<Genome> {
        let controls = channels("controls", &controls)?;
        Ok(Genome(self.0.clone().controls(&controls, Some(&groups)).or_raise()?))
    }

    /// Returns names and lengths of the contigs, in the order of their numbers.
    fn contigs(&self) -> Vec<(String, u64)> {
        self.0.contigs().iter().map(|(name, length)| (name.to_owned(), length)).collect()
    }

    /// Returns the name of the sequence's type if the sequence is in arrays.
    #[getter]
    fn sequence_dtype(&self) -> Option<&'static str> {
        self.0.sequence_dtype().map(atemoya::DType::name)
    }
}
