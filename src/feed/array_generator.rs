//! The builder of loaders over arrays of windows: its parameters, their defaults, and the checks
//! that the arrays fit.

use super::array::Array;
use super::column::{Arrays, ColumnReader, Columns, WindowArrays};
use super::dataset::{Dataset, SelectionReport};
use super::generator::setters;
use super::layout::ColumnSpec;
use super::loader::Loader;
use super::loader_options::LoaderOptions;
use super::slot::Slot;
use crate::gather::ChannelGroups;
use crate::loci::Ledger;
use crate::sample::{EpochPlanner, Order, PlanOptions};
use crate::{DType, Error, Result, sizes};

/// Builds a [`Loader`] or [`Dataset`] that mixes peaks with negatives from arrays, with the
/// parameters of cherimoya's `PeakNegativeSampler`. The arrays are not copied.
///
/// | parameter | default | |
/// |---|---|---|
/// | `peak_sequences` | | `(n, 4, in_window + 2 * max_jitter)` |
/// | `peak_signals` | | `(n, channels, out_window + 2 * max_jitter)` |
/// | `peak_controls` | none | `(n, channels, in_window + 2 * max_jitter)` |
/// | `negative_sequences`, `negative_signals`, `negative_controls` | none | the same of negatives; also exactly `in_window` and `out_window` wide |
/// | `in_window`, `out_window` | 2114, 1000 | positions of sequence and controls, and of signal |
/// | `max_jitter` | 0 | a peak's windows are shifted by up to this many positions either way |
/// | `negative_ratio` | 0.1 | negatives drawn for each peak |
/// | `reverse_complement` | false | each example with probability 1/2 |
/// | `shuffle` | true | peaks in random order |
/// | `signal_groups`, `control_groups` | one for each channel | sizes of the groups of channels that swap under reverse complement |
/// | `signal_permutation`, `control_permutation` | none | in place of groups: the channel that each is read from under reverse complement |
/// | `random_state` | 0 | the seed of all epochs |
/// | `num_workers`, `batch_size`, `order`, `rank`, `world_size`, `drop_last`, `slots` | | as in [`PeakGenerator`](crate::PeakGenerator) |
///
/// Values of any type are copied bit for bit; peaks and negatives have one type. The reverse
/// complement reverses the positions of all columns, the channels of the sequence, and the channels
/// within each group of the others.
///
/// Negatives are never shifted. If their array is as wide as that of the peaks, its centre is read.
/// Cherimoya reads the beginning of such an array, and so does [`Order::Cherimoya`], in which any
/// array may also be wider to the right.
///
/// ```
/// use atemoya::ArrayGenerator;
/// use atemoya::Array;
///
/// let (sequences, signals) = (vec![0i8; 100 * 4 * 24], vec![1.0f32; 100 * 2 * 14]);
/// let sequences = Array::from_slice(&sequences, [100, 4, 24])?;
/// let signals = Array::from_slice(&signals, [100, 2, 14])?;
/// let dataset = ArrayGenerator::new(sequences, signals)
///     .in_window(20)
///     .out_window(10)
///     .max_jitter(2)
///     .negative_ratio(0.0)
///     .signal_groups(Some(vec![2]))
///     .dataset()?;
///
/// let batch = dataset.fetch(0, &[7, 99, 7])?;
/// assert_eq!(batch.sequence().unwrap().shape(), [3, 4, 20]);
/// assert_eq!(batch.signal().unwrap().shape(), [3, 2, 10]);
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// Arrays that own their memory, or share it, can be streamed by worker threads; those that are
/// only borrowed are streamed in the caller's thread, by [`Dataset::batches`]:
/// ```
/// use atemoya::feed::Column;
/// use atemoya::{Array, ArrayGenerator};
///
/// let sequences = Array::from_vec(vec![0u8; 100 * 4 * 20], [100, 4, 20])?;
/// let signals = Array::from_vec(vec![1.0f64; 100 * 10], [100, 1, 10])?;
/// let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
/// let loader = generator.negative_ratio(0.0).batch_size(8).build()?;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     let signal = batch.column(Column::Signal).and_then(|signal| signal.typed::<f64>()).unwrap();
///     assert!(signal.iter().all(|value| *value == 1.0));
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` or `dataset` is called"]
pub struct ArrayGenerator<'a> {
    peak_sequences: Array<'a>,
    peak_signals: Array<'a>,
    peak_controls: Option<Array<'a>>,
    negative_sequences: Option<Array<'a>>,
    negative_signals: Option<Array<'a>>,
    negative_controls: Option<Array<'a>>,
    in_window: usize,
    out_window: usize,
    max_jitter: usize,
    negative_ratio: f64,
    reverse_complement: bool,
    shuffle: bool,
    signal_groups: Option<Vec<usize>>,
    control_groups: Option<Vec<usize>>,
    signal_permutation: Option<Vec<usize>>,
    control_permutation: Option<Vec<usize>>,
    random_state: u64,
    order: Order,
    options: LoaderOptions,
}

impl<'a> ArrayGenerator<'a> {
    /// Makes a builder with the defaults.
    pub fn new(peak_sequences: Array<'a>, peak_signals: Array<'a>) -> Self {
        ArrayGenerator {
            peak_sequences,
            peak_signals,
            peak_controls: None,
            negative_sequences: None,
            negative_signals: None,
            negative_controls: None,
            in_window: 2114,
            out_window: 1000,
            max_jitter: 0,
            negative_ratio: 0.1,
            reverse_complement: false,
            shuffle: true,
            signal_groups: None,
            control_groups: None,
            signal_permutation: None,
            control_permutation: None,
            random_state: 0,
            order: Order::Native,
            options: LoaderOptions::default(),
        }
    }

    setters! {
        /// Sets the controls of the peaks, `(n, channels, in_window + 2 * max_jitter)`.
        peak_controls: Option<Array<'a>>;
        /// Sets the sequences of the negatives, `(n, 4, in_window)` or as wide as the peaks'.
        negative_sequences: Option<Array<'a>>;
        /// Sets the signals of the negatives, `(n, channels, out_window)` or as wide as the peaks'.
        negative_signals: Option<Array<'a>>;
        /// Sets the controls of the negatives, `(n, channels, in_window)` or as wide as the peaks'.
        negative_controls: Option<Array<'a>>;
        /// Sets the width of sequence and controls in a batch, 1 to 2^30 positions.
        in_window: usize;
        /// Sets the width of the signal in a batch, 1 to 2^30 positions.
        out_window: usize;
        /// Sets how far a peak's windows are shifted at most, in positions either way.
        max_jitter: usize;
        /// Sets how many negatives are drawn for each peak, with replacement; the product is
        /// truncated.
        negative_ratio: f64;
        /// Sets whether each example is reverse-complemented with probability 1/2.
        reverse_complement: bool;
        /// Sets whether peaks come in random order. Where the negatives are is random in any case.
        shuffle: bool;
        /// Sets the sizes of the groups of signal channels, in their order; they add up to the
        /// channels. `None`: one each.
        signal_groups: Option<Vec<usize>>;
        /// Sets the sizes of the groups of control channels, in their order; they add up to the
        /// channels. `None`: one each.
        control_groups: Option<Vec<usize>>;
        /// Sets, in place of `signal_groups`, the channel that each signal channel is read from
        /// under reverse complement.
        signal_permutation: Option<Vec<usize>>;
        /// Sets, in place of `control_groups`, the channel that each control channel is read from
        /// under reverse complement.
        control_permutation: Option<Vec<usize>>;
        /// Sets the seed of all epochs.
        random_state: u64;
        /// Sets how many threads gather. With 0 the consumer's thread gathers when it asks for a
        /// batch.
        num_workers in options: usize;
        /// Sets how many examples a batch has.
        batch_size in options: usize;
        /// Sets the order of examples.
        order: Order;
        /// Sets which slice of each batch this process takes, below `world_size`.
        rank in options: usize;
        /// Sets how many processes share a batch; it divides `batch_size`, which counts the
        /// examples of all.
        world_size in options: usize;
        /// Sets whether the short batch at an epoch's end is dropped.
        drop_last in options: bool;
        /// Sets how many batches are in memory at once, those that the consumer holds included: 1
        /// to 4096; `None` for `num_workers + 2`, which is enough for a consumer that drops each
        /// batch before it takes the next.
        slots in options: Option<usize>;
    }

    /// Makes the data set: examples are read in any order, by the caller's threads.
    ///
    /// # Errors
    /// [`Error::Argument`] for a parameter out of its range, or an array that does not fit the
    /// others or the windows.
    pub fn dataset(&self) -> Result<Dataset<'a>> {
        self.dataset_of(self.options.batch_size)
    }

    /// Makes the data set, laid out for batches of this many examples.
    fn dataset_of(&self, batch_size: usize) -> Result<Dataset<'a>> {
        sizes::check("in_window", self.in_window, 1)?;
        sizes::check("out_window", self.out_window, 1)?;
        sizes::check("max_jitter", self.max_jitter, 0)?;
        sizes::check("batch_size", self.options.batch_size, 1)?;
        let strays = [
            ("negative_controls", self.negative_controls.is_some()),
            ("control_groups", self.control_groups.is_some()),
            ("control_permutation", self.control_permutation.is_some()),
        ];
        for (name, given) in strays {
            if given && self.peak_controls.is_none() {
                return Err(Error::argument(name, "they are given without peak_controls"));
            }
        }
        let plan = self.plan()?;
        // Cherimoya reads every array from its beginning.
        let exact = self.order != Order::Cherimoya;
        let arrays = |names, peaks, negatives, window, groups| {
            let (has_negatives, max_jitter) = (self.negative_sequences.is_some(), self.max_jitter);
            let examples = (plan.n_peaks, has_negatives.then_some(plan.n_negatives));
            Arrays { names, peaks, negatives, examples, window, max_jitter, exact, groups }.column()
        };
        let (input, output) = (("in_window", self.in_window), ("out_window", self.out_window));
        let (names, negatives) = (["peak_sequences", "negative_sequences"], self.negative_sequences.as_ref());
        let sequence = arrays(names, &self.peak_sequences, negatives, input, ChannelGroups::Bases)?;
        let (names, negatives) = (["peak_signals", "negative_signals"], self.negative_signals.as_ref());
        let parameters = ["signal_groups", "signal_permutation"];
        let groups =
            ChannelGroups::tracks(parameters, self.signal_groups.as_deref(), self.signal_permutation.as_deref())?;
        let signal = arrays(names, &self.peak_signals, negatives, output, groups)?;
        let (names, negatives) = (["peak_controls", "negative_controls"], self.negative_controls.as_ref());
        let parameters = ["control_groups", "control_permutation"];
        let groups =
            ChannelGroups::tracks(parameters, self.control_groups.as_deref(), self.control_permutation.as_deref())?;
        let controls = match &self.peak_controls {
            Some(peaks) => Some(arrays(names, peaks, negatives, input, groups)?),
            None => None,
        };
        let column = |arrays: WindowArrays<'a>| Box::new(arrays) as Box<dyn ColumnReader + 'a>;
        // Without controls, those have the positions of the sequence.
        let absent = [ColumnSpec { dtype: DType::F32, channels: 0, positions: self.in_window }; 3];
        let columns = Columns::new(absent, [Some(column(sequence)), controls.map(column), Some(column(signal))]);
        let report = SelectionReport { ledger: Ledger::of_all(plan.n_peaks, plan.n_negatives), warnings: Vec::new() };
        Dataset::new(columns, None, EpochPlanner::with_order(plan, self.order)?, report, batch_size)
    }

    fn plan(&self) -> Result<PlanOptions> {
        let examples = |array: &Array<'_>| array.shape()[0];
        let n_negatives = self.negative_sequences.as_ref().map_or(0, examples);
        if examples(&self.peak_sequences) == 0 {
            return Err(Error::argument("peak_sequences", "there is no peak: pass at least one peak"));
        }
        Ok(PlanOptions {
            n_peaks: examples(&self.peak_sequences),
            n_negatives,
            negative_ratio: self.negative_ratio,
            max_jitter: self.max_jitter as u32,
            reverse_complement: self.reverse_complement,
            shuffle: self.shuffle,
            seed: self.random_state,
        })
    }
}

impl ArrayGenerator<'static> {
    /// Makes the data set, allocates the ring and starts the workers. In the loader's ledger all
    /// examples are kept. [`Loader::peaks`] and [`Loader::negatives`] are empty, since the examples
    /// have no positions in a genome.
    ///
    /// # Errors
    /// As [`ArrayGenerator::dataset`].
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
}
