//! Reads the bytes of a panel's rows that windows need, without the map, into memory that is
//! reused.
//!
//! Short rows are read whole. Of long rows, when few of their tracks are wanted, the directory is
//! read first and then the tiles.

use super::{PanelFile, PanelView};
use crate::format::tile::{self, Code, TileError};
use crate::{Error, Result};
use std::ops::Range;

/// The longest row, in bytes (section 5 of the format).
const MAX_ROW: u64 = 1 << 30;
/// Rows of at most this many bytes together are read whole, whichever tracks are wanted.
const WHOLE: u64 = 64 << 10;
/// Tiles with at most this many bytes between them are read at once.
const GAP: usize = 16 << 10;

/// Rows that were read. The memory grows to what the largest window needs, and is reused.
#[derive(Debug, Default)]
pub(crate) struct RowBuffer {
    /// The number of the first row.
    first: usize,
    /// The offsets of the rows in DATA, and the end of the last row.
    index: Vec<u64>,
    /// The same offsets in `data`.
    places: Vec<u64>,
    data: Vec<u8>,
    /// Bytes of `data` that are in use.
    used: usize,
    /// The panel whose rows are here whole, so that a read of other tracks of them finds them.
    whole: Option<usize>,
    /// The range of the rows that the view has.
    shown: Range<usize>,
    directory: Vec<u8>,
    tiles: Vec<Tile>,
}

/// A wanted tile that is not zero, and its bytes in the row.
#[derive(Debug)]
struct Tile {
    track: usize,
    code: Code,
    bytes: Range<usize>,
}

/// Which bytes of rows are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowPart {
    /// Rows that are read whole, and the directories of long rows.
    Rows,
    /// The tiles of long rows, which are found by reading the directories.
    Tiles,
}

impl RowBuffer {
    /// Returns a view of the rows that were read last, as the rows of contig 0.
    pub(crate) fn view(&self, panel: &PanelFile) -> PanelView<'_> {
        let places = &self.places[self.shown.start..=self.shown.end];
        PanelView::of_rows(&self.data[..self.used], places, panel.tracks(), panel.tile_log2())
    }

    /// Turns an error in a row of the view into one that names the file and the offset.
    pub(crate) fn error(&self, panel: &PanelFile, row: usize, error: TileError) -> Error {
        let at = self.shown.start + row;
        panel.error_at(self.first + at, self.index.get(at).copied().unwrap_or(0), error)
    }

    /// Sets the view to some rows, if they are here whole. Returns whether they are.
    fn show(&mut self, panel: usize, rows: &Range<usize>) -> bool {
        let held = self.first..self.first + self.places.len().saturating_sub(1);
        let found = self.whole == Some(panel) && held.start <= rows.start && rows.end <= held.end;
        if found {
            self.shown = rows.start - held.start..rows.end - held.start;
        }
        found
    }

    /// Returns where in DATA the rows begin and end.
    fn ends(&self) -> (u64, u64) {
        let [start, end] = [self.index.first(), self.index.last()].map(|at| at.copied().unwrap_or(0));
        (start, end)
    }

    /// Makes room for more bytes after those in use, and returns where they begin. `None` when
    /// there is not enough memory.
    fn extend(&mut self, bytes: usize) -> Option<usize> {
        let (start, end) = (self.used, self.used.checked_add(bytes)?);
        if self.data.len() < end {
            self.data.try_reserve(end - self.data.len()).ok()?;
            self.data.resize(end, 0);
        }
        self.used = end;
        Some(start)
    }
}

impl PanelFile {
    /// Reads the tiles of `tracks`, which ascend, in some rows. Tiles of other tracks may read as
    /// zero. `panel` is the panel's number, since several panels share the memory.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corrupt`] for an invalid offset of a row, and when the file has been
    /// truncated. Nothing is allocated for a row that is not within DATA, or is longer than 1 GiB.
    pub(crate) fn read_rows(
        &self,
        panel: usize,
        rows: Range<usize>,
        tracks: &[usize],
        into: &mut RowBuffer,
    ) -> Result<()> {
        if into.show(panel, &rows) {
            return Ok(());
        }
        into.used = 0;
        into.places.clear();
        into.shown = 0..rows.len();
        if rows.is_empty() {
            (into.first, into.whole) = (rows.start, None);
            into.places.push(0);
            return Ok(());
        }
        self.read_index(rows.clone(), into)?;
        let (start, end) = into.ends();
        if self.is_whole(start..end, tracks) {
            self.read_data(rows.start, start..end, into)?;
            into.places.extend(into.index.iter().map(|at| at - start));
            into.whole = Some(panel);
            return Ok(());
        }
        for (i, row) in rows.enumerate() {
            into.places.push(into.used as u64);
            if into.index[i] < into.index[i + 1] {
                self.read_row(row, into.index[i]..into.index[i + 1], tracks, into)?;
            }
        }
        into.places.push(into.used as u64);
        Ok(())
    }

