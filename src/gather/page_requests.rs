//! Page requests: the system is asked to read the pages that windows need before they are gathered.
//!
//! A few looks find out whether the pages are in memory already, so that a store in memory costs
//! next to nothing. Requests are put in order, and those that lie close together become one.

use super::channels::PanelChannels;
use super::pread::{BLOCK_LOG2, Scratch};
use super::reader::StoreReader;
use super::source::Content;
use super::window::Window;
use crate::store::{DataFile, RowPart};
use std::ops::Range;

/// How many windows of a batch are checked for being in memory.
const LOOKS: usize = 4;
/// How many places of an index are checked for being in memory.
const PLACES: u64 = 8;
/// Requests with at most this many bytes between them become one.
const GAP: u64 = 16 << 10;
/// Of a file with at most this many bytes for each peak, whole blocks are requested: an epoch needs
/// a third of its pages or more, and a disk reads a block in less time than its pages one by one.
const DENSE: u64 = 16 << 10;
/// Bytes of a block of a file.
const FILE_BLOCK: u64 = 128 << 10;

/// Bytes of a file. Files are numbered, the sequence before the panels.
type Request = (usize, Range<u64>);

/// What of the pages that windows need was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requested {
    /// Nothing: they are in memory, as far as the looks tell.
    Nothing,
    /// All pages.
    All,
    /// All but the tiles of long rows. They are the other [`RowPart`], to be requested once all
    /// other columns have sent their requests, since finding the tiles may wait for the disk.
    AllButTiles,
}

impl StoreReader {
    /// Requests the indices of the panels, which every window needs.
    pub(crate) fn read_indices_ahead(&self) {
        let Content::Tracks(panels) = &self.spec.content else { return };
        for tracks in panels {
            let panel = &self.spec.store.panels()[tracks.panel];
            let bytes = panel.index_bytes();
            let step = ((bytes.end - bytes.start) / PLACES).max(1);
            if bytes.clone().step_by(step as usize).any(|at| !panel.file().in_memory(at)) {
                panel.file().readahead(bytes);
            }
        }
    }

    /// Requests a part of what windows need. The first part is not requested where it is in memory.
    /// `peaks` is the number of peaks that an epoch reads. It changes nothing but how long
    /// gathering takes; the gathering finds what is damaged.
    pub(crate) fn read_ahead(&self, windows: &[Window], part: RowPart, peaks: usize) -> Requested {
        self.scratch.with(|scratch| {
            let mut requests = Vec::new();
            if part == RowPart::Rows {
                let step = windows.len().div_ceil(LOOKS).max(1);
                if windows.iter().step_by(step).all(|window| self.is_in_memory(window, scratch, &mut requests)) {
                    return Requested::Nothing;
                }
                requests.clear();
            }
            let mut long = false;
            for window in windows {
                long |= self.requests(window, part, scratch, &mut requests);
            }
            self.send(requests, peaks as u64);
            if long && part == RowPart::Rows { Requested::AllButTiles } else { Requested::All }
        })
    }

    /// Returns whether the first bytes of all that a window needs are in memory.
    fn is_in_memory(&self, window: &Window, scratch: &mut Scratch, requests: &mut Vec<Request>) -> bool {
        let in_memory = |tracks: &PanelChannels| {
            let panel = &self.spec.store.panels()[tracks.panel];
            let row = panel.first_row(window.contig) + window.cut(panel.tile_log2()).0.start;
            panel.file().in_memory(panel.index_bytes().start + 8 * row as u64)
        };
        let indices = match &self.spec.content {
            Content::Sequence => true,
            Content::Tracks(panels) => panels.iter().all(in_memory),
        };
        requests.clear();
        indices && {
            self.requests(window, RowPart::Rows, scratch, requests);
            requests.iter().all(|(file, bytes)| self.file(*file).is_none_or(|file| file.in_memory(bytes.start)))
        }
    }

    /// Collects the bytes that a window needs. Returns whether there are long rows, whose tiles are
    /// another part.
    fn requests(&self, window: &Window, part: RowPart, scratch: &mut Scratch, requests: &mut Vec<Request>) -> bool {
        match &self.spec.content {
            Content::Sequence => {
                let blocks = window.cut(BLOCK_LOG2).0;
                if let (Some(file), RowPart::Rows, false) = (self.spec.store.sequence(), part, blocks.is_empty()) {
                    requests.push((0, file.bytes_of(window.contig, blocks)));
                }
                false
            }
            Content::Tracks(panels) => {
                let mut long = false;
                for tracks in panels {
                    let panel = &self.spec.store.panels()[tracks.panel];
                    let (rows, first) = (window.cut(panel.tile_log2()).0, panel.first_row(window.contig));
                    let rows = first + rows.start..first + rows.end;
                    let need = |bytes| requests.push((tracks.panel + 1, bytes));
                    long |= panel.bytes_of_rows(rows, &tracks.tracks, part, &mut scratch.rows, need).unwrap_or(false);
                }
                long
            }
        }
    }

    /// Sends requests: those that lie close together as one, and whole blocks where loci lie close
    /// together.
    fn send(&self, mut requests: Vec<Request>, peaks: u64) {
        for (number, bytes) in &mut requests {
            if self.file(*number).is_some_and(|file| file.length() / DENSE <= peaks) {
                *bytes = bytes.start / FILE_BLOCK * FILE_BLOCK..bytes.end.next_multiple_of(FILE_BLOCK);
            }
        }
        merge(&mut requests);
        for (number, bytes) in requests {
            if let Some(file) = self.file(number) {
                file.readahead(bytes);
            }
        }
    }

    /// Returns the file of a number.
    fn file(&self, number: usize) -> Option<DataFile<'_>> {
        match number.checked_sub(1) {
            None => self.spec.store.sequence().map(|file| file.file()),
            Some(panel) => self.spec.store.panels().get(panel).map(|panel| panel.file()),
        }
    }
}

/// Puts requests in order, and makes one of those that lie close together.
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
                let covers = |(other, all): &&Request| {
                    other == file && all.start <= bytes.start && bytes.end <= all.end
                };
                prop_assert_eq!(merged.iter().filter(covers).count(), 1);
            }
            for pair in merged.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 || pair[0].1.end + GAP < pair[1].1.start, "{:?}", pair);
            }
            // No more is requested than what was wanted and gaps.
            let bytes: u64 = merged.iter().map(|(_, bytes)| bytes.end - bytes.start).sum();
            let most: u64 = wanted.iter().map(|(_, bytes)| bytes.end - bytes.start + GAP).sum();
            prop_assert!(bytes <= most);
        }
    }
}
