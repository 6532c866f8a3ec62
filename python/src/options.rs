//! The options of data sets and streams, as Python passes them: dictionaries.

use crate::error::OrRaise;
use crate::store::numpy_type;
use atemoya::feed::{Genome, LoaderOptions, LocusFilter};
use atemoya::gather::Access;
use atemoya::index::IndexBuilder;
use atemoya::ingest::alias::Aliases;
use atemoya::sample::Order;
use atemoya::{DType, PeakGenerator};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};

/// Returns the aliases of the option `alias`: `chr`, or a file of names.
pub(crate) fn aliases(alias: Option<&Path>) -> PyResult<Option<Aliases>> {
    alias.map(Aliases::from_option).transpose().or_raise()
}

/// Returns how files are read, by the option `access`.
fn access_of(name: &str) -> PyResult<Access> {
    let known = Access::ALL.into_iter().find(|access| access.name() == name);
    known.ok_or_else(|| PyValueError::new_err(format!("access must be 'map' or 'read', not {name:?}")))
}

/// Which examples an epoch has, and in which order.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Sampling {
    order: String,
    pub(crate) seed: u64,
    pub(crate) negative_ratio: f64,
    pub(crate) reverse_complement: bool,
    pub(crate) shuffle: bool,
}

impl Sampling {
    /// Parses the order.
    pub(crate) fn order(&self) -> PyResult<Order> {
        self.order.parse().or_raise()
    }
}

/// Which loci are used, and what is read around them. What the dictionary lacks has the library's
/// default. A data set takes its order from [`Sampling`], an index from here.
pub(crate) struct Examples {
    pub(crate) filter: LocusFilter,
    controls: Option<Vec<String>>,
    /// The types of the sequence, the controls and the signal.
    types: [Option<DType>; 3],
    /// How the store's files are read, and whether ahead of need.
    access: Option<Access>,
    ask_ahead: Option<bool>,
}

impl FromPyObject<'_, '_> for Examples {
    type Error = PyErr;

    fn extract(options: Borrowed<'_, '_, PyAny>) -> PyResult<Examples> {
        let options = options.cast::<PyDict>()?;
        let mut filter = LocusFilter::default();
        macro_rules! set {
            ($($name:ident),*) => {$(
                if let Some(value) = options.get_item(stringify!($name))? {
                    filter.$name = value.extract()?;
                }
            )*};
        }
        set!(signals, in_window, out_window, max_jitter, min_counts, max_counts, counts_tracks, outlier_filter);
        set!(summits, chroms, exclusion_lists, allow_empty);
        if let Some(name) = options.get_item("order")? {
            filter.order = name.extract::<String>()?.parse().or_raise()?;
        }
        if let Some(alias) = options.get_item("alias")? {
            filter.alias = aliases(alias.extract::<Option<PathBuf>>()?.as_deref())?;
        }
        let dtype = |name: &str| -> PyResult<Option<DType>> {
            let Some(dtype) = options.get_item(name)? else { return Ok(None) };
            let refused = |_| PyTypeError::new_err(format!("{name} must be the name of a type, not {dtype:?}"));
            let text = dtype.extract::<String>().map_err(refused)?;
            let named = |error: PyErr| PyTypeError::new_err(format!("{name}: {}", error.value(options.py())));
            numpy_type(&text).map(Some).map_err(named)
        };
        let controls = options.get_item("controls")?.map(|names| names.extract()).transpose()?.flatten();
        let access = options.get_item("access")?.map(|access| access_of(&access.extract::<String>()?)).transpose()?;
        Ok(Examples {
            filter,
            controls,
            types: [dtype("sequence_type")?, dtype("controls_type")?, dtype("signal_type")?],
            access,
            ask_ahead: options.get_item("ask_ahead")?.map(|flag| flag.extract()).transpose()?,
        })
    }
}

impl Examples {
    /// Makes the generator of these examples of a genome.
    pub(crate) fn generator(self, genome: &Genome, sampling: &Sampling) -> PyResult<PeakGenerator> {
        let mut generator = PeakGenerator::over(genome)
            .filter(LocusFilter { order: sampling.order()?, ..self.filter })
            .controls(self.controls)
            .negative_ratio(sampling.negative_ratio)
            .reverse_complement(sampling.reverse_complement)
            .shuffle(sampling.shuffle)
            .random_state(sampling.seed);
        if let Some(access) = self.access {
            generator = generator.access(access);
        }
        if let Some(ask_ahead) = self.ask_ahead {
            generator = generator.ask_ahead(ask_ahead);
        }
        let [sequence_type, controls_type, signal_type] = self.types;
        if let Some(dtype) = sequence_type {
            generator = generator.sequence_type(dtype);
        }
        if let Some(dtype) = controls_type {
            generator = generator.controls_type(dtype);
        }
        if let Some(dtype) = signal_type {
            generator = generator.signal_type(dtype);
        }
        Ok(generator)
    }

    /// Makes the builder of a table of files of loci, or of an index with the default filter.
    pub(crate) fn index_of(&self, name: String, peaks: Vec<PathBuf>, negatives: Vec<PathBuf>) -> IndexBuilder {
        IndexBuilder::new(name)
            .peaks(peaks)
            .negatives(negatives)
            .summits(self.filter.summits)
            .chroms(self.filter.chroms.clone())
            .alias(self.filter.alias.clone())
    }
}

/// The loader options, as Python passes them.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Streaming {
    num_workers: usize,
    batch_size: usize,
    slots: Option<usize>,
    rank: usize,
    world_size: usize,
    drop_last: bool,
}

impl From<Streaming> for LoaderOptions {
    fn from(streaming: Streaming) -> LoaderOptions {
        let Streaming { num_workers, batch_size, slots, rank, world_size, drop_last } = streaming;
        LoaderOptions { num_workers, batch_size, slots, rank, world_size, drop_last }
    }
}
