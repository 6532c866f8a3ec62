//! The selection: which loci of a table are used, and why the others are left out.

use super::counts::CountsFilter;
use super::ledger::Ledger;
use super::outliers::drop_outliers;
use super::rules::{Fit, Rules};
use super::select_options::SelectOptions;
use super::selection::{Locus, Selection};
use super::table::{LocusTable, Role, Row};
use super::verdict::{Verdict, Verdicts};
use crate::Result;
use crate::format::Contigs;
use std::collections::HashMap;

/// Selects loci by contig, by the room their windows have on the contig, by excluded regions and by
/// counts, in this order.
///
/// Sums are computed on all cores, or in the rayon pool of the caller. The number of threads does
/// not change the result.
///
/// # Errors
/// As [`explain`]. [`Error::Argument`](crate::Error::Argument) with the ledger when no peak is
/// left, or when the table has negatives and none of them is left.
///
/// # Panics
/// As [`explain`].
pub fn select(table: &LocusTable, contigs: &Contigs, options: &SelectOptions<'_>) -> Result<Selection> {
    let selection = explain(table, contigs, options)?;
    selection.require_loci()?;
    Ok(selection)
}

/// Applies the rules of [`select`], and returns what became of every locus, also when none is left.
///
/// # Errors
/// [`Error::Argument`](crate::Error::Argument) when a size is out of its range, there is a bound on
/// counts and no signal, or a peak has no summit where summits are asked for. Errors of the sums
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
            Fit::Free => {
                verdicts.push(Verdict::Kept);
                loci.push((key, Locus { contig: row.contig, centre, row: number }));
            }
            Fit::Edge => verdicts.push(Verdict::Edge),
            Fit::Excluded(region) => verdicts.push_excluded(region),
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

/// The order of the kept loci: contigs are selected in each file before the files are interleaved.
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

    /// Returns what a row is sorted by: its role, its position among the selected rows of its file,
    /// and its file.
    fn key(&mut self, row: &Row) -> (bool, u32, u32) {
        let rows = self.rows.entry(row.file).or_default();
        let position = *rows;
        *rows += 1;
        self.differs |= self.left_out;
        (row.role == Role::Negative, position, row.file)
    }
}
