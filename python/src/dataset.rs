//! A data set: examples of a store or of arrays, in the order of a sampler.

use crate::array::array;
use crate::batch::Batch;
use crate::error::OrRaise;
use crate::genome::Genome;
use crate::memory::Buffer;
use crate::options::{Examples, Sampling, Streaming, order};
use crate::store::numpy_type;
use crate::stream::Stream;
use atemoya::feed::{self, Running};
use atemoya::index::IndexBuilder;
use atemoya::loci::Locus;
use atemoya::sample::Draw;
use atemoya::{ArrayGenerator, PeakGenerator};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::cell::Cell;
use std::path::PathBuf;

/// The examples of all epochs.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Dataset(feed::Dataset<'static>);

/// Contigs (u32), centres (i64) and rows (u32) of loci, as bytes.
type LociBytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// Flags of peaks, sources, offsets and orientations of draws, as bytes: u8, i64, i64, u8.
type DrawBytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

fn generator(genome: &Genome, sampling: &Sampling, examples: &Examples) -> PyResult<PeakGenerator> {
    let filter = examples.filter(order(&sampling.order)?);
    Ok(PeakGenerator::over(&genome.0)
        .filter(filter)
        .controls(examples.controls.clone())
        .sequence_type(numpy_type(&examples.sequence_type)?)
        .controls_type(numpy_type(&examples.controls_type)?)
        .signal_type(numpy_type(&examples.signal_type)?)
        .negative_ratio(sampling.negative_ratio)
        .reverse_complement(sampling.reverse_complement)
        .shuffle(sampling.shuffle)
        .random_state(sampling.seed))
}

fn loci_from((contigs, centres, rows): &LociBytes<'_>) -> PyResult<Vec<Locus>> {
    let contigs: Vec<u32> = bytemuck::allocation::pod_collect_to_vec(contigs.as_bytes());
    let centres: Vec<i64> = bytemuck::allocation::pod_collect_to_vec(centres.as_bytes());
    let rows: Vec<u32> = bytemuck::allocation::pod_collect_to_vec(rows.as_bytes());
    if contigs.len() != centres.len() || contigs.len() != rows.len() {
        return Err(PyValueError::new_err("loci must have a contig, a centre and a row each"));
    }
    let loci = contigs.into_iter().zip(centres).zip(rows);
    Ok(loci.map(|((contig, centre), row)| Locus { contig, centre, row }).collect())
}

fn loci_bytes<'py>(py: Python<'py>, loci: &[Locus]) -> LociBytes<'py> {
    let contigs: Vec<u32> = loci.iter().map(|locus| locus.contig).collect();
    let centres: Vec<i64> = loci.iter().map(|locus| locus.centre).collect();
    let rows: Vec<u32> = loci.iter().map(|locus| locus.row).collect();
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    (bytes(bytemuck::cast_slice(&contigs)), bytes(bytemuck::cast_slice(&centres)), bytes(bytemuck::cast_slice(&rows)))
}

#[pymethods]
impl Dataset {
    /// Selects loci of BED files.
    #[staticmethod]
    fn from_files(
        py: Python<'_>,
        genome: &Genome,
        peaks: Vec<PathBuf>,
        negatives: Vec<PathBuf>,
        sampling: Sampling,
        examples: Examples,
    ) -> PyResult<Dataset> {
        let generator = generator(genome, &sampling, &examples)?;
        let index = IndexBuilder::new("table")
            .peaks(peaks)
            .negatives(negatives)
            .summits(examples.summits.unwrap_or(false))
            .chroms(examples.chroms.clone());
        let make = || generator.table(index.table(genome.0.contigs())?).dataset();
        Ok(Dataset(py.detach(make).or_raise()?))
    }

    /// Selects loci of an index of the store.
    #[staticmethod]
    fn from_index(
        py: Python<'_>,
        genome: &Genome,
        name: Option<String>,
        sampling: Sampling,
        examples: Examples,
    ) -> PyResult<Dataset> {
        let mut generator = generator(genome, &sampling, &examples)?;
        if let Some(name) = name {
            generator = generator.loci(name);
        }
        Ok(Dataset(py.detach(|| generator.dataset()).or_raise()?))
    }

    /// Takes peaks and negatives that were selected before.
    #[staticmethod]
    fn from_selected(
        py: Python<'_>,
        genome: &Genome,
        peaks: LociBytes<'_>,
        negatives: LociBytes<'_>,
        sampling: Sampling,
        examples: Examples,
    ) -> PyResult<Dataset> {
        let generator = generator(genome, &sampling, &examples)?;
        let generator = generator.selected(loci_from(&peaks)?, loci_from(&negatives)?);
        Ok(Dataset(py.detach(|| generator.dataset()).or_raise()?))
    }

