//! A data set: from an epoch and indices in it to the bytes of a batch.

use super::batch::Batch;
use super::column::{Columns, ExampleBuffer, Examples, LocusWindows};
use super::layout::Layout;
use super::readahead::Readahead;
use super::slot::{Lease, Slot};
use crate::format::checks::hex;
use crate::gather::Pool;
use crate::loci::{Ledger, Locus};
use crate::sample::{Draw, EpochPlanner, Plan, PlanOptions};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The examples of all epochs, by epoch and index. A loader streams them; here they are read in any
/// order.
///
/// It comes from [`PeakGenerator::dataset`](super::PeakGenerator::dataset) or
/// [`ArrayGenerator::dataset`](super::ArrayGenerator::dataset). Every
/// [`Loader`](super::Loader::dataset) has one. Any number of threads may read it at once.
///
/// ```no_run
/// let store = atemoya::Store::open("yeast.atemoya")?;
/// let dataset = atemoya::PeakGenerator::new(&store).dataset()?;
/// let batch = dataset.fetch(3, &[0, 7, 7])?; // three examples of epoch 3
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct Dataset<'a> {
    columns: Columns<'a>,
    /// The loci, and the windows around them, where examples are of a genome.
    windows: Option<Arc<LocusWindows>>,
    pub(super) planner: EpochPlanner,
    /// The layout of streamed batches.
    pub(super) layout: Arc<Layout>,
    plans: Mutex<VecDeque<(u64, Arc<Plan>)>>,
    fingerprint: String,
    report: SelectionReport,
    buffers: Pool<ExampleBuffer>,
    /// How often examples were fetched, and which of them were read ahead.
    fetches: AtomicU64,
    readahead: Readahead,
}

/// What came of selecting the loci.
#[derive(Debug, Clone)]
pub(super) struct SelectionReport {
    pub(super) ledger: Ledger,
    pub(super) warnings: Vec<String>,
}

/// Epochs whose plans are kept: workers may be busy with two consecutive ones at once, and read the
/// beginning of the next one ahead.
const PLANS: usize = 3;

