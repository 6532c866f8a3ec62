//! Where a loader's loci come from, and the selection from them.

use super::dataset::SelectionReport;
use super::genome::Genome;
use crate::loci::{Ledger, Locus, LocusFilter, LocusTable, Selection, published, warnings};
use crate::{Error, Result};
use std::sync::Arc;

/// Where a loader's loci come from.
#[derive(Debug, Clone)]
pub(super) enum LocusSource {
    /// An index of the store that gives the genome its contigs: that of a name, or the only one.
    Index(Option<String>),
    /// A table of loci that is no index's, from which is selected.
    Table(Arc<LocusTable>),
    /// Peaks and negatives that were selected before, and are used as they are.
    Selected(Arc<[Vec<Locus>; 2]>),
}

impl Default for LocusSource {
    fn default() -> Self {
        LocusSource::Index(None)
    }
}

impl LocusSource {
    /// Returns the peaks and negatives to be used, with their ledger and warnings.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no such index, when no locus is left, or when selected
    /// loci are on contigs that the genome lacks; and as [`LocusFilter::explain`].
    pub(super) fn select(&self, genome: &Genome, filter: &LocusFilter) -> Result<([Vec<Locus>; 2], SelectionReport)> {
        let selection = match self {
            LocusSource::Index(name) => {
                let none = || {
                    let message = "there is no index of contigs that are arrays: give loci as a table";
                    Error::argument("loci", message)
                };
                let store = genome.indexed_store().ok_or_else(none)?;
                filter.select_index_over(genome, &published::read(store, name.as_deref())?)?
            }
            LocusSource::Table(table) => {
                let mut selection = filter.select_over(genome, table)?;
                if filter.summits.is_none() {
                    selection.warnings.extend(warnings::forgotten_summits(table));
                }
                selection.warnings.extend(warnings::swapped_formats(table));
                selection
            }
            LocusSource::Selected(loci) => {
                filter.check()?;
                let ledger = Ledger::of_all(loci[0].len(), loci[1].len());
                return Ok((checked(loci, genome)?.clone(), SelectionReport { ledger, warnings: Vec::new() }));
            }
        };
        let Selection { peaks, negatives, ledger, warnings, .. } = selection;
        Ok(([peaks, negatives], SelectionReport { ledger, warnings }))
    }
}

/// Checks that loci are on contigs of the genome, and that there are peaks.
fn checked<'a>(loci: &'a [Vec<Locus>; 2], genome: &Genome) -> Result<&'a [Vec<Locus>; 2]> {
    if loci[0].is_empty() {
        return Err(Error::argument("selected", "there is no peak: pass at least one peak"));
    }
    let contigs = genome.contigs().len();
    match loci.iter().flatten().find(|locus| locus.contig as usize >= contigs) {
        Some(locus) => {
            let message = format!("there is a locus on contig {}, of {contigs} counted from 0", locus.contig);
            Err(Error::argument("selected", message))
        }
        None => Ok(loci),
    }
}
