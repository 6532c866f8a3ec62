//! The options of data sets and streams, as Python passes them: dictionaries with every key.

use crate::error::OrRaise;
use atemoya::PeakGenerator;
use atemoya::feed::{LoaderOptions, LocusFilter};
use atemoya::ingest::alias::Aliases;
use atemoya::sample::Order;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// The order of a name.
pub(crate) fn order(name: &str) -> PyResult<Order> {
    match name {
        "native" => Ok(Order::Native),
        "cherimoya" => Ok(Order::Cherimoya),
        other => Err(PyValueError::new_err(format!("order must be 'cherimoya' or 'native', not {other:?}"))),
    }
}

/// What is drawn.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Sampling {
    pub(crate) order: String,
    pub(crate) seed: u64,
    pub(crate) negative_ratio: f64,
    pub(crate) reverse_complement: bool,
    pub(crate) shuffle: bool,
}

/// The windows, and which loci and tracks are used.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Examples {
    pub(crate) in_window: usize,
    pub(crate) out_window: usize,
    pub(crate) max_jitter: usize,
    pub(crate) min_counts: Option<f64>,
    pub(crate) max_counts: Option<f64>,
    pub(crate) counts_tracks: Option<Vec<String>>,
    pub(crate) outlier_filter: Option<bool>,
    pub(crate) summits: Option<bool>,
    pub(crate) chroms: Option<Vec<String>>,
    pub(crate) exclusion_lists: Option<Vec<PathBuf>>,
    pub(crate) alias: Option<PathBuf>,
    pub(crate) allow_empty: bool,
    pub(crate) signals: Option<Vec<String>>,
    pub(crate) controls: Option<Vec<String>>,
    pub(crate) sequence_type: String,
    pub(crate) controls_type: String,
    pub(crate) signal_type: String,
}

impl Examples {
    pub(crate) fn filter(&self, order: Order) -> PyResult<LocusFilter> {
        Ok(LocusFilter {
            order,
            signals: self.signals.clone(),
            in_window: self.in_window,
            out_window: self.out_window,
            max_jitter: self.max_jitter,
            min_counts: self.min_counts,
            max_counts: self.max_counts,
            counts_tracks: self.counts_tracks.clone(),
            outlier_filter: self.outlier_filter,
            summits: self.summits,
            chroms: self.chroms.clone(),
            exclusion_lists: self.exclusion_lists.clone(),
            alias: aliases(self.alias.as_deref())?,
            allow_empty: self.allow_empty,
        })
    }
}

/// The aliases that `alias` says: `chr`, or a file of names.
pub(crate) fn aliases(alias: Option<&Path>) -> PyResult<Option<Aliases>> {
    alias.map(Aliases::from_option).transpose().or_raise()
}

/// How a data set is streamed.
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

impl Streaming {
    /// The same for a generator.
    pub(crate) fn set(self, generator: PeakGenerator) -> PeakGenerator {
        let Streaming { num_workers, batch_size, slots, rank, world_size, drop_last } = self;
        let generator = generator.num_workers(num_workers).batch_size(batch_size).slots(slots);
        generator.rank(rank).world_size(world_size).drop_last(drop_last)
    }
}

impl From<Streaming> for LoaderOptions {
    fn from(streaming: Streaming) -> LoaderOptions {
        let Streaming { num_workers, batch_size, slots, rank, world_size, drop_last } = streaming;
        LoaderOptions { num_workers, batch_size, slots, rank, world_size, drop_last }
    }
}
