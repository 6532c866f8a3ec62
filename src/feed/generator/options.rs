//! The setters: which loci are used, what is read, how examples are drawn and delivered.

use super::PeakGenerator;
use super::setters;
use crate::DType;
use crate::feed::loader_options::LoaderOptions;
use crate::feed::locus_source::LocusSource;
use crate::gather::Access;
use crate::ingest::alias::Aliases;
use crate::loci::{Locus, LocusFilter, LocusTable, Names};
use crate::sample::Order;
use crate::store::Store;
use std::path::PathBuf;
use std::sync::Arc;

impl PeakGenerator {
    /// Makes a builder over a store with this filter, and the defaults of the other parameters.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::{LocusFilter, PeakGenerator, Store};
    ///
    /// let filter = LocusFilter { in_window: 500, out_window: 200, ..LocusFilter::default() };
    /// let loader = PeakGenerator::with_filter(&Store::open("yeast.atemoya")?, filter).build()?;
    /// assert_eq!(loader.epoch(0).next().unwrap()?.signal().unwrap().shape(), [32, 2, 200]);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn with_filter(store: &Store, filter: LocusFilter) -> Self {
        PeakGenerator::new(store).filter(filter)
    }

    /// Sets all options that decide which loci are used, the order and the windows among them.
    pub fn filter(mut self, filter: LocusFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Sets which of the store's locus indices is used. By default it is the only one.
    pub fn loci(mut self, name: impl Into<String>) -> Self {
        self.loci = LocusSource::Index(Some(name.into()));
        self
    }

    /// Sets a table of loci that is not an index of the store, made for the genome's contigs
    /// ([`IndexBuilder::table`](crate::IndexBuilder::table)). Loci are selected from it as from an
    /// index.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::{IndexBuilder, PeakGenerator, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// let builder = IndexBuilder::new("unwritten").peaks(["peaks.narrowPeak"]).summits(true);
    /// let table = builder.negatives(["negatives.bed"]).table(store.contigs())?;
    /// let loader = PeakGenerator::new(&store).table(table).build()?;
    /// assert_eq!((loader.peaks().len(), loader.negatives().len()), (40, 10));
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn table(mut self, table: LocusTable) -> Self {
        self.loci = LocusSource::Table(Arc::new(table));
        self
    }

    /// Sets the loci to be used: no filter is applied, and no signal is read to select. They are
    /// those of [`Dataset::loci`](crate::feed::Dataset::loci) of another data set, for example.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::loci::Locus;
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// let train = PeakGenerator::new(&store).build()?;
    /// let strong: Vec<Locus> = train.peaks()[..10].to_vec(); // as you choose
    /// let generator = PeakGenerator::new(&store).selected(strong, train.negatives().to_vec());
    /// assert_eq!(generator.build()?.len(), 11); // and a negative for each ten peaks
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn selected(mut self, peaks: Vec<Locus>, negatives: Vec<Locus>) -> Self {
        self.loci = LocusSource::Selected(Arc::new([peaks, negatives]));
        self
    }

    /// Sets the BED files of regions to stay out of; an empty list for none. `None`, the default,
    /// for those of the index; a table has none.
    pub fn exclusion_lists(mut self, exclusion_lists: impl Into<Option<Vec<PathBuf>>>) -> Self {
        self.filter.exclusion_lists = exclusion_lists.into();
        self
    }

    /// Sets the contigs to use, such as `["chr1", "chr2"]`; `None`, the default, for all.
    pub fn chroms(mut self, chroms: impl Into<Names>) -> Self {
        self.filter.chroms = chroms.into().0;
        self
    }

    /// Sets the tracks that `min_counts` and `max_counts` sum: `NAME` (a group) or `NAME.i` (a
    /// channel of it). `None`, the default, for those of the index, or else those that the order
    /// counts.
    pub fn counts_tracks(mut self, counts_tracks: impl Into<Names>) -> Self {
        self.filter.counts_tracks = counts_tracks.into().0;
        self
    }

    /// Sets which signal groups are read, and in which order; `None`, the default, for all.
    pub fn signals(mut self, signals: impl Into<Names>) -> Self {
        self.filter.signals = signals.into().0;
        self
    }

    /// Sets which control groups are read, and in which order; `None`, the default, for all.
    pub fn controls(mut self, controls: impl Into<Names>) -> Self {
        self.controls = controls.into().0;
        self
    }

    setters! {
        /// Sets the order of examples; [`Order::Native`] by default. In cherimoya's order, counts
        /// are taken as cherimoya takes them: of the first track, in f32, and of peaks over the
        /// window with its jitter.
        order in filter: Order;
        /// Sets the width of sequence and controls in bases, 1 to 2^30; 2114 by default.
        in_window in filter: usize;
        /// Sets the width of the signal in bases, 1 to 2^30; 1000 by default.
        out_window in filter: usize;
        /// Sets how far a peak's windows are shifted at most, in bases either way; 50 by default.
        max_jitter in filter: usize;
        /// Sets the least sum of signal over the output window; `None`, the default, for that of
        /// the index, -infinity for none.
        min_counts in filter: Option<f64>;
        /// Sets the greatest sum of signal over the output window; `None`, the default, for that of
        /// the index, infinity for none.
        max_counts in filter: Option<f64>;
        /// Sets whether peaks with outlying counts are dropped; `None`, the default, as was chosen
        /// for the index, or else as the order does.
        outlier_filter in filter: Option<bool>;
        /// Sets what peaks are centred on: `Some(true)` their summits, `Some(false)` their
        /// midpoints; `None`, the default, as indexed.
        summits in filter: Option<bool>;
        /// Sets the names of contigs in exclusion lists that mean contigs of the genome; none by
        /// default.
        alias in filter: Option<Aliases>;
        /// Sets whether contigs to use and exclusion lists may share no name with the genome; false
        /// by default, when that is an error.
        allow_empty in filter: bool;
    }
}

