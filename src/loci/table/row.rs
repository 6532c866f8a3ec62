//! One locus of a table.

/// What a locus is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A peak, label 1.
    Peak,
    /// A negative, label 0.
    Negative,
}

impl Role {
    /// Returns the role's name in a locus index: `peak` or `negative`.
    pub fn name(self) -> &'static str {
        match self {
            Role::Peak => "peak",
            Role::Negative => "negative",
        }
    }
}

/// One row of a [`LocusTable`](super::LocusTable).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Peak or negative.
    pub role: Role,
    /// Which input file: the peak files are numbered first, then the negative files.
    pub file: u32,
    /// The 1-based line in that file.
    pub line: u64,
    /// The store's id of the contig; from the number of the store's contigs on, one that the store
    /// lacks ([`LocusTable::contig_name`](super::LocusTable::contig_name)).
    pub contig: u32,
    /// First base as in the file. Neither end need lie inside the contig.
    pub start: i64,
    /// One past the last base as in the file.
    pub end: i64,
    /// The summit, in bases from `start`, as in the file.
    pub summit: Option<i64>,
    /// The base that windows are centred on.
    pub centre: i64,
}

impl Row {
    /// Returns `start + (end - start) / 2`, rounded down.
    pub fn midpoint(&self) -> i64 {
        // The sum of two i64 always fits an i128, and its half lies between them.
        (i128::from(self.start) + i128::from(self.end)).div_euclid(2) as i64
    }

    /// Returns `start + summit` when there is a summit and it lies in `start ..= end`.
    pub fn summit_position(&self) -> Option<i64> {
        let position = self.start.checked_add(self.summit.filter(|&s| s >= 0)?)?;
        (position <= self.end).then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: i64, end: i64, summit: Option<i64>) -> Row {
        Row { role: Role::Peak, file: 0, line: 1, contig: 0, start, end, summit, centre: 0 }
    }

    #[test]
    fn midpoints_are_rounded_down_at_any_size() {
        for (start, end, midpoint) in
            [(10, 10, 10), (10, 11, 10), (10, 12, 11), (5, 2, 3), (-3, 0, -2), (i64::MAX, i64::MAX, i64::MAX)]
        {
            assert_eq!(row(start, end, None).midpoint(), midpoint);
        }
        assert_eq!(row(i64::MIN, i64::MAX, None).midpoint(), -1);
    }

    #[test]
    fn a_summit_lies_in_its_locus_or_at_its_end() {
        for (summit, position) in [(Some(0), Some(10)), (Some(5), Some(15)), (Some(6), None), (Some(-1), None)] {
            assert_eq!(row(10, 15, summit).summit_position(), position);
        }
        assert_eq!(row(10, 15, None).summit_position(), None);
        assert_eq!(row(i64::MAX, i64::MAX, Some(1)).summit_position(), None);
    }
}
