//! The selection: which loci of a table an example stream uses, and why the others are left out.

use rayon::prelude::*;

use super::exclusion::ExclusionMap;
use super::ledger::{Ledger, Reason};
use super::quantile::outlier_threshold;
use super::table::{LocusTable, Role, Row};
use crate::format::Contigs;
use crate::ingest::bed::BedFile;
use crate::{Error, Result};

/// How many windows are summed before their results are looked at.
const SUMS_AT_ONCE: usize = 1 << 16;

/// Sums of the signals over windows.
pub trait WindowSums: Sync {
    /// Returns the sum over `start .. end` of the contig, of all tracks that count. Positions outside the contig count 0.
    ///
    /// # Errors
    /// Whatever went wrong in reading the signals.
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64>;
}

/// Sums of each signal group over windows, for the outlier filter.
pub trait GroupSums: Sync {
    /// How many groups there are.
    fn groups(&self) -> usize;

    /// Returns the sum of a group over all its channels and `start .. end` of the contig, in f32.
    ///
    /// # Errors
    /// Whatever went wrong in reading the signals.
    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32>;
}

/// Which loci are used.
///
/// Windows are `w / 2` bases to the left of the centre and `w / 2 + w % 2` to its right.
#[derive(Clone, Copy, Default)]
pub struct SelectOptions<'a> {
    /// The width of the sequence and control window, in bases, at least 1.
    pub in_window: u32,
    /// The width of the signal window, in bases, at least 1. `None` for a stream without signals.
    pub out_window: Option<u32>,
    /// How far a peak's windows may be shifted either way, in bases. They must fit wherever they are shifted to.
    pub max_jitter: u32,
    /// The contigs whose loci are used, `None` for all. Names that the store lacks are allowed.
    pub chroms: Option<&'a [String]>,
    /// What peaks are centred on: `None` as indexed, `Some(true)` their summits, `Some(false)` their midpoints.
    pub summits: Option<bool>,
    /// The least counts of a locus in its unshifted signal window.
    pub min_counts: Option<f64>,
    /// The most counts of a locus in its unshifted signal window.
    pub max_counts: Option<f64>,
    /// Regions to stay out of with all bases a window could reach (see [`ExclusionMap`]).
    pub exclusion: &'a [BedFile],
    /// Whether the window in which a peak's counts are compared with the thresholds includes its jitter, as in cherimoya.
    pub counts_with_jitter: bool,
    /// The sums by which outlying peaks are dropped after all other rules, `None` to keep them: those whose sum over the
    /// signal window with its jitter, in any group, is above 1.2 times the 0.99 quantile of that group's.
    pub outliers: Option<&'a dyn GroupSums>,
}

/// A selected locus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locus {
    /// The store's id of the contig.
    pub contig: u32,
    /// The base that windows are centred on.
    pub centre: i64,
    /// The row of the table.
    pub row: u32,
}

/// The loci that an example stream uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The peaks, in the table's order.
    pub peaks: Vec<Locus>,
    /// The negatives, in the table's order.
    pub negatives: Vec<Locus>,
    /// How many loci each rule left out.
    pub ledger: Ledger,
    /// What became of each row of the table.
    pub reasons: Vec<Reason>,
}

