//! Data sets: examples of a genome or of arrays, and the plans of their epochs.

use crate::array::array;
use crate::batch::Batch;
use crate::device::{Delivery, Device};
use crate::error::{OrRaise, in_python};
use crate::fork_safe::ForkSafeDataset;
use crate::genome::Genome;
use crate::memory::Buffer;
use crate::options::{Examples, Sampling, Streaming};
use crate::stream::{DeviceStream, Stream};
use atemoya::feed::{self, LoaderOptions};
use atemoya::loci::Locus;
use atemoya::sample::Draw;
use atemoya::{ArrayGenerator, PeakGenerator};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The examples of all epochs.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Dataset {
    data: ForkSafeDataset,
    /// The generator of a data set of a genome, without its loci; `None` for a data set of arrays.
    generator: Option<PeakGenerator>,
}

/// Contigs (u32), centres (i64) and rows (u32) of loci, as bytes.
type LociBytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// The columns of draws as bytes: whether it is a peak (u8), source (i64), offset (i64), and
/// whether it is reverse-complemented (u8).
type DrawBytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

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
        let index = examples.index_of("table".to_owned(), peaks, negatives);
        let generator = examples.generator(&genome.0, &sampling)?;
        let make = || generator.clone().table(index.table(genome.0.contigs())?).dataset();
        Ok(Dataset { data: ForkSafeDataset::new(py.detach(make).or_raise()?), generator: Some(generator) })
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
        let generator = examples.generator(&genome.0, &sampling)?;
        let of_index = match name {
            Some(name) => generator.clone().loci(name),
            None => generator.clone(),
        };
        Ok(Dataset {
            data: ForkSafeDataset::new(py.detach(|| of_index.dataset()).or_raise()?),
            generator: Some(generator),
        })
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
        let generator = examples.generator(&genome.0, &sampling)?;
        let selected = generator.clone().selected(loci_from(&peaks)?, loci_from(&negatives)?);
        Ok(Dataset {
            data: ForkSafeDataset::new(py.detach(|| selected.dataset()).or_raise()?),
            generator: Some(generator),
        })
    }

    /// Takes windows from arrays, which are read where they lie. `arrays` has those of peaks and
    /// negatives by the names of their parameters; `permutations` those of signal and controls.
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
            .order(sampling.order()?);
        Ok(Dataset { data: ForkSafeDataset::new(generator.dataset().or_raise()?), generator: None })
    }

    /// Returns how many examples an epoch has.
    fn __len__(&self) -> usize {
        self.data.made().len()
    }

    /// Returns how many peaks the data set has.
    #[getter]
    fn n_peaks(&self) -> usize {
        self.data.made().planner().options().n_peaks
    }

    /// Returns how many negatives the data set has.
    #[getter]
    fn n_negatives(&self) -> usize {
        self.data.made().planner().options().n_negatives
    }

    /// Returns the seed of all epochs.
    #[getter]
    fn seed(&self) -> u64 {
        self.data.made().planner().options().seed
    }

    /// Returns the ledgers of peaks and negatives: how many loci were kept, and how many each rule
    /// left out.
    fn ledger(&self) -> [Vec<(&'static str, usize)>; 2] {
        let ledger = self.data.made().ledger();
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

    /// Returns the warnings: what looks like a mistake and is no error.
    fn warnings(&self) -> Vec<String> {
        self.data.made().warnings().iter().map(|warning| in_python(warning)).collect()
    }

    /// Makes a data set of the same examples with another seed. The two data sets share no lock.
    fn with_seed(&self, seed: u64) -> PyResult<Dataset> {
        Ok(Dataset {
            data: ForkSafeDataset::new(self.data.made().with_seed(seed).or_raise()?),
            generator: self.generator.clone(),
        })
    }

    /// Returns the kept peaks, or negatives.
    fn loci<'py>(&self, py: Python<'py>, is_peak: bool) -> LociBytes<'py> {
        loci_bytes(py, self.data.made().loci(is_peak))
    }

    /// Returns the draw at each index of an epoch.
    fn plan<'py>(&self, py: Python<'py>, epoch: u64) -> PyResult<DrawBytes<'py>> {
        let planned = |data: &feed::Dataset<'static>| {
            let plan = data.plan(epoch)?;
            let draws = || (0..plan.len()).map(|index| plan.draw(index));
            let peaks: Vec<u8> = draws().map(|draw| u8::from(draw.is_peak)).collect();
            let sources: Vec<i64> = draws().map(|draw| i64::from(draw.source)).collect();
            let offsets: Vec<i64> = draws().map(|draw| i64::from(draw.offset)).collect();
            let reverse_complement: Vec<u8> = draws().map(|draw| u8::from(draw.reverse_complement)).collect();
            Ok((peaks, sources, offsets, reverse_complement))
        };
        let (peaks, sources, offsets, reverse_complement) = py.detach(|| self.data.with(planned)).or_raise()?;
        let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
        Ok((
            bytes(&peaks),
            bytes(bytemuck::cast_slice(&sources)),
            bytes(bytemuck::cast_slice(&offsets)),
            bytes(&reverse_complement),
        ))
    }

    /// Gathers the examples at some indices of an epoch into a new batch.
    fn fetch(&self, py: Python<'_>, epoch: u64, indices: Vec<usize>) -> PyResult<Batch> {
        Batch::new(py.detach(|| self.data.with(|data| data.fetch(epoch, &indices))).or_raise()?)
    }

    /// Gathers peaks, or negatives, by their numbers, all with one offset and on the forward
    /// strand.
    fn fetch_sources(&self, py: Python<'_>, is_peak: bool, sources: Vec<u32>, offset: u32) -> PyResult<Batch> {
        let draw = |source| Draw { is_peak, source, offset, reverse_complement: false };
        let draws = sources.into_iter().map(draw).collect();
        Batch::new(py.detach(|| self.data.with(|data| data.fetch_draws(draws))).or_raise()?)
    }

    /// Makes a stream of these examples. `allocate`, which may be None, is called with a number of
    /// bytes. It returns an address, and the object that owns that many bytes there. Only the
    /// stream uses them.
    fn stream(&self, py: Python<'_>, seed: u64, streaming: Streaming, allocate: Option<Py<PyAny>>) -> PyResult<Stream> {
        let options = LoaderOptions::from(streaming);
        let Some(allocate) = allocate else {
            return Ok(Stream::new(py.detach(|| self.data.made().loader(seed, &options)).or_raise()?.into()));
        };
        let raised = Mutex::new(None);
        let slot = |bytes| {
            Python::attach(|py| buffer(allocate.bind(py), bytes)).map_err(|error| {
                *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                atemoya::Error::Interrupted
            })
        };
        let loader = py.detach(|| self.data.made().loader_in(seed, &options, slot));
        match raised.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(Stream::new(loader.or_raise()?.into())),
        }
    }

    /// Makes a stream of these examples on a device. They must not be arrays.
    fn device_stream(
        &self,
        py: Python<'_>,
        seed: u64,
        streaming: Streaming,
        device: &Device,
        delivery: Delivery,
    ) -> PyResult<DeviceStream> {
        let of_arrays = || PyTypeError::new_err("examples of arrays are not streamed to a device");
        let generator = self.generator.clone().ok_or_else(of_arrays)?;
        let [peaks, negatives] = [true, false].map(|is_peak| self.data.made().loci(is_peak).to_vec());
        let generator = generator.loader_options(streaming.into()).selected(peaks, negatives).random_state(seed);
        let generator = delivery.generator(device.get()?, generator)?;
        Ok(DeviceStream::new(py.detach(|| generator.build()).or_raise()?.into()))
    }
}

/// Allocates memory for a batch with the package's allocator.
#[allow(unsafe_code, reason = "the allocator is the package's own")]
pub(crate) fn buffer(allocate: &Bound<'_, PyAny>, bytes: usize) -> PyResult<Buffer> {
    let (address, owner): (usize, Py<PyAny>) = allocate.call1((bytes,))?.extract()?;
    // SAFETY: the package's own allocator makes a new buffer for every call, and gives it to nobody
    // else.
    Ok(unsafe { Buffer::new(address, bytes, owner) })
}
