//! An open panel file: rows of tiles of all its tracks.

use super::file::DataFile;
use super::map::Map;
use crate::format::header::{Header, Kind};
use crate::format::manifest::{FileEntry, PanelEntry};
use crate::format::tile::{Code, TileError};
use crate::format::{Contigs, Damage};
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// An opened panel file of a store.
#[derive(Debug)]
pub struct PanelFile {
    pub(super) path: PathBuf,
    pub(super) map: Map,
    pub(super) header: Header,
    tracks: usize,
    tile_log2: u32,
    /// The number of the first row of each contig, and last the number of all rows.
    first_rows: Vec<usize>,
}

impl PanelFile {
    pub(super) fn open(path: PathBuf, entry: &FileEntry, panel: &PanelEntry, contigs: &Contigs) -> Result<Self> {
        let (map, header) = super::open::open_data_file(&path, entry, contigs)?;
        let (Kind::Panel { tile_log2, tracks }, Some(index)) = (header.kind, header.index) else {
            return Err(Error::corrupt(&path, 8, "kind", "2, a panel file", "1"));
        };
        if 1u64 << tile_log2 != panel.tile {
            return Err(Error::corrupt(&path, 56, "tile", panel.tile, 1u64 << tile_log2));
        }
        if tracks as usize != panel.tracks.len() {
            return Err(Error::corrupt(&path, 60, "track_count", panel.tracks.len(), tracks));
        }
        let base = header.contigs.offset;
        let table: &[[u64; 4]] = super::open::cast(&map, header.contigs, &path)?;
        let mut rows = 0u64;
        let mut first_rows = Vec::with_capacity(table.len() + 1);
        for (i, (entry, (_, length))) in table.iter().zip(contigs.iter()).enumerate() {
            for (at, what, expected) in [
                (0, "first_row of a contig", rows),
                (1, "length of a contig", length),
                (2, "reserved bytes", 0),
                (3, "reserved bytes", 0),
            ] {
                if entry[at] != expected {
                    let at_byte = 32 * i as u64 + 8 * at as u64;
                    return Err(Damage::new(at_byte, what, expected, entry[at]).at(&path, base));
                }
            }
            first_rows.push(rows as usize);
            rows += length.div_ceil(panel.tile);
        }
        first_rows.push(rows as usize);
        if index.length != 8 * (rows + 1) {
            return Err(Error::corrupt(&path, 128 + 64 + 16, "length of INDEX", 8 * (rows + 1), index.length));
        }
        Ok(PanelFile { path, map, header, tracks: tracks as usize, tile_log2, first_rows })
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the number of tracks.
    #[must_use]
    pub fn tracks(&self) -> usize {
        self.tracks
    }

    /// Returns the number of rows of all contigs.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.first_rows.last().copied().unwrap_or(0)
    }

    /// Returns the contig that a row belongs to.
    pub(super) fn contig_of(&self, row: usize) -> usize {
        self.first_rows.partition_point(|&first| first <= row) - 1
    }

    /// Returns a view of the rows. Take it once, and use it for many windows.
    #[must_use]
    pub fn view(&self) -> PanelView<'_> {
        let section = |s: crate::format::header::Section| &self.map[s.offset as usize..s.end() as usize];
        PanelView {
            data: section(self.header.data),
            index: self.header.index.map_or(&[], |s| bytemuck::cast_slice(section(s))),
            first_rows: &self.first_rows,
            tracks: self.tracks,
            tile_log2: self.tile_log2,
        }
    }

    /// Returns the file for reading without its map.
    pub(crate) fn file(&self) -> DataFile<'_> {
        DataFile::new(&self.path, &self.map)
    }

    /// Returns the number of the first row of a contig.
    pub(crate) fn first_row(&self, contig: usize) -> usize {
        self.first_rows[contig]
    }

    /// Returns log2 of the bases of a row.
    pub(crate) fn tile_log2(&self) -> u32 {
        self.tile_log2
    }

    /// Turns an error in a row into one that names the file and the offset.
    pub(crate) fn error(&self, row: usize, error: TileError) -> Error {
        self.error_at(row, self.view().index.get(row).copied().unwrap_or(0), error)
    }

    /// Turns an error in a row at a known offset of DATA into one that names the file and the
    /// offset, without the map.
    pub(super) fn error_at(&self, row: usize, start: u64, error: TileError) -> Error {
        let start = start.min(self.header.data.length);
        match error {
            TileError::OutOfBounds => {
                let base = self.header.index.map_or(0, |s| s.offset);
                error.damage(8 * row as u64).at(&self.path, base)
            }
            other => other.damage(start).at(&self.path, self.header.data.offset),
        }
    }
}

