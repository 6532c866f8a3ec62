//! The builder of loaders: every parameter, its default, and the checks that need the store.

use super::fill::{Source, channels};
use super::loader::Loader;
use crate::format::manifest::Role;
use crate::gather::TrackSums;
use crate::ingest::bed::read_bed;
use crate::loci::{SelectOptions, WindowSums, published, select};
use crate::sample::{PeakNegativeSampler, PlanOptions};
use crate::store::Store;
use crate::{Error, Result};
use std::path::PathBuf;

/// The widest window, the largest jitter and the largest batch that are accepted: 2^30.
const MAX_SIZE: usize = 1 << 30;

/// Builds a [`Loader`] that streams peaks mixed with negatives from a store, with cherimoya's parameters.
///
/// | parameter | default | |
/// |---|---|---|
/// | `loci` | the only one | name of the store's locus index |
/// | `in_window`, `out_window` | 2114, 1000 | bases of sequence and controls, and of signal |
/// | `max_jitter` | 50 | a peak's windows are shifted by up to this many bases either way |
/// | `negative_ratio` | 0.1 | negatives drawn for each peak |
/// | `reverse_complement` | true | each example with probability 1/2 |
/// | `shuffle` | true | peaks in random order |
/// | `min_counts`, `max_counts` | none | a locus is kept when the sum of its signal over the unshifted output window is in these bounds, both inclusive |
/// | `counts_tracks` | all signal tracks | what that sum is taken over |
/// | `summits` | as indexed | centre peaks on their summits or on their midpoints |
/// | `exclusion_lists` | none | BED files; loci whose windows touch their 100 bp chunks are dropped |
/// | `chroms` | all | contigs to use |
/// | `random_state` | 0 | the seed of all epochs |
/// | `num_workers` | 1 | threads that gather; with 0 the consumer's thread does |
/// | `batch_size` | 32 | examples of a batch |
/// | `slots` | `num_workers + 2` | batches in memory at once, those that the consumer holds included |
///
/// ```no_run
/// use atemoya::{PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let mut loader = PeakGenerator::new(&store).max_jitter(128).batch_size(64).random_state(7).build()?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     let (x, y) = (batch.sequence().unwrap(), batch.signal().unwrap());
///     assert_eq!(x.shape(), [batch.len(), 4, 2114]);
///     println!("{} counts", y.iter().sum::<f32>());
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PeakGenerator {
    store: Store,
    loci: Option<String>,
    in_window: usize,
    out_window: usize,
    max_jitter: usize,
    negative_ratio: f64,
    reverse_complement: bool,
    shuffle: bool,
    min_counts: Option<f64>,
    max_counts: Option<f64>,
    counts_tracks: Option<Vec<String>>,
    summits: Option<bool>,
    exclusion_lists: Vec<PathBuf>,
    chroms: Option<Vec<String>>,
    random_state: u64,
    num_workers: usize,
    batch_size: usize,
    slots: Option<usize>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $name(mut self, $name: $type) -> Self {
            self.$name = $name;
            self
        })*
    };
}

impl PeakGenerator {
    /// Starts from the defaults.
    pub fn new(store: &Store) -> Self {
        PeakGenerator {
            store: store.clone(),
            loci: None,
            in_window: 2114,
            out_window: 1000,
            max_jitter: 50,
            negative_ratio: 0.1,
            reverse_complement: true,
            shuffle: true,
            min_counts: None,
            max_counts: None,
            counts_tracks: None,
            summits: None,
            exclusion_lists: Vec::new(),
            chroms: None,
            random_state: 0,
            num_workers: 1,
            batch_size: 32,
            slots: None,
        }
    }

    /// Sets which of the store's locus indices is used.
    pub fn loci(mut self, name: impl Into<String>) -> Self {
        self.loci = Some(name.into());
        self
    }

