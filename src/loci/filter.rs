//! The options that decide which loci are used.

use crate::ingest::alias::Aliases;
use crate::sample::Order;
use crate::{Result, sizes};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Decides which loci are used: windows, bounds on counts, exclusion lists and contigs.
///
/// Windows are `w / 2` bases to the left of a locus's centre and `w / 2 + w % 2` to its right.
///
/// A locus index was made with a filter of its own. What a loader's filter leaves open is taken
/// from it ([`LocusFilter::select_index`]): exclusion lists, bounds on counts and what they count,
/// whether outliers are dropped, contigs and centres. Windows, order and signals are always those
/// of the loader's filter.
///
/// As JSON it is the member `selection` of `index.json` (`format-spec/FORMAT.md`, section 9.1).
/// That has neither `summits`, `chroms`, `exclusion_lists`, `alias` nor `allow_empty`, which an
/// index records elsewhere: they are not written, and have their defaults when read.
///
/// What becomes of every locus of an index:
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::published;
/// use atemoya::{LocusFilter, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let index = published::read(&store, None)?;
/// let filter = LocusFilter { min_counts: Some(10.0), ..LocusFilter::default() };
/// let selection = filter.explain_index(&store, &index)?;
/// println!("{}", selection.ledger);
/// for (i, row) in index.table.rows().enumerate() {
///     println!("line {} of file {}: {}", row.line, row.file, selection.verdicts.describe(i));
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocusFilter {
    /// The order of examples, which also says how counts are measured; [`Order::Native`] by
    /// default.
    pub order: Order,
    /// The names of the signal groups, in the order of their channels; `None`, the default, for
    /// all.
    pub signals: Option<Vec<String>>,
    /// The width of sequence and controls, in bases: 1 to 2^30, 2114 by default.
    pub in_window: usize,
    /// The width of the signal, in bases: 1 to 2^30, 1000 by default.
    pub out_window: usize,
    /// How far a peak's windows are shifted at most either way, in bases: up to 2^30, 50 by
    /// default. The windows of a peak must fit on its contig wherever they are shifted to;
    /// negatives are not shifted.
    pub max_jitter: usize,
    /// The least sum of signal over the unshifted output window; -infinity for no bound. `None`,
    /// the default, for that of the index.
    pub min_counts: Option<f64>,
    /// The greatest sum of signal over the unshifted output window; infinity for no bound. `None`,
    /// the default, for that of the index.
    pub max_counts: Option<f64>,
    /// The tracks that these sums are taken over: `NAME` (a group) or `NAME.i` (a channel of it).
    /// `None`, the default, for those of the index, or else for those that the order counts: all
    /// signals, or the first track in cherimoya's.
    pub counts_tracks: Option<Vec<String>>,
    /// Whether peaks with outlying counts are dropped: above 1.2 times the 0.99 quantile in any
    /// signal group. `None`, the default, for what was chosen for the index, or else what the order
    /// does; cherimoya's drops them.
    pub outlier_filter: Option<bool>,
    /// What peaks are centred on: `Some(true)` their summits, `Some(false)` their midpoints;
    /// `None`, the default, as indexed.
    #[serde(skip)]
    pub summits: Option<bool>,
    /// The contigs whose loci are used; `None`, the default, for all. Names that the genome lacks
    /// are a warning.
    #[serde(skip)]
    pub chroms: Option<Vec<String>>,
    /// BED files of regions to stay out of: a locus is dropped when its windows, jitter included,
    /// touch one of the chunks of 100 bases that a region touches. `None`, the default, for those
    /// of the index; a table that is no index's has none.
    #[serde(skip)]
    pub exclusion_lists: Option<Vec<PathBuf>>,
    /// The names of contigs in exclusion lists that mean contigs of the genome; none by default.
    #[serde(skip)]
    pub alias: Option<Aliases>,
    /// Whether `chroms` and exclusion lists may share no name with the genome, which is an error
    /// otherwise; false by default.
    #[serde(skip)]
    pub allow_empty: bool,
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
            exclusion_lists: None,
            alias: None,
            allow_empty: false,
        }
    }
}

impl LocusFilter {
    /// Returns whether outlying peaks are dropped, where no index has chosen.
    pub(crate) fn drops_outliers(&self) -> bool {
        self.outlier_filter.unwrap_or(self.order == Order::Cherimoya)
    }

    /// Returns whether counts are those that cherimoya takes: 32-bit sums of the first track,
    /// compared with bounds that are rounded to 32 bits.
    pub(crate) fn counts_as_cherimoya(&self) -> bool {
        self.order == Order::Cherimoya && self.counts_tracks.is_none()
    }

    /// Returns the least and the greatest counts. What bounds nothing is `None`, and needs no
    /// signals.
    pub(super) fn counts_bounds(&self) -> [Option<f64>; 2] {
        let rounded = |counts| if self.counts_as_cherimoya() { f64::from(counts as f32) } else { counts };
        [(self.min_counts, f64::NEG_INFINITY), (self.max_counts, f64::INFINITY)]
            .map(|(bound, none)| bound.filter(|&counts| counts != none).map(rounded))
    }

    /// Returns the further bases on either side of the output window in which a peak's counts are
    /// taken: cherimoya's order counts with the jitter.
    pub(super) fn counts_jitter(&self) -> i64 {
        if self.order == Order::Cherimoya { self.max_jitter as i64 } else { 0 }
    }

    /// Checks the sizes.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) when a window or the jitter is out of its range.
    pub(crate) fn check(&self) -> Result<()> {
        sizes::check("in_window", self.in_window, 1)?;
        sizes::check("out_window", self.out_window, 1)?;
        sizes::check("max_jitter", self.max_jitter, 0)
    }
}
