//! The builder of loaders: every parameter, its default, and the checks that need the store.

use super::dataset::Dataset;
use super::examples::StoreExamples;
use super::loader::Loader;
use super::shard::Shard;
use crate::format::manifest::{GroupEntry, Role};
use crate::gather::{FirstTrack, RowSums, TrackSums};
use crate::ingest::bed::read_bed;
use crate::loci::{GroupSums, SelectOptions, WindowSums, published, select};
use crate::sample::{Order, PeakNegativeSampler, PlanOptions};
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
/// | `signals`, `controls` | all, as packed | names of the groups to read, in the order of their channels |
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
/// | `order` | native | [`Order::Cherimoya`]: cherimoya's batches bit for bit, its selection included |
/// | `outlier_filter` | as the order | drops peaks whose counts in any signal group exceed 1.2 times the 0.99 quantile; on in cherimoya's order |
/// | `rank`, `world_size` | 0, 1 | which contiguous slice of each batch this process takes |
/// | `drop_last` | false | whether the short batch at an epoch's end is dropped |
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
    signals: Option<Vec<String>>,
    controls: Option<Vec<String>>,
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
    order: Order,
    outlier_filter: Option<bool>,
    rank: usize,
    world_size: usize,
    drop_last: bool,
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
pub(super) use setters;

impl PeakGenerator {
    /// Starts from the defaults.
    pub fn new(store: &Store) -> Self {
        PeakGenerator {
            store: store.clone(),
            loci: None,
            signals: None,
            controls: None,
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
            order: Order::Native,
            outlier_filter: None,
            rank: 0,
            world_size: 1,
            drop_last: false,
        }
    }

    /// Sets which of the store's locus indices is used.
    pub fn loci(mut self, name: impl Into<String>) -> Self {
        self.loci = Some(name.into());
        self
    }

    setters! {
        /// Sets which signal groups are read, and in which order; `None` for all.
        signals: Option<Vec<String>>;
        /// Sets which control groups are read, and in which order; `None` for all.
        controls: Option<Vec<String>>;
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
        /// Sets the order of examples. In cherimoya's, counts are measured as cherimoya measures them: on the first track, over
        /// the window with its jitter (peaks), in f32.
        order: Order;
        /// Sets whether peaks with outlying counts are dropped, `None` as the order does.
        outlier_filter: Option<bool>;
        /// Sets which slice of each batch this process takes, below `world_size`.
        rank: usize;
        /// Sets how many processes share a batch; it divides `batch_size`, which counts the examples of all.
        world_size: usize;
        /// Sets whether the short batch at an epoch's end is dropped.
        drop_last: bool;
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
        let signals = self.groups("signals", Role::Signal, self.signals.as_deref())?;
        let controls = self.groups("controls", Role::Control, self.controls.as_deref())?;
        let shard = Shard::new(self.rank, self.world_size, self.batch_size)?;
        let filtered = self.outlier_filter.unwrap_or(self.order == Order::Cherimoya);
        let outliers = if filtered { RowSums::of(&self.store, &signals) } else { None };
        let compatible = self.order == Order::Cherimoya && self.counts_tracks.is_none();
        // Cherimoya compares 32-bit sums with thresholds rounded to 32 bits.
        let threshold = |counts: f64| if compatible { f64::from(counts as f32) } else { counts };
        let options = SelectOptions {
            in_window: self.in_window as u32,
            out_window: (!signals.is_empty()).then_some(self.out_window as u32),
            max_jitter: self.max_jitter as u32,
            chroms: self.chroms.as_deref(),
            summits: self.summits,
            min_counts: self.min_counts.map(threshold),
            max_counts: self.max_counts.map(threshold),
            exclusion: &exclusion,
            counts_with_jitter: self.order == Order::Cherimoya,
            outliers: outliers.as_ref().map(|sums| sums as &dyn GroupSums),
        };
        let sums = match &self.counts_tracks {
            Some(names) => Some(TrackSums::named(&self.store, names)?),
            None => TrackSums::of(&self.store, &signals),
        };
        let first = FirstTrack::of(&self.store, &signals).filter(|_| compatible);
        let sums = match &first {
            Some(first) => Some(first as &dyn WindowSums),
            None => sums.as_ref().map(|sums| sums as &dyn WindowSums),
        };
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
        let sizes = (self.in_window, self.out_window, self.max_jitter);
        let sampler = PeakNegativeSampler::with_order(plan, self.order)?;
        let examples = StoreExamples::new(store, (&signals, &controls), selection.peaks, selection.negatives, sizes);
        let source = Dataset::new(examples, sampler, shard.local_batch_size())?;
        let threads = (self.num_workers, self.slots.unwrap_or(self.num_workers + 2));
        Loader::new(source, selection.ledger, (shard, self.drop_last), threads)
    }

    /// The groups of a role: those of the names in their order, or all.
    fn groups(&self, argument: &'static str, role: Role, names: Option<&[String]>) -> Result<Vec<&GroupEntry>> {
        let all = || self.store.manifest().groups.iter().filter(move |group| group.role == role);
        let Some(names) = names else { return Ok(all().collect()) };
        let mut groups: Vec<&GroupEntry> = Vec::new();
        for name in names {
            let Some(group) = all().find(|group| group.name == *name) else {
                let known: Vec<&str> = all().map(|group| group.name.as_str()).collect();
                return Err(Error::argument(argument, format!("there is no {name:?}, but {}", known.join(", "))));
            };
            if groups.iter().any(|known| known.name == *name) {
                return Err(Error::argument(argument, format!("{name:?} is named twice")));
            }
            groups.push(group);
        }
        Ok(groups)
    }

    fn check_sizes(&self) -> Result<()> {
        check_sizes(
            [
                ("in_window", self.in_window, 1),
                ("out_window", self.out_window, 1),
                ("max_jitter", self.max_jitter, 0),
                ("batch_size", self.batch_size, 1),
                ("slots", self.slots.unwrap_or(1), 1),
            ],
            self.num_workers,
        )?;
        if self.store.sequence().is_none() && self.store.panels().is_empty() {
            return Err(Error::argument("store", "it has neither a sequence nor tracks"));
        }
        Ok(())
    }
}

/// Checks sizes, each with its least value, and the number of threads.
pub(super) fn check_sizes(sizes: [(&'static str, usize, usize); 5], num_workers: usize) -> Result<()> {
    for (name, value, least) in sizes {
        if !(least..=MAX_SIZE).contains(&value) {
            return Err(Error::argument(name, format!("{value} is not between {least} and {MAX_SIZE}")));
        }
    }
    if num_workers > 1024 {
        return Err(Error::argument("num_workers", format!("{num_workers} is more than 1024")));
    }
    Ok(())
}
