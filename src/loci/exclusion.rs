//! Finds the excluded regions that windows touch, in chunks of 100 bases.

use super::verdict::Region;
use crate::format::Contigs;
use crate::ingest::bed::BedFile;
use std::collections::HashMap;

/// The granularity of exclusion, in bases.
pub(super) const CHUNK: i64 = 100;

/// The chunks of 100 bases that excluded regions touch, by contig.
///
/// A window that touches such a chunk is excluded. So a region extends up to 99 bases further on
/// both sides: 108..234 excludes every window that touches 100..300. The size of the map grows with
/// the regions, not with the contigs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExclusionMap {
    contigs: HashMap<u32, Vec<Entry>>,
}

/// A region. Entries are sorted by first chunk, file and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    chunks: Chunks,
    /// The last chunk of this region and of all before it.
    reach: i64,
    region: Region,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunks {
    first: i64,
    last: i64,
}

impl ExclusionMap {
    /// Creates the map of the regions of all files. Ignores empty regions, and regions on contigs
    /// that the store lacks.
    pub fn from_beds(beds: &[BedFile], contigs: &Contigs) -> ExclusionMap {
        let mut map: HashMap<u32, Vec<Entry>> = HashMap::new();
        for (file, bed) in (0..).zip(beds) {
            let ids: Vec<Option<usize>> = bed.contigs.iter().map(|name| contigs.id(name)).collect();
            for record in bed.records.iter().filter(|record| record.start < record.end) {
                if let Some(&Some(id)) = ids.get(record.contig as usize) {
                    let region = Region { file, line: record.line, start: record.start, end: record.end };
                    let chunks = Chunks::of(record.start, record.end);
                    map.entry(id as u32).or_default().push(Entry { chunks, reach: chunks.last, region });
                }
            }
        }
        for entries in map.values_mut() {
            entries.sort_by_key(|entry| (entry.chunks.first, entry.region.file, entry.region.line));
            let mut reach = i64::MIN;
            for entry in entries {
                reach = reach.max(entry.chunks.last);
                entry.reach = reach;
            }
        }
        ExclusionMap { contigs: map }
    }

    /// Returns the excluded regions of a contig, extended to whole chunks and merged, so that they
    /// neither overlap nor touch, in ascending order.
    pub(super) fn merged_regions(&self, contig: u32) -> Vec<(i64, i64)> {
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for Entry { chunks, .. } in self.contigs.get(&contig).into_iter().flatten() {
            let (start, end) = (chunks.first * CHUNK, (chunks.last + 1) * CHUNK);
            match merged.last_mut() {
                Some((_, reach)) if start <= *reach => *reach = end.max(*reach),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    /// Returns the first region, by first chunk, file and line, with a chunk that the window
    /// `start .. end` of a contig touches. The window must have at least one base.
    pub fn find(&self, contig: u32, start: i64, end: i64) -> Option<Region> {
        let entries = self.contigs.get(&contig)?;
        let window = Chunks::of(start, end);
        // `reach` ascends, so that the first entry whose `reach` is not before the window is also
        // the first that itself ends in or after the window's first chunk.
        let next = entries.partition_point(|entry| entry.reach < window.first);
        entries.get(next).filter(|entry| entry.chunks.first <= window.last).map(|entry| entry.region)
    }
}

impl Chunks {
    /// Returns the chunks that `start .. end` touches.
    fn of(start: i64, end: i64) -> Chunks {
        Chunks { first: start.div_euclid(CHUNK), last: (end - 1).div_euclid(CHUNK) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::bed::BedRecord;
    use proptest::prelude::*;

    fn regions() -> impl Strategy<Value = Vec<(i64, i64)>> {
        proptest::collection::vec((0i64..3000, prop_oneof![0i64..80, 0i64..900]), 0..12)
    }

    proptest! {
        /// Each list's regions in turn, each base of the window in turn.
        #[test]
        fn finds_the_first_region_that_touches(
            lists in proptest::collection::vec(regions(), 0..3),
            start in -200i64..3000,
            width in 1i64..700,
        ) {
            let contigs = Contigs::new([("a", 3000)]).unwrap();
            let bed = |list: &Vec<(i64, i64)>| {
                let record = |(line, &(start, width))| {
                    BedRecord { contig: 0, start, end: start + width, summit: None, line }
                };
                let records = (1..).zip(list).map(record).collect();
                BedFile { contigs: vec!["a".into()], records, ..BedFile::default() }
            };
            let beds: Vec<BedFile> = lists.iter().map(bed).collect();
            let mut touching = Vec::new();
            for (file, list) in (0..).zip(&lists) {
                for (line, &(from, wide)) in (1..).zip(list).filter(|(_, (_, wide))| *wide > 0) {
                    let chunks = from / 100..=(from + wide - 1) / 100;
                    if (start..start + width).any(|base| chunks.contains(&base.div_euclid(100))) {
                        touching.push((from / 100, Region { file, line, start: from, end: from + wide }));
                    }
                }
            }
            touching.sort_by_key(|(chunk, region)| (*chunk, region.file, region.line));
            let found = ExclusionMap::from_beds(&beds, &contigs).find(0, start, start + width);
            prop_assert_eq!(found, touching.first().map(|(_, region)| *region));
        }
    }
}
