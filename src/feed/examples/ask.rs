//! Asking the system for what examples are gathered from, before they are.
//!
//! Whether it needs to be asked is found by a few looks, so that a store in memory costs next to
//! nothing. What is asked for is put in order, and what lies together becomes one request.

use super::read::{BLOCK_LOG2, Scratch};
use super::source::{Tracks, cut};
use super::store::StoreExamples;
use crate::gather::Window;
use crate::sample::Draw;
use crate::store::{DataFile, RowPart};
use std::ops::Range;

/// Examples of a batch that are looked for.
const LOOKS: usize = 4;
/// Places of a file that are looked for.
const PLACES: u64 = 8;
/// Requests with so many bytes between them become one.
const GAP: u64 = 16 << 10;
/// Of a file with at most so many bytes for each peak, whole blocks are asked for: an epoch needs a
/// third of its pages or more, and a disk reads a block in less time than its pages one by one.
const DENSE: u64 = 16 << 10;
/// Bytes of a block.
const BLOCK: u64 = 128 << 10;

/// Bytes of a file; files are numbered, the sequence before the panels.
type Request = (usize, Range<u64>);

impl StoreExamples {
    /// Asks for the indices of the panels, which every window needs.
    pub(super) fn ask_for_indices(&self) {
        let mut panels: Vec<usize> = self.signal.iter().chain(&self.controls).map(|tracks| tracks.panel).collect();
        panels.sort_unstable();
        panels.dedup();
        for panel in panels {
            let panel = &self.store.panels()[panel];
            let bytes = panel.index_bytes();
            let step = ((bytes.end - bytes.start) / PLACES).max(1);
            if bytes.clone().step_by(step as usize).any(|at| !panel.file().in_memory(at)) {
                panel.file().readahead(bytes);
            }
        }
    }

    /// Asks for what these examples need, unless it is in memory. Returns whether it was asked for.
    pub(super) fn ask_for(&self, draws: &[Draw]) -> bool {
        self.idle.with(|scratch| {
            let step = draws.len().div_ceil(LOOKS).max(1);
            let mut requests = Vec::new();
            if draws.iter().step_by(step).all(|draw| self.is_in_memory(*draw, scratch, &mut requests)) {
                return false;
            }
            requests.clear();
            let mut long = false;
            for draw in draws {
                long |= self.requests(*draw, RowPart::Rows, scratch, &mut requests);
            }
            self.send(&mut requests);
            if long {
                for draw in draws {
                    self.requests(*draw, RowPart::Tiles, scratch, &mut requests);
                }
                self.send(&mut requests);
            }
            true
        })
    }

    /// Whether the first bytes of all that an example needs are in memory.
    fn is_in_memory(&self, draw: Draw, scratch: &mut Scratch, requests: &mut Vec<Request>) -> bool {
        let indices = self.panel_windows(draw).all(|(tracks, window)| {
            let panel = &self.store.panels()[tracks.panel];
            let row = panel.first_row(window.contig) + cut(&window, panel.tile_log2()).0.start;
            panel.file().in_memory(panel.index_bytes().start + 8 * row as u64)
        });
        requests.clear();
        indices && {
            self.requests(draw, RowPart::Rows, scratch, requests);
            requests.iter().all(|(file, bytes)| self.file(*file).is_none_or(|file| file.in_memory(bytes.start)))
        }
    }

    /// Collects what an example needs. Returns whether there are long rows, whose tiles are another
    /// part. What is damaged is left to the gathering.
    fn requests(&self, draw: Draw, part: RowPart, scratch: &mut Scratch, requests: &mut Vec<Request>) -> bool {
        if let (Some(file), RowPart::Rows, true) = (self.store.sequence(), part, self.reads_sequence()) {
            let [window, _] = self.windows(draw);
            let blocks = cut(&window, BLOCK_LOG2).0;
            if !blocks.is_empty() {
                requests.push((0, file.bytes_of(window.contig, blocks)));
            }
        }
        let mut long = false;
        for (tracks, window) in self.panel_windows(draw) {
            let panel = &self.store.panels()[tracks.panel];
            let (rows, first) = (cut(&window, panel.tile_log2()).0, panel.first_row(window.contig));
            let rows = first + rows.start..first + rows.end;
            let need = |bytes| requests.push((tracks.panel + 1, bytes));
            long |= panel.bytes_of_rows(rows, &tracks.tracks, part, &mut scratch.rows, need).unwrap_or(false);
        }
        long
    }

    /// What an example has of panels, and its windows.
    fn panel_windows(&self, draw: Draw) -> impl Iterator<Item = (&Tracks, Window)> {
        let [input, output] = self.windows(draw);
        let with = |window| move |tracks| (tracks, window);
        self.controls.iter().map(with(input)).chain(self.signal.iter().map(with(output)))
    }

    /// Sends the requests, those that lie together as one, and whole blocks where loci lie close;
    /// and forgets them.
    fn send(&self, requests: &mut Vec<Request>) {
        for (number, bytes) in requests.iter_mut() {
            if self.file(*number).is_some_and(|file| file.length() / DENSE <= self.places.peaks.len() as u64) {
                *bytes = bytes.start / BLOCK * BLOCK..bytes.end.next_multiple_of(BLOCK);
            }
        }
        merge(requests);
        for (number, bytes) in requests.drain(..) {
            if let Some(file) = self.file(number) {
                file.readahead(bytes);
            }
        }
    }

    /// The file of a number.
    fn file(&self, number: usize) -> Option<DataFile<'_>> {
        match number.checked_sub(1) {
            None => self.store.sequence().map(|file| file.file()),
            Some(panel) => self.store.panels().get(panel).map(|panel| panel.file()),
        }
    }
}

/// Puts requests in order, and makes one of those that lie together.
fn merge(requests: &mut Vec<Request>) {
    requests.sort_unstable_by_key(|(file, bytes)| (*file, bytes.start));
    requests.dedup_by(|(next_file, next), (file, bytes)| {
        let together = next_file == file && next.start <= bytes.end + GAP;
        if together {
            bytes.end = bytes.end.max(next.end);
        }
        together
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn merged_requests_cover_the_same_bytes_in_order(
            wanted in prop::collection::vec((0usize..3, 0u64..400_000, 0u64..40_000), 0..40),
        ) {
            let wanted: Vec<Request> = wanted.into_iter().map(|(file, at, length)| (file, at..at + length)).collect();
            let mut merged = wanted.clone();
            merge(&mut merged);
            for (file, bytes) in &wanted {
                let covers = |(other, all): &&Request| other == file && all.start <= bytes.start && bytes.end <= all.end;
                prop_assert_eq!(merged.iter().filter(covers).count(), 1);
            }
            for pair in merged.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 || pair[0].1.end + GAP < pair[1].1.start, "{:?}", pair);
            }
            // No more is asked for than what was wanted and gaps.
            let bytes: u64 = merged.iter().map(|(_, bytes)| bytes.end - bytes.start).sum();
            let most: u64 = wanted.iter().map(|(_, bytes)| bytes.end - bytes.start + GAP).sum();
            prop_assert!(bytes <= most);
        }
    }
}
