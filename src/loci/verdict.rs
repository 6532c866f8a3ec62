//! Verdicts: whether each locus of a table is kept and, if not, what left it out.

use crate::{Error, Result};
use std::collections::HashMap;

/// Whether a locus is kept or, if not, the first rule that left it out, in the order in which the
/// rules are applied.
///
/// ```
/// use atemoya::loci::Reason;
///
/// assert_eq!(Reason::Edge.name(), "edge");
/// assert_eq!(Reason::Edge.phrase(), "too near an end of the contig");
/// assert_eq!(Reason::ALL[0], Reason::Kept);
/// ```
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

impl Reason {
    /// All reasons, in the order in which the rules are applied.
    pub const ALL: [Reason; 7] = [
        Reason::Kept,
        Reason::Contig,
        Reason::Edge,
        Reason::Excluded,
        Reason::UnderCounts,
        Reason::OverCounts,
        Reason::Outlier,
    ];

    /// Returns the name in a locus index: `kept`, `contig`, `edge`, `excluded`, `under_counts`,
    /// `over_counts`, `outlier`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Kept => "kept",
            Reason::Contig => "contig",
            Reason::Edge => "edge",
            Reason::Excluded => "excluded",
            Reason::UnderCounts => "under_counts",
            Reason::OverCounts => "over_counts",
            Reason::Outlier => "outlier",
        }
    }

    /// Returns the reason in words, to follow "it is" or "they are".
    pub fn phrase(self) -> &'static str {
        match self {
            Reason::Kept => "kept",
            Reason::Contig => "on other contigs",
            Reason::Edge => "too near an end of the contig",
            Reason::Excluded => "in excluded regions",
            Reason::UnderCounts => "under min_counts",
            Reason::OverCounts => "over max_counts",
            Reason::Outlier => "with outlying counts",
        }
    }
}

/// A [`Reason`] with the details of the decision.
///
/// ```
/// use atemoya::loci::{Reason, Verdict};
///
/// let verdict = Verdict::UnderCounts { counts: 28.0 };
/// assert_eq!(verdict.reason(), Reason::UnderCounts);
/// if let Verdict::UnderCounts { counts } = verdict {
///     assert_eq!(counts, 28.0);
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It was kept.
    Kept,
    /// Its contig is not selected.
    Contig,
    /// It is too near an end of its contig.
    Edge,
    /// It is in an excluded region.
    Excluded {
        /// The index in [`Verdicts::regions`] of the first region on the contig that the window of
        /// the locus touches.
        region: u32,
    },
    /// It has fewer counts than `min_counts`.
    UnderCounts {
        /// How many it has.
        counts: f64,
    },
    /// It has more counts than `max_counts`.
    OverCounts {
        /// How many it has.
        counts: f64,
    },
    /// It is an outlier.
    Outlier {
        /// In which group first, in the order of the groups of the selection.
        group: u32,
        /// Its counts there.
        counts: f32,
        /// What they are above.
        threshold: f32,
    },
}

impl Verdict {
    /// Returns the verdict without details.
    pub fn reason(self) -> Reason {
        match self {
            Verdict::Kept => Reason::Kept,
            Verdict::Contig => Reason::Contig,
            Verdict::Edge => Reason::Edge,
            Verdict::Excluded { .. } => Reason::Excluded,
            Verdict::UnderCounts { .. } => Reason::UnderCounts,
            Verdict::OverCounts { .. } => Reason::OverCounts,
            Verdict::Outlier { .. } => Reason::Outlier,
        }
    }
}

/// An excluded region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    /// The number of the exclusion list, from 0.
    pub file: u32,
    /// The 1-based line in it.
    pub line: u64,
    /// First base, 0-based.
    pub start: i64,
    /// One past the last base.
    pub end: i64,
}

/// The verdicts on all loci of a table, 16 bytes each.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::loci::{Verdict, published};
/// use atemoya::{LocusFilter, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let index = published::read(&store, None)?;
/// let verdicts = LocusFilter::default().explain_index(&store, &index)?.verdicts;
/// assert_eq!(verdicts.rows()[40], Verdict::Edge); // the peak at the contig's end
/// assert_eq!(verdicts.describe(40), "too near an end of the contig");
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdicts {
    rows: Vec<Verdict>,
    regions: Vec<Region>,
    /// The indices of the regions.
    places: HashMap<Region, u32>,
}