    setters! {
        /// Sets the width of sequence and controls in bases, 1 to 2^30.
        in_window: usize;
        /// Sets the width of the signal in bases, 1 to 2^30.
        out_window: usize;
        /// Sets how far a peak's windows are shifted at most, in bases either way.
        max_jitter: usize;
        /// Sets how many negatives are drawn for each peak, with replacement; the product is truncated.
        negative_ratio: f64;
        /// Sets whether each example is reverse-complemented with probability 1/2.
        reverse_complement: bool;
        /// Sets whether peaks come in random order. The places of the negatives are random in any case.
        shuffle: bool;
        /// Sets the least sum of signal over the output window.
        min_counts: Option<f64>;
        /// Sets the greatest sum of signal over the output window.
        max_counts: Option<f64>;
        /// Sets the tracks that `min_counts` and `max_counts` sum: `NAME` (a group) or `NAME.i` (a channel of it).
        counts_tracks: Option<Vec<String>>;
        /// Sets what peaks are centred on: `Some(true)` their summits, `Some(false)` their midpoints, `None` as indexed.
        summits: Option<bool>;
        /// Sets the BED files of regions to stay out of.
        exclusion_lists: Vec<PathBuf>;
        /// Sets the contigs to use, `None` for all.
        chroms: Option<Vec<String>>;
        /// Sets the seed of all epochs.
        random_state: u64;
        /// Sets how many threads gather. With 0 the consumer's thread gathers when it asks for a batch.
        num_workers: usize;
        /// Sets how many examples a batch has.
        batch_size: usize;
        /// Sets how many batches are in memory at once, those that the consumer holds included.
        slots: Option<usize>;
    }

    /// Selects the loci, allocates the ring and starts the workers.
    ///
    /// # Errors
    /// [`Error::Argument`] for a parameter out of its range, a name that the store lacks, or when no locus is left, with
    /// the account of what was dropped; [`Error::Input`] for a bad exclusion list; [`Error::Corrupt`] for a damaged
    /// store or index.
    pub fn build(&self) -> Result<Loader> {
        self.check_sizes()?;
        let index = published::read(&self.store, self.loci.as_deref())?;
        let exclusion = self.exclusion_lists.iter().map(|path| read_bed(path)).collect::<Result<Vec<_>>>()?;
        let (_, signals) = channels(&self.store, Role::Signal);
        let options = SelectOptions {
            in_window: self.in_window as u32,
            out_window: (signals > 0).then_some(self.out_window as u32),
            max_jitter: self.max_jitter as u32,
            chroms: self.chroms.as_deref(),
            summits: self.summits,
            min_counts: self.min_counts,
            max_counts: self.max_counts,
            exclusion: &exclusion,
        };
        let sums = match &self.counts_tracks {
            Some(names) => Some(TrackSums::named(&self.store, names)?),
            None => TrackSums::signals(&self.store),
        };
        let sums = sums.as_ref().map(|sums| sums as &dyn WindowSums);
        let selection = select(&index.table, self.store.contigs(), &options, sums)?;
        let plan = PlanOptions {
            n_peaks: selection.peaks.len(),
            n_negatives: selection.negatives.len(),
            negative_ratio: self.negative_ratio,
            max_jitter: self.max_jitter as u32,
            reverse_complement: self.reverse_complement,
            shuffle: self.shuffle,
            seed: self.random_state,
        };
        let store = self.store.clone();
        let sizes = (self.in_window, self.out_window, self.batch_size);
        let sampler = PeakNegativeSampler::new(plan)?;
        let source = Source::new(store, selection.peaks, selection.negatives, sampler, sizes)?;
        Loader::new(source, selection.ledger, self.num_workers, self.slots.unwrap_or(self.num_workers + 2))
    }

    fn check_sizes(&self) -> Result<()> {
        let sizes = [
            ("in_window", self.in_window, 1),
            ("out_window", self.out_window, 1),
            ("max_jitter", self.max_jitter, 0),
            ("batch_size", self.batch_size, 1),
            ("slots", self.slots.unwrap_or(1), 1),
        ];
        for (name, value, least) in sizes {
            if !(least..=MAX_SIZE).contains(&value) {
                return Err(Error::argument(name, format!("{value} is not between {least} and {MAX_SIZE}")));
            }
        }
        if self.num_workers > 1024 {
            return Err(Error::argument("num_workers", format!("{} is more than 1024", self.num_workers)));
        }
        if self.store.sequence().is_none() && self.store.panels().is_empty() {
            return Err(Error::argument("store", "it has neither a sequence nor tracks"));
        }
        Ok(())
    }
}
