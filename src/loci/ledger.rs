//! The account of a selection: why each locus was kept or left out.

use std::fmt;

use super::table::Role;

/// What became of a locus: the first rule that left it out, in the order in which the rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// It was kept.
    Kept,
    /// Its contig is not one of those selected.
    Contig,
    /// Its window would reach past an end of the contig.
    Edge,
    /// Its window touches an excluded chunk.
    Excluded,
    /// It has fewer counts than `min_counts`.
    UnderCounts,
    /// It has more counts than `max_counts`.
    OverCounts,
    /// It is a peak with outlying counts in some signal group.
    Outlier,
}

/// How many loci of one role each rule left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoleLedger {
    /// Loci of the table.
    pub total: usize,
    /// Those on contigs that are not selected.
    pub contig: usize,
    /// Those too near an end of their contig.
    pub edge: usize,
    /// Those in excluded regions.
    pub excluded: usize,
    /// Those with too few counts.
    pub under_counts: usize,
    /// Those with too many counts.
    pub over_counts: usize,
    /// Those with outlying counts.
    pub outlier: usize,
    /// Those left.
    pub kept: usize,
}

impl RoleLedger {
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

impl fmt::Display for RoleLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} kept", self.kept, self.total)?;
        let mut before = " (";
        for (count, why) in [
            (self.contig, "on other contigs"),
            (self.edge, "too near an end of the contig"),
            (self.excluded, "in excluded regions"),
            (self.under_counts, "under min_counts"),
            (self.over_counts, "over max_counts"),
            (self.outlier, "with outlying counts"),
        ] {
            if count > 0 {
                write!(f, "{before}{count} {why}")?;
                before = ", ";
            }
        }
        if before == ", " { f.write_str(")") } else { Ok(()) }
    }
}

/// The account of a selection, for each role. Its display is one line, `peaks: 507 of 515 kept (8 ...); negatives: ...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The peaks.
    pub peaks: RoleLedger,
    /// The negatives.
    pub negatives: RoleLedger,
}

impl Ledger {
    pub(super) fn add(&mut self, role: Role, reason: Reason) {
        match role {
            Role::Peak => self.peaks.add(reason),
            Role::Negative => self.negatives.add(reason),
        }
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peaks: {}; negatives: {}", self.peaks, self.negatives)
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
    fn a_reason_is_one_byte() {
        assert_eq!(size_of::<Reason>(), 1);
    }
}
