//! The ledger of a selection: how many loci each rule left out, in all, by file and by contig.

use super::table::{LocusTable, Role};
use super::verdict::{Reason, Verdicts};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

/// How many loci of one role each rule left out.
///
/// ```
/// use atemoya::loci::{Reason, RoleLedger};
///
/// let peaks = RoleLedger { total: 5, kept: 3, edge: 2, ..RoleLedger::default() };
/// assert_eq!(peaks.of(Reason::Edge), 2);
/// assert_eq!(peaks.to_string(), "3 of 5 kept (2 too near an end of the contig)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoleLedger {
    /// All loci of the table.
    pub total: usize,
    /// Loci on contigs that are not selected.
    pub contig: usize,
    /// Loci too near an end of their contig.
    pub edge: usize,
    /// Loci in excluded regions.
    pub excluded: usize,
    /// Loci with fewer counts than `min_counts`.
    pub under_counts: usize,
    /// Loci with more counts than `max_counts`.
    pub over_counts: usize,
    /// Peaks with outlying counts.
    pub outlier: usize,
    /// Loci that are kept.
    pub kept: usize,
}

impl RoleLedger {
    /// Returns the number of loci with this reason.
    pub fn of(&self, reason: Reason) -> usize {
        match reason {
            Reason::Kept => self.kept,
            Reason::Contig => self.contig,
            Reason::Edge => self.edge,
            Reason::Excluded => self.excluded,
            Reason::UnderCounts => self.under_counts,
            Reason::OverCounts => self.over_counts,
            Reason::Outlier => self.outlier,
        }
    }

    fn add(&mut self, reason: Reason) {
        self.total += 1;
        *match reason {
            Reason::Kept => &mut self.kept,
            Reason::Contig => &mut self.contig,
            Reason::Edge => &mut self.edge,
            Reason::Excluded => &mut self.excluded,
            Reason::UnderCounts => &mut self.under_counts,
            Reason::OverCounts => &mut self.over_counts,
            Reason::Outlier => &mut self.outlier,
        } += 1;
    }
}

impl AddAssign for RoleLedger {
    fn add_assign(&mut self, other: RoleLedger) {
        self.total += other.total;
        self.contig += other.contig;
        self.edge += other.edge;
        self.excluded += other.excluded;
        self.under_counts += other.under_counts;
        self.over_counts += other.over_counts;
        self.outlier += other.outlier;
        self.kept += other.kept;
    }
}

impl fmt::Display for RoleLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} kept", self.kept, self.total)?;
        let mut before = " (";
        for reason in &Reason::ALL[1..] {
            let count = self.of(*reason);
            if count > 0 {
                write!(f, "{before}{count} {}", reason.phrase())?;
                before = ", ";
            }
        }
        if before == ", " { f.write_str(")") } else { Ok(()) }
    }
}

/// The ledger of a selection, for each role: how many loci are kept, and how many each rule left
/// out. Every [`Loader`](crate::Loader::ledger) and [`Dataset`](crate::Dataset::ledger) has one. It
/// displays as one line: `peaks: 507 of 515 kept (8 ...); negatives: ...`.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::Reason;
/// use atemoya::{Ledger, PeakGenerator, Store};
///
/// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
/// let ledger: &Ledger = loader.ledger();
/// println!("{ledger}");
/// // peaks: 40 of 41 kept (1 too near an end of the contig); negatives: 10 of 10 kept
/// assert_eq!((ledger.peaks.total, ledger.peaks.kept), (41, 40));
/// assert_eq!(ledger.peaks.of(Reason::Edge), 1); // as `ledger.peaks.edge`
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The peaks.
    pub peaks: RoleLedger,
    /// The negatives.
    pub negatives: RoleLedger,
}

impl Ledger {
    /// Creates the ledger of a selection that keeps all loci.
    pub(crate) fn of_all(peaks: usize, negatives: usize) -> Ledger {
        let all = |loci: usize| RoleLedger { total: loci, kept: loci, ..RoleLedger::default() };
        Ledger { peaks: all(peaks), negatives: all(negatives) }
    }

    fn add(&mut self, role: Role, reason: Reason) {
        match role {
            Role::Peak => self.peaks.add(reason),
            Role::Negative => self.negatives.add(reason),
        }
    }

    /// Counts the verdicts on the loci of a table.
    pub(super) fn of(table: &LocusTable, verdicts: &Verdicts) -> Ledger {
        let mut ledger = Ledger::default();
        for (row, verdict) in verdicts.rows().iter().enumerate() {
            ledger.add(if row < table.peaks() { Role::Peak } else { Role::Negative }, verdict.reason());
        }
        ledger
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peaks: {}; negatives: {}", self.peaks, self.negatives)
    }
}

/// A [`Ledger`] for each input file and for each contig.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::{Breakdown, published};
/// use atemoya::{LocusFilter, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let index = published::read(&store, None)?;
/// let selection = LocusFilter::default().explain_index(&store, &index)?;
/// let breakdown = Breakdown::of(&index.table, &selection.verdicts);
/// assert_eq!(breakdown.files[&0].peaks.kept, 40); // the file of peaks
/// assert_eq!(breakdown.contigs[&0].peaks.edge, 1); // chrI
/// # Ok::<(), atemoya::Error>(())
/// ```
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breakdown {
    /// By the number of the file, from 0: files of peaks first, then files of negatives. Each file
    /// has loci of one role.
    pub files: BTreeMap<u32, Ledger>,
    /// By the id of the contig ([`LocusTable::contig_name`]).
    pub contigs: BTreeMap<u32, Ledger>,
}

impl Breakdown {
    /// Counts the verdicts on the loci of a table.
    ///
    /// # Panics
    /// When there are more verdicts than loci.
    pub fn of(table: &LocusTable, verdicts: &Verdicts) -> Breakdown {
        let mut breakdown = Breakdown::default();
        for (row, verdict) in verdicts.rows().iter().enumerate() {
            let row = table.row(row);
            breakdown.files.entry(row.file).or_default().add(row.role, verdict.reason());
            breakdown.contigs.entry(row.contig).or_default().add(row.role, verdict.reason());
        }
        breakdown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_what_was_left_out_and_nothing_else() {
        let mut ledger = Ledger::default();
        for reason in [Reason::Kept, Reason::Edge, Reason::Edge, Reason::OverCounts, Reason::Contig] {
            ledger.add(Role::Peak, reason);
        }
        ledger.add(Role::Negative, Reason::Kept);
        let peaks = "1 of 5 kept (1 on other contigs, 2 too near an end of the contig, 1 over max_counts)";
        assert_eq!(ledger.to_string(), format!("peaks: {peaks}; negatives: 1 of 1 kept"));
    }

    #[test]
    fn every_reason_is_counted_as_itself() {
        for reason in Reason::ALL {
            let mut ledger = RoleLedger::default();
            ledger.add(reason);
            assert!(Reason::ALL.iter().all(|&other| ledger.of(other) == usize::from(other == reason)));
            assert_eq!(ledger.total, 1);
        }
    }
}
