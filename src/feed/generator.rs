//! The builder of loaders over a genome: its parameters, their defaults, and the checks that need
//! the genome.

mod options;

use super::column::LocusWindows;
use super::dataset::Dataset;
use super::genome::Genome;
use super::genome_columns::GenomeColumns;
use super::loader::Loader;
use super::loader_options::LoaderOptions;
use super::locus_source::LocusSource;
use super::slot::Slot;
use crate::gather::Access;
use crate::loci::LocusFilter;
use crate::sample::{EpochPlanner, PlanOptions};
use crate::store::Store;
use crate::{DType, Result, sizes};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Writes setters of fields: `name: Type;`, or `name in part: Type;` for the field of a part.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident $(in $part:ident)?: $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $name(mut self, $name: $type) -> Self {
            self$(.$part)?.$name = $name;
            self
        })*
    };
}
pub(crate) use setters;

/// Builds a [`Loader`] that streams peaks mixed with negatives from a store, or from arrays of
/// whole contigs, with cherimoya's parameters.
///
/// | parameter | default | |
/// |---|---|---|
/// | `loci` | the only one | name of a locus index of the store; or `table`: loci that are not an index; or `selected`: loci that are used as they are |
/// | `signals`, `controls` | all, as packed | names of the groups to read, in the order of their channels |
/// | `sequence_type` | `i8`; of arrays, theirs | type of the one-hot sequence: `i8`, `u8`, `f16`, `bf16`, `f32`; `u64`: packed, a bit for each, 64 positions to a word |
/// | `controls_type`, `signal_type` | `f32` | type of the tracks: `f32`, or `u16` or `u8` where these hold all their values |
/// | `in_window`, `out_window` | 2114, 1000 | bases of sequence and controls, and of signal |
/// | `max_jitter` | 50 | a peak's windows are shifted by up to this many bases either way |
/// | `negative_ratio` | 0.1 | negatives drawn for each peak |
/// | `reverse_complement` | true | each example with probability 1/2 |
/// | `shuffle` | true | peaks in random order |
/// | `min_counts`, `max_counts` | the index's | a locus is kept when the sum of its signal over the unshifted output window is in these bounds, both inclusive |
/// | `counts_tracks` | the index's, or all signal tracks | what that sum is taken over |
/// | `summits` | as indexed | centre peaks on their summits or on their midpoints |
/// | `exclusion_lists` | the index's | BED files; loci whose windows touch their 100 bp chunks are dropped |
/// | `chroms` | all | contigs to use |
/// | `alias` | none | names of contigs in exclusion lists that mean contigs of the genome |
/// | `allow_empty` | false | whether `chroms` and exclusion lists may share no name with the genome |
/// | `random_state` | 0 | the seed of all epochs |
/// | `num_workers` | 1 | threads that gather; with 0 the consumer's thread does |
/// | `batch_size` | 32 | examples of a batch; there is never memory for more than all examples |
/// | `order` | native | [`Order::Cherimoya`](crate::sample::Order::Cherimoya): cherimoya's batches bit for bit, its selection included |
/// | `outlier_filter` | the index's, or as the order | drops peaks whose counts in any signal group exceed 1.2 times the 0.99 quantile; on in cherimoya's order |
/// | `rank`, `world_size` | 0, 1 | which contiguous slice of each batch this process takes |
/// | `drop_last` | false | whether the short batch at an epoch's end is dropped |
/// | `slots` | `num_workers + 2` | batches in memory at once: one for each worker to fill, one that is ready, and one that the consumer holds. A consumer that holds more needs more |
/// | `access` | map | how the store's files are read: [`Access::Map`], [`Access::Read`] |
/// | `ask_ahead` | true | readahead: whether the system is asked to read what the next batches need, if that is not in memory |
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let loader = PeakGenerator::new(&store).max_jitter(128).batch_size(64).random_state(7).build()?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     let (x, y) = (batch.sequence().unwrap(), batch.signal().unwrap());
///     assert_eq!(x.shape(), [batch.len(), 4, 2114]);
///     println!("{} counts", y.iter().sum::<f32>());
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// Each parameter has a setter of its name:
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::gather::Access;
/// use atemoya::{DType, Order, PeakGenerator, Store};
/// use std::path::PathBuf;
///
/// # std::fs::write("blacklist.bed", "chrI\t100\t200\n").unwrap();
/// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?)
///     // which loci: those of an index, on some contigs, with enough counts
///     .loci("default")
///     .chroms(["chrI"])
///     .min_counts(Some(100.0))
///     .outlier_filter(Some(true))
///     .exclusion_lists(vec![PathBuf::from("blacklist.bed")])
///     // what is read around them
///     .signals(["atac"])
///     .controls(Some(Vec::new())) // no controls
///     .in_window(1024)
///     .out_window(512)
///     .sequence_type(DType::F32)
///     // how examples are made of them
///     .max_jitter(32)
///     .negative_ratio(0.25)
///     .reverse_complement(false)
///     .order(Order::Native)
///     .random_state(7)
///     // how they are delivered: here to the second of two processes
///     .batch_size(16)
///     .rank(1)
///     .world_size(2)
///     .drop_last(true)
///     .num_workers(4)
///     .access(Access::Read);
/// let batch = generator.build()?.epoch(0).next().unwrap()?;
/// assert_eq!((batch.len(), batch.signal().unwrap().shape()), (8, [8, 2, 512]));
/// assert!(batch.controls().is_none());
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// A loader on an index takes some values from the index unless they are set here: exclusion lists,
/// bounds on counts and what they count, the choice of an outlier filter, contigs and centres.
/// Windows, jitter, order and signals are never taken from the index.
///
/// If the store has no sequence, [`Batch::sequence`](super::Batch::sequence) is `None`.
/// [`Loader::warnings`] has what looks like a mistake and is no error.
///
/// A [`Genome`] may have arrays in place of a store's columns. A sequence of arrays has the type of
/// these; tracks of arrays are f32. `signals` and `controls` cannot name groups of arrays, and
/// `counts_tracks` calls them `signal0`, `signal1` and so on. `access` and `ask_ahead` do not
/// concern arrays. If the contigs are those of arrays, there is no index: `table` or `selected`
/// gives the loci.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PeakGenerator {
    genome: Genome,
    loci: LocusSource,
    filter: LocusFilter,
    controls: Option<Vec<String>>,
    /// `None` where it was not set.
    sequence_type: Option<DType>,
    controls_type: DType,
    signal_type: DType,
    negative_ratio: f64,
    reverse_complement: bool,
    shuffle: bool,
    random_state: u64,
    options: LoaderOptions,
    access: Access,
    ask_ahead: bool,
}