/// A borrowed view of a panel file.
#[derive(Debug, Clone, Copy)]
pub struct PanelView<'a> {
    data: &'a [u8],
    index: &'a [u64],
    first_rows: &'a [usize],
    tracks: usize,
    tile_log2: u32,
}

impl<'a> PanelView<'a> {
    /// Returns a view of rows that were read, as the rows of contig 0. `index` has one offset in
    /// `data` more than there are rows.
    pub(super) fn of_rows(data: &'a [u8], index: &'a [u64], tracks: usize, tile_log2: u32) -> PanelView<'a> {
        PanelView { data, index, first_rows: &[0], tracks, tile_log2 }
    }

    /// Returns log2 of the tile in bases.
    #[inline(always)]
    #[must_use]
    pub fn tile_log2(&self) -> u32 {
        self.tile_log2
    }

    /// Returns the number of tracks.
    #[inline(always)]
    #[must_use]
    pub fn tracks(&self) -> usize {
        self.tracks
    }

    /// Returns the number of the first row of a contig, or for the number of contigs that of all
    /// rows.
    #[inline(always)]
    #[must_use]
    pub fn first_row(&self, contig: usize) -> usize {
        self.first_rows[contig]
    }

    /// Returns the tiles of a row, or `None` for a row that is zero in every track.
    ///
    /// # Errors
    /// [`TileError::OutOfBounds`] when the index does not give a row inside DATA.
    #[inline(always)]
    pub fn row(&self, row: usize) -> Result<Option<RowTiles<'a>>, TileError> {
        let [start, end] = self.index[row..row + 2] else { return Err(TileError::OutOfBounds) };
        let bytes = self.data.get(start as usize..end as usize).filter(|_| start % 8 == 0);
        let bytes = bytes.ok_or(TileError::OutOfBounds)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let directory = bytes.get(..4 * self.tracks).ok_or(TileError::OutOfBounds)?;
        Ok(Some(RowTiles { bytes, directory: directory.as_chunks::<4>().0 }))
    }

    /// Returns the offset of a row in DATA, as the index has it, unchecked.
    #[must_use]
    pub(super) fn row_offset(&self, row: usize) -> u64 {
        self.index[row]
    }
}

/// The tiles of all tracks at one position.
#[derive(Debug, Clone, Copy)]
pub struct RowTiles<'a> {
    bytes: &'a [u8],
    directory: &'a [[u8; 4]],
}

impl<'a> RowTiles<'a> {
    /// Returns the code of a track's tile, and the bytes from the tile's start to the end of the
    /// row.
    ///
    /// # Errors
    /// [`TileError`] for a reserved code or a tile that starts outside the row.
    #[inline(always)]
    pub fn tile(&self, track: usize) -> Result<(Code, &'a [u8]), TileError> {
        let (code, offset) = Code::from_entry(u32::from_le_bytes(self.directory[track]))?;
        Ok((code, self.bytes.get(offset..).ok_or(TileError::Truncated)?))
    }

    /// Returns the directory's entry of a track, unchecked.
    #[inline(always)]
    pub(crate) fn entry(&self, track: usize) -> &'a [u8] {
        &self.directory[track]
    }

    /// Returns bytes `from .. to` of the row.
    pub(super) fn bytes_between(&self, from: usize, to: usize) -> Result<&'a [u8], TileError> {
        self.bytes.get(from..to).ok_or(TileError::Truncated)
    }

    /// Returns the length of the row in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns false: a row with tiles has bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
