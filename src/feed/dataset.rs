//! A data set: from an epoch and indices in it to the bytes of a batch.

use super::batch::Batch;
use super::column::{Columns, Examples};
use super::layout::Layout;
use super::lease::Lease;
use super::locus_windows::LocusWindows;
use super::readahead::Readahead;
use super::slot::Slot;
use crate::format::checks::hex;
use crate::gather::{Pool, Window};
use crate::loci::{Ledger, Locus};
use crate::sample::{Draw, EpochPlanner, Plan, PlanOptions};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The examples of all epochs, by their place: what a loader streams, for reading in any order.
///
/// It comes from [`PeakGenerator::dataset`](super::PeakGenerator::dataset) or
/// [`ArrayGenerator::dataset`](super::ArrayGenerator::dataset), and stands behind every
/// [`Loader`](super::Loader::fetch). Any number of threads may read it at once.
#[derive(Debug)]
pub struct Dataset<'a> {
    columns: Columns<'a>,
    /// The loci, and the windows around them, where examples are of a genome.
    windows: Option<Arc<LocusWindows>>,
    pub(super) planner: EpochPlanner,
    /// That of the streamed batches.
    pub(super) layout: Arc<Layout>,
    plans: Mutex<VecDeque<(u64, Arc<Plan>)>>,
    fingerprint: String,
    report: SelectionReport,
    scratch: Pool<Scratch>,
    /// How often examples were fetched, and when the system is asked for these.
    fetches: AtomicU64,
    readahead: Readahead,
}

/// What came of selecting the loci.
#[derive(Debug, Clone)]
pub(super) struct SelectionReport {
    pub(super) ledger: Ledger,
    pub(super) warnings: Vec<String>,
}

/// The examples of a batch while it is gathered, in memory that is used again.
#[derive(Debug, Default)]
struct Scratch {
    draws: Vec<Draw>,
    input: Vec<Window>,
    output: Vec<Window>,
}

/// Epochs whose plans are kept: workers may be busy with two consecutive ones at once, and ask for
/// what the next one begins with.
const PLANS: usize = 3;