/// Selects loci by contig, by the room their windows have on the contig, by excluded regions and by counts, in this order.
///
/// Sums are computed on the current rayon pool; the result does not depend on it.
///
/// # Errors
/// [`Error::Argument`] when an option is out of its range, a threshold is given without `out_window` or `sums`, a peak has
/// no summit where summits are asked for, or no peak is left, or no negative of those that the table has. Errors of
/// `sums` are passed on.
///
/// # Panics
/// When the table has an id of a contig that `contigs` does not have: both must belong to the same store.
pub fn select(
    table: &LocusTable,
    contigs: &Contigs,
    options: &SelectOptions<'_>,
    sums: Option<&dyn WindowSums>,
) -> Result<Selection> {
    let counts = CountsFilter::new(options, sums)?;
    let rules = Rules::new(contigs, options)?;
    let mut reasons = Vec::with_capacity(table.len());
    let mut loci = Vec::with_capacity(table.len());
    for (row, locus) in table.rows().zip(0..) {
        let (centre, reason) = rules.judge(&row)?;
        reasons.push(reason);
        if reason == Reason::Kept {
            loci.push(Locus { contig: row.contig, centre, row: locus });
        }
    }
    if let Some(counts) = counts {
        counts.apply(&mut loci, table.peaks(), &mut reasons)?;
    }
    if let (Some(sums), Some(width)) = (options.outliers, options.out_window) {
        drop_outliers(sums, width, i64::from(options.max_jitter), table.peaks(), &mut loci, &mut reasons)?;
    }

    let mut ledger = Ledger::default();
    for (row, &reason) in reasons.iter().enumerate() {
        ledger.add(if row < table.peaks() { Role::Peak } else { Role::Negative }, reason);
    }
    if ledger.peaks.kept == 0 {
        return Err(Error::argument("peaks", format!("no peak is left; peaks: {}", ledger.peaks)));
    }
    if ledger.negatives.kept == 0 && ledger.negatives.total > 0 {
        return Err(Error::argument("negatives", format!("no negative is left; negatives: {}", ledger.negatives)));
    }
    let negatives = loci.split_off(ledger.peaks.kept);
    Ok(Selection { peaks: loci, negatives, ledger, reasons })
}

/// The rules that need no signals.
struct Rules<'a> {
    contigs: &'a Contigs,
    /// For each contig, whether it is selected.
    selected: Vec<bool>,
    exclusion: ExclusionMap,
    summits: Option<bool>,
    /// How far the wider window reaches to the left and to the right of the centre.
    left: i64,
    right: i64,
    max_jitter: i64,
}

impl<'a> Rules<'a> {
    fn new(contigs: &'a Contigs, options: &SelectOptions<'_>) -> Result<Rules<'a>> {
        for (name, window) in [("in_window", Some(options.in_window)), ("out_window", options.out_window)] {
            if window == Some(0) {
                return Err(Error::argument(name, "a window must be at least one base wide"));
            }
        }
        let widest = options.in_window.max(options.out_window.unwrap_or(0));
        let (left, right) = reach(widest);
        let selected = match options.chroms {
            None => vec![true; contigs.len()],
            Some(names) => {
                let mut selected = vec![false; contigs.len()];
                names.iter().filter_map(|name| contigs.id(name)).for_each(|id| selected[id] = true);
                selected
            }
        };
        let exclusion = ExclusionMap::from_beds(options.exclusion, contigs);
        let max_jitter = i64::from(options.max_jitter);
        Ok(Rules { contigs, selected, exclusion, summits: options.summits, left, right, max_jitter })
    }

    /// The centre of a locus, and the first rule that leaves it out.
    fn judge(&self, row: &Row) -> Result<(i64, Reason)> {
        if !self.selected[row.contig as usize] {
            return Ok((row.centre, Reason::Contig));
        }
        let centre = self.centre(row)?;
        // Negatives are never shifted.
        let jitter = if row.role == Role::Peak { self.max_jitter } else { 0 };
        let (left, right) = (self.left + jitter, self.right + jitter);
        let length = self.contigs.length(row.contig as usize) as i64;
        let reason = if centre < left || centre > length - right {
            Reason::Edge
        } else if self.exclusion.excludes(row.contig, centre - left, centre + right) {
            Reason::Excluded
        } else {
            Reason::Kept
        };
        Ok((centre, reason))
    }

    fn centre(&self, row: &Row) -> Result<i64> {
        match self.summits {
            Some(true) if row.role == Role::Peak => row.summit_position().ok_or_else(|| {
                let place = format!("line {} of input file {}", row.line, row.file);
                Error::argument("summits", format!("the peak at {place} of the index has no summit inside it"))
            }),
            Some(_) => Ok(row.midpoint()),
            None => Ok(row.centre),
        }
    }
}

