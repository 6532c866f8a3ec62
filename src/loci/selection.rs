//! The outcome of a selection: the loci that are kept, and what became of all.

use super::ledger::{Ledger, RoleLedger};
use super::verdict::{Reason, Verdicts};
use crate::{Error, Result};

/// A selected locus.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::Locus;
/// use atemoya::{PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let contig = store.contigs().find("chrI")? as u32;
/// let peak = Locus { contig, centre: 250, row: 0 };
/// let generator = PeakGenerator::new(&store).selected(vec![peak], Vec::new());
/// let generator = generator.in_window(41).max_jitter(0).negative_ratio(0.0);
/// let batch = generator.dataset()?.fetch(0, &[0])?;
/// assert_eq!(batch.sequence().unwrap().shape(), [1, 4, 41]); // bases 230..271
/// # Ok::<(), atemoya::Error>(())
/// ```
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
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::published;
/// use atemoya::{LocusFilter, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let selection = LocusFilter::default().explain_index(&store, &published::read(&store, None)?)?;
/// assert_eq!((selection.peaks.len(), selection.negatives.len()), (40, 10));
/// assert_eq!(selection.peaks[0].centre, 2100);
/// assert_eq!(selection.ledger.peaks.edge, 1);
/// # Ok::<(), atemoya::Error>(())
/// ```
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
    /// genome lacks, for example. Names of parameters are in backquotes.
    pub warnings: Vec<String>,
}

impl Selection {
    /// Checks that loci are left.
    ///
    /// # Errors
    /// [`Error::Argument`] when no peak is left, or when there are negatives and none of them is
    /// left.
    pub(super) fn require_loci(&self) -> Result<()> {
        let Ledger { peaks, negatives } = &self.ledger;
        if peaks.kept == 0 {
            return Err(Error::argument("peaks", format!("no peak is left; peaks: {peaks}{}", remedy(peaks))));
        }
        if negatives.kept == 0 && negatives.total > 0 {
            let message = format!("no negative is left; negatives: {negatives}{}", remedy(negatives));
            return Err(Error::argument("negatives", message));
        }
        Ok(())
    }
}

/// Returns advice about the rule that left out the most loci.
fn remedy(ledger: &RoleLedger) -> &'static str {
    let rules = Reason::ALL.into_iter().filter(|&reason| reason != Reason::Kept && ledger.of(reason) > 0);
    match rules.max_by_key(|&reason| ledger.of(reason)) {
        Some(Reason::Contig) => ": use other `chroms`",
        Some(Reason::Edge) => ": use a smaller `in_window`, `out_window` or `max_jitter`",
        Some(Reason::Excluded) => ": use other `exclusion_lists`",
        Some(Reason::UnderCounts) => ": use a smaller `min_counts`",
        Some(Reason::OverCounts) => ": use a larger `max_counts`",
        Some(Reason::Outlier | Reason::Kept) | None => "",
    }
}