impl PeakGenerator {
    /// Sets the type of the one-hot sequence: `I8` (the default), `U8`, `F16`, `BF16` or `F32`, of
    /// shape `(n, 4, in_window)`; or `U64`, which packs it into `(n, 4, ceil(in_window / 64))`. Bit
    /// i of word w is position `64 w + i` then, and bits at and past `in_window` are 0. A sequence
    /// of arrays has their type, and no other.
    pub fn sequence_type(mut self, sequence_type: DType) -> Self {
        self.sequence_type = Some(sequence_type);
        self
    }

    setters! {
        /// Sets the type of the controls: `F32`, the default, or `U16` or `U8` if that holds all
        /// their values.
        controls_type: DType;
        /// Sets the type of the signal: `F32`, the default, or `U16` or `U8` if that holds all its
        /// values.
        signal_type: DType;
        /// Sets how many negatives are drawn for each peak, with replacement; 0.1 by default. The
        /// product is truncated.
        negative_ratio: f64;
        /// Sets whether each example is reverse-complemented with probability 1/2; true by default.
        reverse_complement: bool;
        /// Sets whether peaks come in random order; true by default. Where the negatives are is
        /// random in any case.
        shuffle: bool;
        /// Sets the seed of all epochs; 0 by default.
        random_state: u64;
        /// Sets how many threads gather, up to 1024; 1 by default. With 0 the consumer's thread
        /// gathers when it asks for a batch.
        num_workers in options: usize;
        /// Sets how many examples a batch has, those of all processes together; 32 by default.
        batch_size in options: usize;
        /// Sets which slice of each batch this process takes, below `world_size`; 0 by default.
        rank in options: usize;
        /// Sets how many processes share a batch; 1 by default. It divides `batch_size`.
        world_size in options: usize;
        /// Sets whether the short batch at an epoch's end is dropped; false by default.
        drop_last in options: bool;
        /// Sets how many batches are in memory at once, those that the consumer holds included: 1
        /// to 4096; `None` for `num_workers + 2`, which is enough for a consumer that drops each
        /// batch before it takes the next.
        slots in options: Option<usize>;
        /// Sets how the store's files are read; [`Access::Map`] by default. It changes neither
        /// batches nor states.
        access: Access;
        /// Sets whether the system is asked to read what the next batches need, if that is not in
        /// memory; true by default. It changes neither batches nor states.
        ask_ahead: bool;
    }

    /// Sets all options of the loader at once.
    #[doc(hidden)]
    pub fn loader_options(mut self, options: LoaderOptions) -> Self {
        self.options = options;
        self
    }
}