impl<'a> Dataset<'a> {
    pub(super) fn new(
        columns: Columns<'a>,
        windows: Option<Arc<LocusWindows>>,
        planner: EpochPlanner,
        report: SelectionReport,
        batch_size: usize,
    ) -> Result<Dataset<'a>> {
        // An epoch has no more examples than `len`, and validation none but the loci: no batch has
        // more, whatever was asked for.
        let options = planner.options();
        let most = planner.len().max(options.n_peaks + options.n_negatives);
        let layout = Arc::new(Layout::new(batch_size.min(most), columns.specs())?);
        let fingerprint = fingerprint(windows.as_deref(), planner.options());
        let (plans, scratch, fetches, readahead) =
            (Mutex::default(), Pool::default(), AtomicU64::new(0), Readahead::new(0));
        Ok(Dataset { columns, windows, planner, layout, plans, fingerprint, report, scratch, fetches, readahead })
    }

    /// The same examples with another seed, as a data set that shares no lock with this one: what a
    /// process that was forked while others used this one can use.
    ///
    /// # Errors
    /// None that building has not found.
    pub fn with_seed(&self, seed: u64) -> Result<Dataset<'a>> {
        self.again(seed, self.layout.batch_size())
    }

    /// Returns the same examples with another seed and batch size.
    pub(super) fn again(&self, seed: u64, batch_size: usize) -> Result<Dataset<'a>> {
        let options = PlanOptions { seed, ..self.planner.options().clone() };
        let planner = EpochPlanner::with_order(options, self.planner.order())?;
        Dataset::new(self.columns.unshared(), self.windows.clone(), planner, self.report.clone(), batch_size)
    }

    /// What the epochs' plans depend on.
    #[must_use]
    pub fn planner(&self) -> &EpochPlanner {
        &self.planner
    }

    /// How many loci were kept, and why the others were not. Of arrays, all are kept.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.report.ledger
    }

    /// What looks like a mistake in what this was made of and is no error, for users to read each
    /// time. Names of parameters stand in backquotes.
    ///
    /// It has what the files of the store's tracks lack on the contigs of the loci
    /// ([`Store::warnings`](crate::Store::warnings)), names in `chroms` that the genome lacks,
    /// exclusion lists without a region, summits that a table's peaks have and that `summits` was
    /// not asked for, and peaks and negatives that look swapped.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.report.warnings
    }

    /// Examples of an epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.planner.len()
    }

    /// Whether an epoch has no example, which never is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.planner.is_empty()
    }

    /// Gathers the examples at some places of an epoch, in this thread, into a batch of its own:
    /// any indices, in any order, each any number of times. They count the examples of all ranks.
    ///
    /// # Errors
    /// [`Error::Argument`] for an index that is not below [`Dataset::len`], or when the batch does
    /// not fit in memory; [`Error::Corrupt`] for a damaged store.
    pub fn fetch(&self, epoch: u64, indices: &[usize]) -> Result<Batch> {
        if let Some(index) = indices.iter().find(|index| **index >= self.len()) {
            return Err(Error::argument("indices", format!("{index} is not below {}, the examples", self.len())));
        }
        self.collect(&*self.plan(epoch)?, indices.iter().copied(), epoch)
    }

    /// Gathers the examples of draws of the caller's own, as [`Dataset::fetch`] does those of an
    /// epoch. The batch's epoch is 0.
    ///
    /// # Errors
    /// [`Error::Argument`] naming the first draw that no kept locus or jitter of this data set
    /// fits, when there is none, or when the batch does not fit in memory; [`Error::Corrupt`] for a
    /// damaged store.
    pub fn fetch_draws(&self, draws: Vec<Draw>) -> Result<Batch> {
        let options = self.planner.options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        self.collect(&plan, 0..plan.len(), 0)
    }

    /// Gathers into memory of the batch's own.
    fn collect(&self, plan: &Plan, indices: impl ExactSizeIterator<Item = usize> + Clone, epoch: u64) -> Result<Batch> {
        let rows = indices.len();
        let too_many = |_| Error::argument("indices", format!("{rows} examples do not fit in memory"));
        let layout = Layout::new(rows, self.columns.specs()).map_err(too_many)?;
        let mut slot = Slot::plain(layout.bytes()).map_err(too_many)?;
        if self.asks() {
            let number = self.fetches.fetch_add(1, Ordering::Relaxed);
            for number in self.readahead.after(number, u64::MAX) {
                self.readahead.record(number, self.ask(plan, indices.clone()));
            }
        }
        self.gather(plan, indices, &layout, &mut slot)?;
        Ok(Batch::new(Lease::owned(slot), Arc::new(layout), rows, epoch, 0))
    }

    /// The examples of an epoch in their order, in batches of the size that it was built for,
    /// gathered in this thread as they are asked for: a stream of arrays that are only borrowed,
    /// say. The last batch may be short.
    ///
    /// # Errors
    /// Each item as [`Dataset::fetch`].
    pub fn batches(&self, epoch: u64) -> impl Iterator<Item = Result<Batch>> {
        let batch_size = self.layout.batch_size();
        (0..self.len()).step_by(batch_size).map(move |first| {
            let indices: Vec<usize> = (first..self.len().min(first + batch_size)).collect();
            self.fetch(epoch, &indices)
        })
    }

    /// Shapes, types and places of the columns of a batch of the size that it was built for, or of
    /// all its examples where these are fewer.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A hash of what decides which example stands where, but for the order and the seed.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The kept peaks or negatives, by which `source` of a draw counts; none when they are arrays.
    #[must_use]
    pub fn loci(&self, is_peak: bool) -> &[Locus] {
        self.windows.as_ref().map_or(&[], |windows| windows.loci(is_peak))
    }

    /// The plan of an epoch, what stands at each index: made once for all threads.
    ///
    /// # Errors
    /// None that building has not found.
    pub fn plan(&self, epoch: u64) -> Result<Arc<Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = plans.iter().find(|(known, _)| *known == epoch) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(self.planner.epoch(epoch)?);
        if plans.len() == PLANS {
            plans.pop_front();
        }
        plans.push_back((epoch, Arc::clone(&plan)));
        Ok(plan)
    }

    /// Whether there is anything to ask the system for.
    pub(super) fn asks(&self) -> bool {
        self.columns.reads_ahead()
    }

    /// Asks the system for what the examples at `indices` of a plan are gathered from. Returns
    /// whether it was not in memory.
    pub(super) fn ask(&self, plan: &Plan, indices: impl Iterator<Item = usize>) -> bool {
        self.with_examples(plan, indices, |examples| self.columns.read_ahead(examples))
    }

    /// Gathers the examples at `indices` of a plan into the first rows of a slot.
    pub(super) fn gather(
        &self,
        plan: &Plan,
        indices: impl ExactSizeIterator<Item = usize>,
        layout: &Layout,
        slot: &mut Slot,
    ) -> Result<()> {
        self.write(plan, indices, layout, slot.bytes_mut()?)
    }

    /// Gathers the examples at `indices` of a plan into memory that is laid out as
    /// [`Dataset::layout`] says and aligned to 8 bytes: for benchmarks of gathering alone.
    ///
    /// # Errors
    /// As [`Dataset::fetch`].
    #[doc(hidden)]
    pub fn gather_into(&self, plan: &Plan, indices: Range<usize>, memory: &mut [u8]) -> Result<()> {
        self.write(plan, indices, &self.layout, memory)
    }

    fn write(
        &self,
        plan: &Plan,
        indices: impl ExactSizeIterator<Item = usize>,
        layout: &Layout,
        memory: &mut [u8],
    ) -> Result<()> {
        let columns = layout.split(indices.len(), memory);
        let [sequence, controls, signal, labels, sources, offsets, reverse_complements] = columns;
        let [labels, sources, offsets]: [&mut [i64]; 3] = [labels, sources, offsets].map(bytemuck::cast_slice_mut);
        self.with_examples(plan, indices, |examples| {
            for (row, draw) in examples.draws.iter().enumerate() {
                labels[row] = i64::from(draw.is_peak);
                sources[row] = i64::from(draw.source);
                offsets[row] = i64::from(draw.offset);
                reverse_complements[row] = u8::from(draw.reverse_complement);
            }
            self.columns.gather(examples, [sequence, controls, signal])
        })
    }

    /// Draws the examples at `indices` of a plan, and calls `work` with them.
    fn with_examples<T>(
        &self,
        plan: &Plan,
        indices: impl Iterator<Item = usize>,
        work: impl FnOnce(&Examples<'_>) -> T,
    ) -> T {
        self.scratch.with(|Scratch { draws, input, output }| {
            draws.clear();
            draws.extend(indices.map(|index| plan.draw(index)));
            input.clear();
            output.clear();
            if let Some(windows) = &self.windows {
                for draw in draws.iter() {
                    let [of_input, of_output] = windows.of(draw);
                    input.push(of_input);
                    output.push(of_output);
                }
            }
            work(&Examples { draws, input, output })
        })
    }
}

/// 64 bits of the SHA-256 of the options and the loci, as hexadecimal digits.
fn fingerprint(windows: Option<&LocusWindows>, options: &PlanOptions) -> String {
    let PlanOptions { n_peaks, n_negatives, negative_ratio, max_jitter, reverse_complement, shuffle, seed: _ } =
        options;
    let mut hash = Sha256::new();
    for number in [*n_peaks as u64, *n_negatives as u64, negative_ratio.to_bits(), u64::from(*max_jitter)] {
        hash.update(number.to_le_bytes());
    }
    hash.update([u8::from(*reverse_complement), u8::from(*shuffle)]);
    for locus in windows.iter().flat_map(|windows| windows.peaks.iter().chain(&windows.negatives)) {
        hash.update(locus.contig.to_le_bytes());
        hash.update(locus.centre.to_le_bytes());
    }
    hex(&hash.finalize()[..8])
}