impl<'a> Dataset<'a> {
    /// Makes a data set of columns and the plan of their examples.
    pub(super) fn new(
        columns: Columns<'a>,
        windows: Option<Arc<LocusWindows>>,
        planner: EpochPlanner,
        report: SelectionReport,
        batch_size: usize,
    ) -> Result<Dataset<'a>> {
        // An epoch has `len` examples, and validation one for each locus. So a batch has no more,
        // also where `batch_size` is larger.
        let options = planner.options();
        let most = planner.len().max(options.n_peaks + options.n_negatives);
        let layout = Arc::new(Layout::new(batch_size.min(most), columns.specs())?);
        let fingerprint = fingerprint(windows.as_deref(), planner.options());
        let (plans, buffers, fetches, readahead) =
            (Mutex::default(), Pool::default(), AtomicU64::new(0), Readahead::new(0));
        Ok(Dataset { columns, windows, planner, layout, plans, fingerprint, report, buffers, fetches, readahead })
    }

    /// Returns the same examples with another seed, as a data set that shares no lock with this
    /// one. A forked process can use it, even if another thread was using this one during the fork.
    ///
    /// # Errors
    /// [`Error::Argument`] when a batch does not fit in memory.
    pub fn with_seed(&self, seed: u64) -> Result<Dataset<'a>> {
        self.unshared(seed, self.layout.batch_size())
    }

    /// Returns the same examples with another seed and batch size, sharing no lock.
    pub(super) fn unshared(&self, seed: u64, batch_size: usize) -> Result<Dataset<'a>> {
        let options = PlanOptions { seed, ..self.planner.options().clone() };
        let planner = EpochPlanner::with_order(options, self.planner.order())?;
        Dataset::new(self.columns.unshared(), self.windows.clone(), planner, self.report.clone(), batch_size)
    }

    /// Returns what makes the plan of each epoch.
    #[must_use]
    pub fn planner(&self) -> &EpochPlanner {
        &self.planner
    }

    /// Returns how many loci were kept, and how many each rule dropped. Of arrays of windows, all
    /// are kept.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.report.ledger
    }

    /// Returns what looks like a mistake in the inputs and is no error. Show it to users each time.
    /// Names of parameters stand in backquotes.
    ///
    /// There is a warning for contigs of loci that the file of a track lacks
    /// ([`Store::warnings`](crate::Store::warnings)), for names in `chroms` that the genome lacks,
    /// for exclusion lists without a region, for peaks with summits where `summits` is not set, and
    /// for peaks and negatives that look swapped.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.report.warnings
    }

    /// Returns the number of examples of an epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.planner.len()
    }

    /// Returns whether an epoch has no example, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.planner.is_empty()
    }

    /// Gathers examples of an epoch by their indices, in this thread, into a batch with memory of
    /// its own. Indices may come in any order, and repeat. They count the examples of all ranks.
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

    /// Gathers the examples of the caller's own draws, as [`Dataset::fetch`] does those of an
    /// epoch. The batch's epoch is 0.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no draw, for the first draw that this data set has no
    /// locus or no jitter for, or when the batch does not fit in memory; [`Error::Corrupt`] for a
    /// damaged store.
    pub fn fetch_draws(&self, draws: Vec<Draw>) -> Result<Batch> {
        let options = self.planner.options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        self.collect(&plan, 0..plan.len(), 0)
    }

    /// Gathers examples into a batch with memory of its own.
    fn collect(&self, plan: &Plan, indices: impl ExactSizeIterator<Item = usize> + Clone, epoch: u64) -> Result<Batch> {
        let rows = indices.len();
        let too_many = |_| Error::argument("indices", format!("{rows} examples do not fit in memory"));
        let layout = Layout::new(rows, self.columns.specs()).map_err(too_many)?;
        let mut slot = Slot::plain(layout.bytes()).map_err(too_many)?;
        if self.reads_ahead() {
            let number = self.fetches.fetch_add(1, Ordering::Relaxed);
            for number in self.readahead.after(number, u64::MAX) {
                self.readahead.record(number, self.read_ahead(plan, indices.clone()));
            }
        }
        self.gather(plan, indices, &layout, slot.bytes_mut()?)?;
        Ok(Batch::new(Lease::owned(slot), Arc::new(layout), rows, epoch, 0))
    }

    /// Streams an epoch in order, in batches of the size that the data set was built with. Each is
    /// gathered in this thread when the iterator reaches it, so that arrays may be borrowed. The
    /// last batch may be short.
    ///
    /// # Errors
    /// Each item is what [`Dataset::fetch`] returns.
    pub fn batches(&self, epoch: u64) -> impl Iterator<Item = Result<Batch>> {
        let batch_size = self.layout.batch_size();
        (0..self.len()).step_by(batch_size).map(move |first| {
            let indices: Vec<usize> = (first..self.len().min(first + batch_size)).collect();
            self.fetch(epoch, &indices)
        })
    }

    /// Returns shapes, types and offsets of the columns of a batch. The batch has the size that the
    /// data set was built with, or all its examples where these are fewer.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns a hash of the loci and of the options that decide which example stands where,
    /// without the order and the seed.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Returns the kept peaks or negatives, which `source` of a draw indexes. There is none where
    /// examples are arrays of windows.
    #[must_use]
    pub fn loci(&self, is_peak: bool) -> &[Locus] {
        self.windows.as_ref().map_or(&[], |windows| windows.loci(is_peak))
    }

    /// Returns the plan of an epoch: which example stands at each index. It is made once for all
    /// threads.
    ///
    /// # Errors
    /// [`Error::Argument`] when the plan does not fit in memory.
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

    /// Returns whether there are files that can be read ahead.
    pub(super) fn reads_ahead(&self) -> bool {
        self.columns.reads_ahead()
    }

    /// Requests the pages that the examples at `indices` of a plan need. Returns whether they were
    /// not in memory.
    pub(super) fn read_ahead(&self, plan: &Plan, indices: impl Iterator<Item = usize>) -> bool {
        self.with_examples(plan, indices, |examples| self.columns.read_ahead(examples))
    }

    /// Gathers the examples at `indices` of a plan into memory that is laid out as
    /// [`Dataset::layout`] says and aligned to 8 bytes: for benchmarks of gathering alone.
    ///
    /// # Errors
    /// As [`Dataset::fetch`].
    #[doc(hidden)]
    pub fn gather_into(&self, plan: &Plan, indices: Range<usize>, memory: &mut [u8]) -> Result<()> {
        self.gather(plan, indices, &self.layout, memory)
    }

    /// Gathers the examples at `indices` of a plan into the first rows of memory with a layout.
    pub(super) fn gather(
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
        self.buffers.with(|buffer| {
            let draws = indices.map(|index| plan.draw(index));
            work(&buffer.fill(draws, self.windows.as_deref()))
        })
    }
}

/// Returns 64 bits of the SHA-256 of the options and the loci, as hexadecimal digits.
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
