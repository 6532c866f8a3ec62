//! Regions to stay out of, in chunks of 100 bases.

use std::collections::HashMap;

use crate::format::Contigs;
use crate::ingest::bed::BedFile;

/// The granularity of exclusion, in bases.
const CHUNK: i64 = 100;

/// The chunks of 100 bases that excluded regions touch, per contig.
///
/// A window is excluded when it touches such a chunk, so a region reaches up to 99 bases further than it says on both
/// sides: 108..234 excludes every window that touches 100..300. Kept as sorted, disjoint runs of chunks, the map's size
/// follows the regions and not the contigs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExclusionMap {
    runs: HashMap<u32, Vec<ChunkRun>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ChunkRun {
    first: i64,
    last: i64,
}

impl ExclusionMap {
    /// Collects the regions of all files. Empty regions and regions on contigs that the store lacks are ignored.
    pub fn from_beds(beds: &[BedFile], contigs: &Contigs) -> ExclusionMap {
        let mut runs: HashMap<u32, Vec<ChunkRun>> = HashMap::new();
        for bed in beds {
            let ids: Vec<Option<usize>> = bed.contigs.iter().map(|name| contigs.id(name)).collect();
            for record in bed.records.iter().filter(|record| record.start < record.end) {
                if let Some(&Some(id)) = ids.get(record.contig as usize) {
                    runs.entry(id as u32).or_default().push(ChunkRun::of(record.start, record.end));
                }
            }
        }
        runs.values_mut().for_each(merge);
        ExclusionMap { runs }
    }

    /// Returns whether the window `start .. end`, at least one base long, touches an excluded chunk of the contig.
    pub fn excludes(&self, contig: u32, start: i64, end: i64) -> bool {
        let Some(runs) = self.runs.get(&contig) else { return false };
        let window = ChunkRun::of(start, end);
        let next = runs.partition_point(|run| run.last < window.first);
        runs.get(next).is_some_and(|run| run.first <= window.last)
    }
}

impl ChunkRun {
    /// The chunks that `start .. end` touches.
    fn of(start: i64, end: i64) -> ChunkRun {
        ChunkRun { first: start.div_euclid(CHUNK), last: (end - 1).div_euclid(CHUNK) }
    }
}

/// Sorts the runs and joins those that touch.
fn merge(runs: &mut Vec<ChunkRun>) {
    runs.sort_unstable();
    runs.dedup_by(|run, before| {
        let joined = run.first <= before.last + 1;
        if joined {
            before.last = before.last.max(run.last);
        }
        joined
    });
}
