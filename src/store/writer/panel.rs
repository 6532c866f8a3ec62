//! Writes a panel file, row after row.

use super::data::DataWriter;
use crate::format::Contigs;
use crate::format::contig_alignment;
use crate::format::header::Kind;
use crate::format::manifest::{FileEntry, TrackEntry, TrackType};
use crate::format::tile::Code;
use crate::{Error, Result};
use std::path::Path;

/// The bound of a row's length in bytes: what a directory entry can address.
const MAX_ROW: usize = 1 << 30;

/// Writes a panel file: every row of every contig, in order.
#[derive(Debug)]
pub struct PanelWriter {
    data: DataWriter,
    kind: Kind,
    contigs: Vec<[u64; 4]>,
    /// The number of the row after the last one of each contig.
    last_rows: Vec<u64>,
    contig: usize,
    aligned: bool,
    index: Vec<u64>,
    row: Vec<u8>,
}

impl PanelWriter {
    /// Creates the file, which must not exist, for `tracks` tracks and tiles of `2^tile_log2`
    /// bases.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(path: &Path, contigs: &Contigs, tile_log2: u32, tracks: usize) -> Result<Self> {
        let mut table = Vec::with_capacity(contigs.len());
        let mut last_rows = Vec::with_capacity(contigs.len());
        let mut rows = 0;
        for (_, length) in contigs.iter() {
            table.push([rows, length, 0, 0]);
            rows += length.div_ceil(1 << tile_log2);
            last_rows.push(rows);
        }
        Ok(PanelWriter {
            data: DataWriter::create(path)?,
            kind: Kind::Panel { tile_log2, tracks: tracks as u32 },
            contigs: table,
            last_rows,
            contig: 0,
            aligned: false,
            index: Vec::new(),
            row: Vec::new(),
        })
    }

    /// Writes the next row: for each track its tile's code and bytes, padded to a multiple of 8.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Argument`] for a row of more than 1 GiB.
    pub fn push_row<'a>(&mut self, tiles: impl Iterator<Item = (Code, &'a [u8])> + Clone) -> Result<()> {
        while self.last_rows.get(self.contig).is_some_and(|&last| self.index.len() as u64 >= last) {
            self.contig += 1;
            self.aligned = false;
        }
        if tiles.clone().all(|(code, _)| code == Code::ZERO) {
            self.index.push(self.data.written());
            return Ok(());
        }
        if !self.aligned {
            let length = self.contigs.get(self.contig).map_or(0, |contig| contig[1]);
            self.align_row(contig_alignment(length))?;
        }
        self.row.clear();
        let mut offset = (4 * tiles.clone().count()).next_multiple_of(8);
        for (code, bytes) in tiles.clone() {
            let entry = if code == Code::ZERO { 0 } else { code.to_entry(offset) };
            self.row.extend_from_slice(&entry.to_le_bytes());
            offset += bytes.len();
        }
        if offset >= MAX_ROW {
            return Err(Error::argument(
                "tile",
                format!("a row of {offset} bytes is longer than 1 GiB: use a smaller tile or fewer tracks"),
            ));
        }
        self.row.resize(self.row.len().next_multiple_of(8), 0);
        tiles.for_each(|(_, bytes)| self.row.extend_from_slice(bytes));
        self.index.push(self.data.written());
        self.data.write(&self.row)
    }

    /// Completes and syncs the file, and returns its entry for the manifest.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Argument`] when rows are missing.
    pub fn finish(mut self) -> Result<FileEntry> {
        let rows = self.last_rows.last().copied().unwrap_or(0);
        if self.index.len() as u64 != rows {
            let message = format!("{} of {rows} rows were written to {}", self.index.len(), self.data.path().display());
            return Err(Error::argument("rows", message));
        }
        self.index.push(self.data.written());
        self.data.finish(self.kind, &self.contigs, &self.index)
    }

    /// Aligns the next row. Rows directly before it without bytes get the same offset, so that they
    /// stay empty.
    fn align_row(&mut self, alignment: u64) -> Result<()> {
        let before = self.data.written();
        self.data.align(alignment)?;
        if self.data.written() > before {
            let empty = self.index.iter().rev().take_while(|&&offset| offset == before).count();
            let first = self.index.len() - empty;
            self.index[first..].fill(self.data.written());
        }
        self.aligned = true;
        Ok(())
    }
}

/// The totals of one track, added tile by tile in the order of the genome.
#[derive(Debug, Clone, Copy)]
pub struct TrackTotals {
    values: TrackType,
    nonzero: u64,
    sum: f64,
    magnitude: f64,
    min: f32,
    max: f32,
}

impl Default for TrackTotals {
    fn default() -> Self {
        TrackTotals {
            values: TrackType::U8,
            nonzero: 0,
            sum: 0.0,
            magnitude: 0.0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
        }
    }
}

impl TrackTotals {
    /// Adds the next tile.
    pub fn add(&mut self, tile: &crate::format::tile::Summary) {
        self.values = self.values.max(tile.values.into());
        self.nonzero += u64::from(tile.nonzero);
        self.sum += tile.sum;
        self.magnitude += tile.magnitude;
        self.min = self.min.min(tile.min);
        self.max = self.max.max(tile.max);
    }

    /// Adds bases whose values are all 0.
    pub fn add_zeros(&mut self) {
        self.min = self.min.min(0.0);
        self.max = self.max.max(0.0);
    }

    /// Adds the totals of later bases.
    pub fn merge(&mut self, other: &TrackTotals) {
        self.values = self.values.max(other.values);
        self.nonzero += other.nonzero;
        self.sum += other.sum;
        self.magnitude += other.magnitude;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Returns the sum of the absolute values.
    #[must_use]
    pub fn magnitude(&self) -> f64 {
        self.magnitude
    }

    /// Returns the manifest's entry of the track. The least and greatest value of no bases are 0.
    #[must_use]
    pub fn entry(&self, name: String) -> TrackEntry {
        let (min, max) = if self.min > self.max { (0.0, 0.0) } else { (self.min, self.max) };
        TrackEntry { name, values: self.values, nonzero: self.nonzero, sum: self.sum, min, max }
    }
}
