//! Maps the ids of a genome's contigs to those of a store that has some of its columns.

use crate::Result;
use crate::format::Contigs;
use crate::loci::{GroupSums, WindowSums};
use std::sync::Arc;

/// The store's id for each contig of a genome; the same id where there is no map.
#[derive(Debug, Clone, Default)]
pub(in crate::feed) struct ContigMap(Option<Arc<[Option<u32>]>>);

impl ContigMap {
    /// Maps contigs by their names.
    pub(super) fn by_name(genome: &Contigs, store: &Contigs) -> ContigMap {
        ContigMap(Some(genome.iter().map(|(name, _)| store.id(name).map(|id| id as u32)).collect()))
    }

    /// Returns whether each contig has the same id in the store.
    #[inline]
    pub(in crate::feed) fn is_identity(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the store's id of a contig, if the store has it.
    #[inline]
    pub(in crate::feed) fn id(&self, contig: usize) -> Option<usize> {
        match &self.0 {
            None => Some(contig),
            Some(ids) => ids[contig].map(|id| id as usize),
        }
    }
}

/// Sums over windows of a genome, computed over a store's contigs. A contig that the store lacks
/// counts 0.
#[derive(Debug)]
pub(super) struct SumsByName<T> {
    pub(super) sums: T,
    pub(super) contigs: ContigMap,
}

impl<T: WindowSums> WindowSums for SumsByName<T> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        self.contigs.id(contig).map_or(Ok(0.0), |contig| self.sums.sum(contig, start, end))
    }
}

impl<T: GroupSums> GroupSums for SumsByName<T> {
    fn groups(&self) -> usize {
        self.sums.groups()
    }

    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32> {
        self.contigs.id(contig).map_or(Ok(0.0), |contig| self.sums.sum(group, contig, start, end))
    }
}
