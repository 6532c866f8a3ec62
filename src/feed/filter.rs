//! Which loci of an index are used: the parameters of the selection, and their application to a store or another genome.

use super::genome::Genome;
use super::sizes;
use crate::Result;
use crate::format::manifest::{GroupEntry, Role};
use crate::gather::find_groups;
use crate::ingest::bed::{BedFile, read_bed};
use crate::loci::{LocusTable, SelectOptions, Selection, WindowSums, explain, select};
use crate::sample::Order;
use crate::store::Store;
use std::path::PathBuf;

/// The parameters that decide which loci are used; those of [`crate::PeakGenerator`], which says what each means.
///
/// ```no_run
/// use atemoya::Store;
/// use atemoya::feed::LocusFilter;
/// use atemoya::loci::published;
///
/// let store = Store::open("yeast.atemoya")?;
/// let index = published::read(&store, None)?;
/// let filter = LocusFilter { min_counts: Some(10.0), ..LocusFilter::default() };
/// let selection = filter.explain(&store, &index.table)?;
/// println!("{}", selection.ledger);
/// for (i, row) in index.table.rows().enumerate() {
///     println!("line {} of file {}: {}", row.line, row.file, selection.verdicts.describe(i));
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LocusFilter {
    /// The order of examples, by which counts are measured.
    pub order: Order,
    /// The signal groups, `None` for all.
    pub signals: Option<Vec<String>>,
    /// The width of sequence and controls, in bases.
    pub in_window: usize,
    /// The width of the signal, in bases.
    pub out_window: usize,
    /// How far a peak's windows are shifted at most either way, in bases.
    pub max_jitter: usize,
    /// The least sum of signal over the output window.
    pub min_counts: Option<f64>,
    /// The greatest sum of signal over the output window.
    pub max_counts: Option<f64>,
    /// The tracks that these sums are taken over, `None` for those that the order counts.
    pub counts_tracks: Option<Vec<String>>,
    /// Whether peaks with outlying counts are dropped, `None` as the order does.
    pub outlier_filter: Option<bool>,
    /// What peaks are centred on: `Some(true)` their summits, `Some(false)` their midpoints, `None` as indexed.
    pub summits: Option<bool>,
    /// The contigs to use, `None` for all.
    pub chroms: Option<Vec<String>>,
    /// BED files of regions to stay out of.
    pub exclusion_lists: Vec<PathBuf>,
}

impl Default for LocusFilter {
    fn default() -> Self {
        LocusFilter {
            order: Order::Native,
            signals: None,
            in_window: 2114,
            out_window: 1000,
            max_jitter: 50,
            min_counts: None,
            max_counts: None,
            counts_tracks: None,
            outlier_filter: None,
            summits: None,
            chroms: None,
            exclusion_lists: Vec::new(),
        }
    }
}

impl LocusFilter {
    /// Selects the loci of a table.
    ///
    /// # Errors
    /// As [`LocusFilter::explain`], and [`Error::Argument`](crate::Error::Argument) with the account of what was dropped when no
    /// peak is left, or no negative of those that there are.
    pub fn select(&self, store: &Store, table: &LocusTable) -> Result<Selection> {
        self.select_over(&store.into(), table)
    }

    /// The same over a genome, for whose contigs the table was made.
    ///
    /// # Errors
    /// As [`LocusFilter::select`].
    pub fn select_over(&self, genome: &Genome, table: &LocusTable) -> Result<Selection> {
        self.apply(genome, table, &self.exclusions()?, select)
    }

    /// Tells of every locus of a table what becomes of it, whether or not any is left.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a parameter out of its range or a name that the store lacks;
    /// [`Error::Input`](crate::Error::Input) for a bad exclusion list; [`Error::Corrupt`](crate::Error::Corrupt) for a damaged
    /// store.
    pub fn explain(&self, store: &Store, table: &LocusTable) -> Result<Selection> {
        self.explain_over(&store.into(), table)
    }

    /// The same over a genome, for whose contigs the table was made.
    ///
    /// # Errors
    /// As [`LocusFilter::explain`].
    pub fn explain_over(&self, genome: &Genome, table: &LocusTable) -> Result<Selection> {
        self.apply(genome, table, &self.exclusions()?, explain)
    }

    /// The same with exclusion lists that have been read already.
    pub(crate) fn explain_with(&self, store: &Store, table: &LocusTable, exclusions: &[BedFile]) -> Result<Selection> {
        self.apply(&store.into(), table, exclusions, explain)
    }

    /// Whether outlying peaks are dropped.
    pub(crate) fn filters_outliers(&self) -> bool {
        self.outlier_filter.unwrap_or(self.order == Order::Cherimoya)
    }

    /// The signal groups.
    pub(crate) fn signal_groups<'a>(&self, store: &'a Store) -> Result<Vec<&'a GroupEntry>> {
        find_groups(store, "signals", Some(Role::Signal), self.signals.as_deref())
    }

    /// Reads the exclusion lists.
    pub(crate) fn exclusions(&self) -> Result<Vec<BedFile>> {
        self.exclusion_lists.iter().map(|path| read_bed(path)).collect()
    }

    fn apply(&self, genome: &Genome, table: &LocusTable, exclusion: &[BedFile], rules: Rules) -> Result<Selection> {
        self.check()?;
        let signals = genome.tracks(Role::Signal, self.signals.as_deref())?;
        let outliers = if self.filters_outliers() { signals.group_sums() } else { None };
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
            exclusion,
            counts_with_jitter: self.order == Order::Cherimoya,
            outliers: outliers.as_deref(),
        };
        let sums: Option<Box<dyn WindowSums>> =
            if compatible { signals.first_sums() } else { signals.sums(self.counts_tracks.as_deref())? };
        rules(table, genome.contigs(), &options, sums.as_deref())
    }

    /// Checks the sizes.
    pub(crate) fn check(&self) -> Result<()> {
        sizes::check("in_window", self.in_window, 1)?;
        sizes::check("out_window", self.out_window, 1)?;
        sizes::check("max_jitter", self.max_jitter, 0)
    }
}

type Rules = fn(&LocusTable, &crate::format::Contigs, &SelectOptions<'_>, Option<&dyn WindowSums>) -> Result<Selection>;
