//! The rules of the selection that need no signals: contigs, centres, the room that windows have,
//! and excluded regions.

use super::exclusion::ExclusionMap;
use super::select_options::SelectOptions;
use super::table::{LocusTable, Role, Row};
use super::verdict::Region;
use crate::format::Contigs;
use crate::{Error, Result};
use std::collections::HashSet;

/// How the windows of a locus lie on its contig.
pub(super) enum Fit {
    Free,
    Edge,
    Excluded(Region),
}

/// The rules that need no signals.
pub(super) struct Rules<'a> {
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
    pub(super) fn new(table: &LocusTable, contigs: &'a Contigs, options: &SelectOptions<'_>) -> Rules<'a> {
        let filter = options.filter;
        let widest = filter.in_window.max(options.out_window().unwrap_or(0));
        let (left, right) = reach(widest);
        let mut selected = vec![true; contigs.len()];
        for names in [table.chroms(), filter.chroms.as_deref()].into_iter().flatten() {
            let named: HashSet<usize> = names.iter().filter_map(|name| contigs.id(name)).collect();
            selected.iter_mut().enumerate().for_each(|(id, selected)| *selected &= named.contains(&id));
        }
        let exclusion = ExclusionMap::from_beds(options.exclusion, contigs);
        let max_jitter = filter.max_jitter as i64;
        Rules { contigs, selected, exclusion, summits: filter.summits, left, right, max_jitter }
    }

    /// Returns whether the locus is on a selected contig, which is one of the genome's.
    pub(super) fn selects(&self, row: &Row) -> bool {
        self.selected.get(row.contig as usize).is_some_and(|selected| *selected)
    }

    /// Returns the first rule that leaves out a locus on a selected contig.
    pub(super) fn judge(&self, row: &Row, centre: i64) -> Fit {
        // Negatives are never shifted.
        let jitter = if row.role == Role::Peak { self.max_jitter } else { 0 };
        let (left, right) = (self.left + jitter, self.right + jitter);
        let length = self.contigs.length(row.contig as usize) as i64;
        if centre < left || centre > length - right {
            return Fit::Edge;
        }
        self.exclusion.find(row.contig, centre - left, centre + right).map_or(Fit::Free, Fit::Excluded)
    }

    /// Returns the base that the windows are centred on.
    ///
    /// # Errors
    /// [`Error::Argument`] when summits are asked for and the peak has none inside it.
    pub(super) fn centre(&self, row: &Row) -> Result<i64> {
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

/// Returns how far a window reaches to the left and to the right of its centre, in bases.
pub(super) fn reach(width: usize) -> (i64, i64) {
    ((width / 2) as i64, (width / 2 + width % 2) as i64)
}