    /// Takes windows from arrays, which are read where they lie. `arrays` has those of peaks and negatives by the names of their
    /// parameters; `permutations` those of signal and controls.
    #[staticmethod]
    fn from_arrays(
        arrays: &Bound<'_, PyDict>,
        sampling: Sampling,
        windows: (usize, usize, usize),
        permutations: (Option<Vec<usize>>, Option<Vec<usize>>),
    ) -> PyResult<Dataset> {
        let (in_window, out_window, max_jitter) = windows;
        let (signal_permutation, control_permutation) = permutations;
        let get = |name: &str| arrays.get_item(name)?.map(|value| array(name, &value)).transpose();
        let need = |name: &str| get(name)?.ok_or_else(|| PyValueError::new_err(format!("{name} is missing")));
        let generator = ArrayGenerator::new(need("peak_sequences")?, need("peak_signals")?)
            .peak_controls(get("peak_controls")?)
            .negative_sequences(get("negative_sequences")?)
            .negative_signals(get("negative_signals")?)
            .negative_controls(get("negative_controls")?)
            .in_window(in_window)
            .out_window(out_window)
            .max_jitter(max_jitter)
            .negative_ratio(sampling.negative_ratio)
            .reverse_complement(sampling.reverse_complement)
            .shuffle(sampling.shuffle)
            .signal_permutation(signal_permutation)
            .control_permutation(control_permutation)
            .random_state(sampling.seed)
            .order(order(&sampling.order)?);
        Ok(Dataset(generator.dataset().or_raise()?))
    }

    /// Examples of an epoch.
    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn n_peaks(&self) -> usize {
        self.0.sampler().options().n_peaks
    }

    #[getter]
    fn n_negatives(&self) -> usize {
        self.0.sampler().options().n_negatives
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.0.sampler().options().seed
    }

    /// How many loci were kept, and why the others were not, for peaks and negatives: names to numbers.
    fn ledger(&self) -> [Vec<(&'static str, usize)>; 2] {
        let ledger = self.0.ledger();
        [ledger.peaks, ledger.negatives].map(|role| {
            vec![
                ("total", role.total),
                ("contig", role.contig),
                ("edge", role.edge),
                ("excluded", role.excluded),
                ("under_counts", role.under_counts),
                ("over_counts", role.over_counts),
                ("outlier", role.outlier),
                ("kept", role.kept),
            ]
        })
    }

    /// The same examples with another seed, sharing no lock with these.
    fn with_seed(&self, seed: u64) -> PyResult<Dataset> {
        Ok(Dataset(self.0.with_seed(seed).or_raise()?))
    }

    /// The kept peaks, or negatives.
    fn loci<'py>(&self, py: Python<'py>, is_peak: bool) -> LociBytes<'py> {
        loci_bytes(py, self.0.loci(is_peak))
    }

    /// What stands at each index of an epoch.
    fn plan<'py>(&self, py: Python<'py>, epoch: u64) -> PyResult<DrawBytes<'py>> {
        let columns = py.detach(|| {
            let plan = self.0.plan(epoch)?;
            let draws = || (0..plan.len()).map(|index| plan.draw(index));
            let peaks: Vec<u8> = draws().map(|draw| u8::from(draw.is_peak)).collect();
            let sources: Vec<i64> = draws().map(|draw| i64::from(draw.source)).collect();
            let offsets: Vec<i64> = draws().map(|draw| i64::from(draw.offset)).collect();
            let turned: Vec<u8> = draws().map(|draw| u8::from(draw.reverse_complement)).collect();
            Ok((peaks, sources, offsets, turned))
        });
        let (peaks, sources, offsets, turned) = columns.or_raise()?;
        let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
        Ok((
            bytes(&peaks),
            bytes(bytemuck::cast_slice(&sources)),
            bytes(bytemuck::cast_slice(&offsets)),
            bytes(&turned),
        ))
    }

    /// Gathers examples of an epoch into a batch of their own.
    fn fetch(&self, py: Python<'_>, epoch: u64, indices: Vec<usize>) -> PyResult<Batch> {
        Batch::new(py.detach(|| self.0.fetch(epoch, &indices)).or_raise()?)
    }

    /// Gathers peaks, or negatives, by their numbers, from one offset, as they are.
    fn fetch_sources(&self, py: Python<'_>, is_peak: bool, sources: Vec<u32>, offset: u32) -> PyResult<Batch> {
        let draw = |source| Draw { is_peak, source, offset, reverse_complement: false };
        let draws = sources.into_iter().map(draw).collect();
        Batch::new(py.detach(|| self.0.fetch_draws(draws)).or_raise()?)
    }

    /// Starts a stream of its own over these examples. `allocate`, where it is given, is called with a number of bytes and returns an
    /// address and the object that keeps as many bytes there for the stream alone.
    fn stream(&self, seed: u64, streaming: Streaming, allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Stream> {
        let running = Running::from(streaming);
        let loader = match allocate {
            None => self.0.loader(seed, &running).or_raise()?,
            Some(allocate) => {
                let raised = Cell::new(None);
                let slot = |bytes| {
                    buffer(allocate, bytes).map_err(|error| {
                        raised.set(Some(error));
                        atemoya::Error::Interrupted
                    })
                };
                let loader = self.0.loader_in(seed, &running, slot);
                match raised.take() {
                    Some(error) => return Err(error),
                    None => loader.or_raise()?,
                }
            }
        };
        Ok(Stream::new(loader))
    }
}

/// Memory for a batch, as the package's allocator gives it.
#[allow(unsafe_code, reason = "the allocator is the package's own")]
pub(crate) fn buffer(allocate: &Bound<'_, PyAny>, bytes: usize) -> PyResult<Buffer> {
    let (address, owner): (usize, Py<PyAny>) = allocate.call1((bytes,))?.extract()?;
    // SAFETY: this is an interface of the package's, whose allocator makes a new buffer for every call, and hands it to nobody else.
    Ok(unsafe { Buffer::new(address, bytes, owner) })
}