impl Verdicts {
    pub(super) fn with_capacity(rows: usize) -> Verdicts {
        Verdicts { rows: Vec::with_capacity(rows), ..Verdicts::default() }
    }

    /// Creates the verdicts of the rows of a table, for an index of the caller's own.
    ///
    /// # Errors
    /// [`Error::Argument`] when a verdict has a region that does not exist.
    #[doc(hidden)]
    pub fn new(rows: Vec<Verdict>, regions: &[Region]) -> Result<Verdicts> {
        let mut verdicts = Verdicts::with_capacity(rows.len());
        for verdict in rows {
            match verdict {
                Verdict::Excluded { region } => match regions.get(region as usize) {
                    Some(region) => verdicts.push_excluded(*region),
                    None => {
                        return Err(Error::argument(
                            "regions",
                            format!("a verdict names region {region} of {}", regions.len()),
                        ));
                    }
                },
                verdict => verdicts.push(verdict),
            }
        }
        Ok(verdicts)
    }

    /// Returns the verdict on each row of the table.
    pub fn rows(&self) -> &[Verdict] {
        &self.rows
    }

    /// Returns the regions that left out loci, in the order of the first locus of each.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Describes the verdict on a row for users: `kept`,
    /// `in the excluded region 451000..474000 (line 24 of list 0)`, `28 counts, under min_counts`.
    /// Lists and groups are numbered from 0.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn describe(&self, row: usize) -> String {
        let verdict = self.rows[row];
        match verdict {
            Verdict::Excluded { region } => match self.regions.get(region as usize) {
                Some(Region { file, line, start, end }) => {
                    format!("in the excluded region {start}..{end} (line {line} of list {file})")
                }
                None => verdict.reason().phrase().to_owned(),
            },
            Verdict::UnderCounts { counts } | Verdict::OverCounts { counts } => {
                format!("{counts} counts, {}", verdict.reason().phrase())
            }
            Verdict::Outlier { group, counts, threshold } => {
                format!("{counts} counts in group {group}, above {threshold}")
            }
            Verdict::Kept | Verdict::Contig | Verdict::Edge => verdict.reason().phrase().to_owned(),
        }
    }

    /// Appends the verdict on the next row.
    pub(super) fn push(&mut self, verdict: Verdict) {
        self.rows.push(verdict);
    }

    /// Appends the verdict that the next row touches a region.
    pub(super) fn push_excluded(&mut self, region: Region) {
        let place = *self.places.entry(region).or_insert_with(|| {
            self.regions.push(region);
            // There are fewer than 2^32 rows, and no more regions than these.
            (self.regions.len() - 1) as u32
        });
        self.rows.push(Verdict::Excluded { region: place });
    }

    /// Sets the verdict on a row.
    pub(super) fn set(&mut self, row: u32, verdict: Verdict) {
        self.rows[row as usize] = verdict;
    }

    /// Returns whether no rule has left out a row so far.
    pub(super) fn keeps(&self, row: u32) -> bool {
        self.rows[row as usize] == Verdict::Kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_two_words() {
        assert_eq!((size_of::<Reason>(), size_of::<Verdict>()), (1, 16));
    }

    #[test]
    fn a_region_is_kept_once() {
        let region = |line| Region { file: 1, line, start: 5, end: 9 };
        let mut verdicts = Verdicts::default();
        [7, 3, 7].into_iter().for_each(|line| verdicts.push_excluded(region(line)));
        assert_eq!(verdicts.regions(), [region(7), region(3)]);
        assert_eq!(verdicts.describe(1), "in the excluded region 5..9 (line 3 of list 1)");
        assert_eq!(verdicts.rows(), [0, 1, 0].map(|region| Verdict::Excluded { region }));
    }

    #[test]
    fn reasons_have_names_of_their_own() {
        let names: std::collections::HashSet<_> = Reason::ALL.map(Reason::name).into();
        assert_eq!(names.len(), Reason::ALL.len());
    }
}
