//! Regions to stay out of, in chunks of 100 bases.

use super::verdict::Region;
use crate::format::Contigs;
use crate::ingest::bed::BedFile;
use std::collections::HashMap;

/// The granularity of exclusion, in bases.
pub(super) const CHUNK: i64 = 100;

/// The chunks of 100 bases that excluded regions touch, per contig.
///
/// A window is excluded when it touches such a chunk, so a region reaches up to 99 bases further
/// than it says on both sides: 108..234 excludes every window that touches 100..300. The map's size
/// follows the regions and not the contigs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExclusionMap {
    contigs: HashMap<u32, Vec<Entry>>,
}

/// A region, in the order of first chunks, then of files and lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    chunks: Chunks,
    /// The last chunk of this region or of any before it.
    reach: i64,
    region: Region,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunks {
    first: i64,
    last: i64,
}

impl ExclusionMap {
    /// Collects the regions of all files. Empty regions and regions on contigs that the store lacks
    /// are ignored.
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

    /// Returns what is excluded of a contig: stretches of whole chunks, in order, that neither
    /// overlap nor touch.
    pub(super) fn stretches(&self, contig: u32) -> Vec<(i64, i64)> {
        let mut stretches: Vec<(i64, i64)> = Vec::new();
        for Entry { chunks, .. } in self.contigs.get(&contig).into_iter().flatten() {
            let (start, end) = (chunks.first * CHUNK, (chunks.last + 1) * CHUNK);
            match stretches.last_mut() {
                Some((_, reach)) if start <= *reach => *reach = end.max(*reach),
                _ => stretches.push((start, end)),
            }
        }
        stretches
    }

    /// Returns the first region, by chunk, file and line, whose chunks the window `start .. end` of
    /// a contig touches. The window is at least one base long.
    pub fn find(&self, contig: u32, start: i64, end: i64) -> Option<Region> {
        let entries = self.contigs.get(&contig)?;
        let window = Chunks::of(start, end);
        // The first entry that reaches the window is also the first that ends in or behind it.
        let next = entries.partition_point(|entry| entry.reach < window.first);
        entries.get(next).filter(|entry| entry.chunks.first <= window.last).map(|entry| entry.region)
    }
}

impl Chunks {
    /// The chunks that `start .. end` touches.
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
        fn finds_the_first_region_that_touches(lists in proptest::collection::vec(regions(), 0..3), start in -200i64..3000, width in 1i64..700) {
            let contigs = Contigs::new([("a", 3000)]).unwrap();
            let bed = |list: &Vec<(i64, i64)>| {
                let record = |(line, &(start, width))| BedRecord { contig: 0, start, end: start + width, summit: None, line };
                BedFile { contigs: vec!["a".into()], records: (1..).zip(list).map(record).collect(), ..BedFile::default() }
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