/// The filter by counts.
struct CountsFilter<'a> {
    sums: &'a dyn WindowSums,
    left: i64,
    right: i64,
    /// Further bases on either side of a peak's window.
    jitter: i64,
    min: Option<f64>,
    max: Option<f64>,
}

impl<'a> CountsFilter<'a> {
    /// The filter, if there is a threshold.
    fn new(options: &SelectOptions<'_>, sums: Option<&'a dyn WindowSums>) -> Result<Option<CountsFilter<'a>>> {
        let (min, max) = (options.min_counts, options.max_counts);
        let name = if min.is_some() { "min_counts" } else { "max_counts" };
        for (name, threshold) in [("min_counts", min), ("max_counts", max)] {
            if threshold.is_some_and(f64::is_nan) {
                return Err(Error::argument(name, "NaN is no threshold"));
            }
        }
        match (min.or(max), sums, options.out_window) {
            (None, ..) => Ok(None),
            (Some(_), Some(sums), Some(width)) => {
                let (left, right) = reach(width);
                let jitter = if options.counts_with_jitter { i64::from(options.max_jitter) } else { 0 };
                Ok(Some(CountsFilter { sums, left, right, jitter, min, max }))
            }
            (Some(_), ..) => Err(Error::argument(name, "there are no signals to count")),
        }
    }

    /// Drops loci and notes why.
    fn apply(&self, loci: &mut Vec<Locus>, peaks: usize, reasons: &mut [Reason]) -> Result<()> {
        for some in loci.chunks(SUMS_AT_ONCE) {
            // Looking at the results in order makes the first error the same on any number of threads.
            let judged: Vec<Result<Reason>> = some.par_iter().map(|locus| self.judge(locus, peaks)).collect();
            for (locus, reason) in some.iter().zip(judged) {
                reasons[locus.row as usize] = reason?;
            }
        }
        loci.retain(|locus| reasons[locus.row as usize] == Reason::Kept);
        Ok(())
    }

    fn judge(&self, locus: &Locus, peaks: usize) -> Result<Reason> {
        let jitter = if (locus.row as usize) < peaks { self.jitter } else { 0 };
        let (start, end) = (locus.centre - self.left - jitter, locus.centre + self.right + jitter);
        let sum = self.sums.sum(locus.contig as usize, start, end)?;
        Ok(if self.min.is_some_and(|min| sum < min) {
            Reason::UnderCounts
        } else if self.max.is_some_and(|max| sum > max) {
            Reason::OverCounts
        } else {
            Reason::Kept
        })
    }
}

/// Drops peaks that are outliers in any group. Every group's threshold is that of the same peaks.
fn drop_outliers(
    sums: &dyn GroupSums,
    width: u32,
    jitter: i64,
    peaks: usize,
    loci: &mut Vec<Locus>,
    reasons: &mut [Reason],
) -> Result<()> {
    let (left, right) = reach(width);
    let kept = loci.partition_point(|locus| (locus.row as usize) < peaks);
    for group in 0..sums.groups() {
        let sum = |locus: &Locus| {
            let (start, end) = (locus.centre - left - jitter, locus.centre + right + jitter);
            sums.sum(group, locus.contig as usize, start, end)
        };
        // The first error in order is the same on any number of threads.
        let counts: Vec<Result<f32>> = loci[..kept].par_iter().map(sum).collect();
        let counts = counts.into_iter().collect::<Result<Vec<f32>>>()?;
        let threshold = outlier_threshold(&mut counts.clone());
        for (locus, count) in loci.iter().zip(counts) {
            if count > threshold {
                reasons[locus.row as usize] = Reason::Outlier;
            }
        }
    }
    loci.retain(|locus| reasons[locus.row as usize] == Reason::Kept);
    Ok(())
}

/// How far a window reaches to the left and to the right of its centre, in bases.
fn reach(width: u32) -> (i64, i64) {
    (i64::from(width / 2), i64::from(width / 2 + width % 2))
}