    /// Calls `need` with the ranges of the file, of one part, that [`PanelFile::read_rows`] would
    /// read, without the index. Returns whether there are long rows.
    ///
    /// # Errors
    /// As [`PanelFile::read_rows`].
    pub(crate) fn bytes_of_rows(
        &self,
        rows: Range<usize>,
        tracks: &[usize],
        part: RowPart,
        scratch: &mut RowBuffer,
        mut need: impl FnMut(Range<u64>),
    ) -> Result<bool> {
        if rows.is_empty() {
            return Ok(false);
        }
        self.read_index(rows.clone(), scratch)?;
        let data = self.header.data.offset;
        let (start, end) = scratch.ends();
        if self.is_whole(start..end, tracks) {
            if part == RowPart::Rows && start < end {
                need(data + start..data + end);
            }
            return Ok(false);
        }
        for (i, row) in rows.enumerate() {
            let (start, end) = (scratch.index[i], scratch.index[i + 1]);
            match part {
                _ if start == end => {}
                RowPart::Rows => need(data + start..data + start + 4 * self.tracks() as u64),
                RowPart::Tiles => {
                    self.read_directory(row, start..end, tracks, scratch)?;
                    for run in scratch.tiles.chunk_by(near) {
                        need(data + start + run[0].bytes.start as u64..data + start + end_of(run) as u64);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Returns the range of the index in the file.
    pub(crate) fn index_bytes(&self) -> Range<u64> {
        self.header.index.map_or(0..0, |index| index.offset..index.end())
    }

    /// Returns whether rows are read whole.
    fn is_whole(&self, bytes: Range<u64>, tracks: &[usize]) -> bool {
        tracks.len() == self.tracks() || bytes.end - bytes.start <= WHOLE
    }

    /// Reads and checks the offsets of some rows.
    fn read_index(&self, rows: Range<usize>, into: &mut RowBuffer) -> Result<()> {
        (into.first, into.whole) = (rows.start, None);
        into.index.resize(rows.len() + 1, 0);
        let at = self.index_bytes().start + 8 * rows.start as u64;
        self.file().read(at, bytemuck::cast_slice_mut(&mut into.index))?;
        for (row, pair) in rows.zip(into.index.windows(2)) {
            let (start, end) = (pair[0], pair[1]);
            let length = end.checked_sub(start).filter(|_| start % 8 == 0 && end <= self.header.data.length);
            let least = 4 * self.tracks() as u64;
            if !length.is_some_and(|length| length == 0 || (least..=MAX_ROW).contains(&length)) {
                return Err(self.error_at(row, start, TileError::OutOfBounds));
            }
        }
        Ok(())
    }

    /// Reads bytes of DATA after those that are in use.
    fn read_data(&self, row: usize, bytes: Range<u64>, into: &mut RowBuffer) -> Result<()> {
        let length = bytes.end - bytes.start;
        let Some(at) = into.extend(length as usize) else {
            let place = self.index_bytes().start + 8 * row as u64;
            return Err(Error::corrupt(self.path(), place, "length of rows", "what fits in memory", length));
        };
        self.file().read(self.header.data.offset + bytes.start, &mut into.data[at..into.used])
    }

    /// Reads the directory of a row, and lists the wanted tiles.
    fn read_directory(&self, row: usize, bytes: Range<u64>, tracks: &[usize], into: &mut RowBuffer) -> Result<()> {
        into.directory.resize(4 * self.tracks(), 0);
        self.file().read(self.header.data.offset + bytes.start, &mut into.directory)?;
        into.tiles.clear();
        let length = (bytes.end - bytes.start) as usize;
        let directory = into.directory.as_chunks::<4>().0;
        find(directory, length, tracks, &mut into.tiles).map_err(|error| self.error_at(row, bytes.start, error))
    }

    /// Reads a row as a shorter one: the wanted tiles, with a directory of their new offsets.
    fn read_row(&self, row: usize, bytes: Range<u64>, tracks: &[usize], into: &mut RowBuffer) -> Result<()> {
        self.read_directory(row, bytes.clone(), tracks, into)?;
        into.directory.fill(0);
        let head = into.directory.len().next_multiple_of(8);
        let place = into.extend(head);
        let place = place.ok_or_else(|| self.error_at(row, bytes.start, TileError::OutOfBounds))?;
        let tiles = std::mem::take(&mut into.tiles);
        for run in tiles.chunk_by(near) {
            let from = run[0].bytes.start;
            // A multiple of 8: the tiles before end where others begin, at multiples of 8.
            let at = into.used - place;
            self.read_data(row, bytes.start + from as u64..bytes.start + end_of(run) as u64, into)?;
            for tile in run {
                // A tile longer than its bytes would be decoded from those of the next one.
                let own = &into.data[place + at + tile.bytes.start - from..][..tile.bytes.len()];
                tile::length(tile.code, own, 1 << self.tile_log2())
                    .map_err(|error| self.error_at(row, bytes.start, error))?;
                let entry = tile.code.to_entry(at + tile.bytes.start - from);
                into.directory[4 * tile.track..][..4].copy_from_slice(&entry.to_le_bytes());
            }
        }
        into.tiles = tiles;
        into.data[place..place + into.directory.len()].copy_from_slice(&into.directory);
        Ok(())
    }
}

/// Returns whether two tiles are so near that the bytes between them are read too.
fn near(a: &Tile, b: &Tile) -> bool {
    b.bytes.start - a.bytes.end <= GAP
}

/// Returns where the last tile ends.
fn end_of(run: &[Tile]) -> usize {
    run.last().map_or(0, |tile| tile.bytes.end)
}

/// Lists the wanted tiles that are not zero in a row of `length` bytes. Each ends where the next
/// tile of any track begins.
fn find(directory: &[[u8; 4]], length: usize, wanted: &[usize], tiles: &mut Vec<Tile>) -> Result<(), TileError> {
    for &track in wanted {
        let (code, start) = Code::from_entry(u32::from_le_bytes(directory[track]))?;
        if code == Code::ZERO {
            continue;
        }
        let next = directory[track + 1..].iter().map(|entry| u32::from_le_bytes(*entry)).find(|&entry| entry != 0);
        let end = next.map_or(length, |entry| (entry >> 5) as usize * 8);
        if start < end_of(tiles) || end < start || length < end {
            return Err(TileError::Truncated);
        }
        tiles.push(Tile { track, code, bytes: start..end });
    }
    Ok(())
}