impl PeakGenerator {
    /// Makes a builder with the defaults, over a store.
    pub fn new(store: &Store) -> Self {
        PeakGenerator::over(&store.into())
    }

    /// Makes a builder with the defaults, over columns of a store and of arrays. [`Genome`] has an
    /// example.
    pub fn over(genome: &Genome) -> Self {
        PeakGenerator {
            genome: genome.clone(),
            loci: LocusSource::default(),
            filter: LocusFilter::default(),
            controls: None,
            sequence_type: None,
            controls_type: DType::F32,
            signal_type: DType::F32,
            negative_ratio: 0.1,
            reverse_complement: true,
            shuffle: true,
            random_state: 0,
            options: LoaderOptions::default(),
            access: Access::Map,
            ask_ahead: true,
        }
    }

    /// Selects the loci, allocates the ring and starts the workers.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a parameter out of its range, a name that
    /// the store lacks, when no locus is left (with the ledger), or when
    /// `chroms` has no contig of the genome; [`Error::Input`](crate::Error::Input) for a bad
    /// exclusion list, or one that is on no contig of the genome;
    /// [`Error::Corrupt`](crate::Error::Corrupt) for a damaged store or index.
    pub fn build(&self) -> Result<Loader> {
        self.build_in(0, &Slot::plain)
    }

    /// Builds a loader with slots that `allocate` makes; `more_slots` more than by default, if
    /// their number is not set.
    pub(crate) fn build_in(&self, more_slots: usize, allocate: &dyn Fn(usize) -> Result<Slot>) -> Result<Loader> {
        let shard = self.options.checked()?;
        let dataset = self.dataset_of(shard.local_batch_size())?;
        Loader::new(dataset, shard, &self.options, more_slots, allocate)
    }

    /// Selects the loci, and makes the data set: examples are read in any order, by the caller's
    /// threads. [`Dataset`] has an example.
    ///
    /// # Errors
    /// As [`PeakGenerator::build`].
    pub fn dataset(&self) -> Result<Dataset<'static>> {
        sizes::check("batch_size", self.options.batch_size, 1)?;
        self.dataset_of(self.options.batch_size)
    }

    /// Returns the types of sequence, controls and signal.
    pub(crate) fn types(&self) -> [DType; 3] {
        let own = self.genome.sequence_dtype().unwrap_or(DType::I8);
        [self.sequence_type.unwrap_or(own), self.controls_type, self.signal_type]
    }

    /// Returns the width of sequence and controls, in bases.
    pub(crate) fn sequence_width(&self) -> usize {
        self.filter.in_window
    }

    /// Returns whether the sequence is that of a store, which can be packed into bits.
    pub(crate) fn packs_sequence(&self) -> bool {
        self.genome.sequence_dtype().is_none()
    }

    /// Returns the narrowest types that hold all values of the controls and of the signal, after
    /// checking that the types that were set hold them.
    pub(crate) fn narrowest_types(&self) -> Result<[DType; 2]> {
        self.columns()?.narrowest_types()
    }

    fn columns(&self) -> Result<GenomeColumns<'_>> {
        GenomeColumns::new(&self.genome, self.filter.signals.as_deref(), self.controls.as_deref(), self.types())
    }

    /// Makes the data set, laid out for batches of this many examples.
    fn dataset_of(&self, batch_size: usize) -> Result<Dataset<'static>> {
        let filter = &self.filter;
        let columns = self.columns()?;
        columns.check()?;
        let (loci, mut report) = self.loci.select(&self.genome, filter)?;
        let contigs = self.genome.contigs();
        let used: BTreeSet<u32> = loci.iter().flatten().map(|locus| locus.contig).collect();
        let used: Vec<&str> = used.into_iter().map(|id| contigs.name(id as usize)).collect();
        report.warnings.extend(columns.warnings(&used, filter)?);
        let plan = PlanOptions {
            n_peaks: loci[0].len(),
            n_negatives: loci[1].len(),
            negative_ratio: self.negative_ratio,
            max_jitter: filter.max_jitter as u32,
            reverse_complement: self.reverse_complement,
            shuffle: self.shuffle,
            seed: self.random_state,
        };
        let planner = EpochPlanner::with_order(plan, filter.order)?;
        let windows = LocusWindows::new(contigs, loci, (filter.in_window, filter.out_window), filter.max_jitter);
        let columns = columns.readers(&windows, self.access, self.ask_ahead);
        Dataset::new(columns, Some(Arc::new(windows)), planner, report, batch_size)
    }
}
