//! A data set: the examples of all epochs, their loci, and the plan of each epoch.

mod fetch;

use super::column::{Columns, ExampleBuffer, LocusWindows};
use super::layout::Layout;
use super::readahead::Readahead;
use crate::Result;
use crate::format::checks::hex;
use crate::gather::Pool;
use crate::loci::{Ledger, Locus};
use crate::sample::{EpochPlanner, Plan, PlanOptions};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

/// The examples of all epochs, by epoch and index. A loader streams them; here they are read in any
/// order.
///
/// It comes from [`PeakGenerator::dataset`](crate::PeakGenerator::dataset) or
/// [`ArrayGenerator::dataset`](crate::ArrayGenerator::dataset). Every
/// [`Loader`](crate::Loader::dataset) has one. Any number of threads may read it at once.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let dataset = PeakGenerator::new(&store).dataset()?;
/// assert_eq!(dataset.len(), 44); // examples of an epoch: 40 peaks and 4 negatives
/// let batch = dataset.fetch(3, &[0, 7, 7])?; // three examples of epoch 3
/// assert_eq!(batch.labels()[1], batch.labels()[2]);
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
    /// [`Error::Argument`](crate::Error::Argument) when a batch does not fit in memory.
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
    #[doc(hidden)]
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
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// let dataset = PeakGenerator::new(&store).dataset()?;
    /// let draw = dataset.plan(3)?.draw(17); // of epoch 3
    /// let locus = dataset.loci(draw.is_peak)[draw.source as usize];
    /// println!("{}:{}", store.contigs().name(locus.contig as usize), locus.centre);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when the plan does not fit in memory.
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
