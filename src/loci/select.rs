//! The selection: which loci of a table an example stream uses, and why the others are left out.

use std::collections::HashMap;

use super::counts::{CountsFilter, drop_outliers};
use super::filter::LocusFilter;
use super::ledger::Ledger;
use super::rules::{Place, Rules};
use super::table::{LocusTable, Role, Row};
use super::verdict::{Verdict, Verdicts};
use crate::format::Contigs;
use crate::ingest::bed::BedFile;
use crate::{Error, Result};

/// Sums of the signals over windows.
pub trait WindowSums: Sync {
    /// Returns the sum over `start .. end` of the contig, of all tracks that count. Positions
    /// outside the contig count 0.
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

/// A filter, and what it needs of a genome.
#[derive(Clone, Copy)]
pub struct SelectOptions<'a> {
    /// The filter. Its exclusion lists, aliases and tracks are not looked up: they are those below.
    pub filter: &'a LocusFilter,
    /// The regions to stay out of (see [`ExclusionMap`](super::ExclusionMap)).
    pub exclusion: &'a [BedFile],
    /// Whether examples have a signal. Without, there is no output window that must fit, and there
    /// are no counts.
    pub has_signals: bool,
    /// The sums that are compared with the bounds on counts.
    pub counts: Option<&'a dyn WindowSums>,
    /// The sums by which outlying peaks are dropped, after all other rules, where the filter drops
    /// them: those whose sum over the output window with its jitter, in any group, is above 1.2
    /// times the 0.99 quantile of that group's.
    pub outliers: Option<&'a dyn GroupSums>,
}

impl<'a> SelectOptions<'a> {
    /// Makes the options of examples without a signal, with no region to stay out of.
    #[must_use]
    pub fn new(filter: &'a LocusFilter) -> SelectOptions<'a> {
        SelectOptions { filter, exclusion: &[], has_signals: false, counts: None, outliers: None }
    }

    /// Returns the width of the output window, if there is one.
    pub(super) fn out_window(&self) -> Option<usize> {
        self.has_signals.then_some(self.filter.out_window)
    }
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
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The peaks: interleaved over their files as the table is, but counting in each file only rows
    /// on selected contigs.
    pub peaks: Vec<Locus>,
    /// The negatives, in the same order.
    pub negatives: Vec<Locus>,
    /// How many loci each rule left out.
    pub ledger: Ledger,
    /// What became of each row of the table, and what decided it.
    pub verdicts: Verdicts,
    /// What looks like a mistake and is no error, for users to read: names of contigs that the
    /// genome lacks, say. Parameters stand in backquotes.
    pub warnings: Vec<String>,
}

/// Selects loci by contig, by the room their windows have on the contig, by excluded regions and by
/// counts, in this order.
///
/// Sums are computed on all cores, or in the rayon pool that it is called in; the result does not
/// depend on it.
///
/// # Errors
/// As [`explain`], and [`Error::Argument`] with the account when no peak is left, or no negative of
/// those that the table has.
///
/// # Panics
/// As [`explain`].
pub fn select(table: &LocusTable, contigs: &Contigs, options: &SelectOptions<'_>) -> Result<Selection> {
    let selection = explain(table, contigs, options)?;
    selection.require_loci()?;
    Ok(selection)
}

/// Applies the rules of [`select`], and tells of every locus what became of it, whether or not any
/// is left.
///
/// # Errors
/// [`Error::Argument`] when an option is out of its range, a threshold is given without
/// `out_window` or `sums`, or a peak has no summit where summits are asked for. Errors of `sums`
/// are passed on.
///
/// # Panics
/// When the table has an id of a contig that `contigs` does not have: both must belong to the same
/// store.
pub fn explain(table: &LocusTable, contigs: &Contigs, options: &SelectOptions<'_>) -> Result<Selection> {
    options.filter.check()?;
    let counts = CountsFilter::new(options)?;
    let rules = Rules::new(table, contigs, options);
    let mut verdicts = Verdicts::with_capacity(table.len());
    let mut loci = Vec::with_capacity(table.len());
    // What each locus is sorted by, and whether the table's order is not that already.
    let mut interleaving = Interleaving::default();
    for (row, number) in table.rows().zip(0..) {
        if !rules.selects(&row) {
            verdicts.push(Verdict::Contig);
            interleaving.leave_out();
            continue;
        }
        let key = interleaving.key(&row);
        let centre = rules.centre(&row)?;
        match rules.judge(&row, centre) {
            Place::Free => {
                verdicts.push(Verdict::Kept);
                loci.push((key, Locus { contig: row.contig, centre, row: number }));
            }
            Place::Edge => verdicts.push(Verdict::Edge),
            Place::Excluded(region) => verdicts.push_excluded(region),
        }
    }
    if interleaving.differs {
        loci.sort_unstable_by_key(|(key, _)| *key);
    }
    let mut loci: Vec<Locus> = loci.into_iter().map(|(_, locus)| locus).collect();
    if let Some(counts) = counts {
        counts.apply(&mut loci, table.peaks(), &mut verdicts)?;
    }
    if let (true, Some(sums), Some(width)) = (options.filter.drops_outliers(), options.outliers, options.out_window()) {
        drop_outliers(sums, width, options.filter.max_jitter as i64, table.peaks(), &mut loci, &mut verdicts)?;
    }
    let ledger = Ledger::of(table, &verdicts);
    let negatives = loci.split_off(ledger.peaks.kept);
    Ok(Selection { peaks: loci, negatives, ledger, verdicts, warnings: Vec::new() })
}

impl Selection {
    /// Checks that something is left.
    fn require_loci(&self) -> Result<()> {
        let Ledger { peaks, negatives } = &self.ledger;
        if peaks.kept == 0 {
            return Err(Error::argument("peaks", format!("no peak is left; peaks: {peaks}")));
        }
        if negatives.kept == 0 && negatives.total > 0 {
            return Err(Error::argument("negatives", format!("no negative is left; negatives: {negatives}")));
        }
        Ok(())
    }
}

/// The order of loci: contigs are selected in each file before the files are interleaved.
#[derive(Default)]
struct Interleaving {
    /// Selected rows of each file so far.
    rows: HashMap<u32, u32>,
    left_out: bool,
    /// Whether the order may be another than the table's.
    differs: bool,
}

impl Interleaving {
    fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// Role, place among the selected rows of its file, file: a file's number grows in its role.
    fn key(&mut self, row: &Row) -> (bool, u32, u32) {
        let rows = self.rows.entry(row.file).or_default();
        let place = *rows;
        *rows += 1;
        self.differs |= self.left_out;
        (row.role == Role::Negative, place, row.file)
    }
}
