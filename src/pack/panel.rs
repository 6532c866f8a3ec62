//! Packs bigWig tracks into a panel file. Tiles are read and encoded in parallel, over pieces of
//! contigs and over tracks, while those before them are written in order. Memory is bounded by two
//! waves of pieces, or by two rows where a row is larger than a wave.

use super::track::Track;
use crate::Result;
use crate::format::Contigs;
use crate::format::manifest::{FileEntry, PanelEntry};
use crate::format::tile::{Code, Encoder, Summary};
use crate::progress::{self, Progress, Unit};
use crate::store::writer::{PanelWriter, TrackTotals};
use rayon::prelude::*;
use std::path::Path;

/// The most bytes that the tiles of a wave take in memory, over all pieces and tracks: 64 MiB. Two
/// waves are in memory at once.
const WAVE_BYTES: usize = 64 << 20;
/// The most rows of one piece, so that there is work for all threads.
const PIECE_ROWS: usize = 256;

/// The packing of one panel.
pub(super) struct PanelJob<'a> {
    pub(super) contigs: &'a Contigs,
    pub(super) tracks: &'a [&'a Track<'a>],
    pub(super) tile_log2: u32,
    pub(super) progress: &'a dyn Progress,
}

/// Consecutive rows of one contig.
#[derive(Clone, Copy)]
struct Piece {
    contig: usize,
    start: u64,
    end: u64,
}

/// One track's tiles of a piece.
#[derive(Default)]
struct Encoded {
    bytes: Vec<u8>,
    /// The code of each tile, where its bytes end, and what it holds.
    tiles: Vec<(Code, usize, Summary)>,
}

impl PanelJob<'_> {
    /// Writes the panel file and describes it.
    pub(super) fn pack(&self, file: &str, names: &[String], directory: &Path) -> Result<(PanelEntry, FileEntry)> {
        let tile = 1u64 << self.tile_log2;
        let mut writer = PanelWriter::create(&directory.join(file), self.contigs, self.tile_log2, self.tracks.len())?;
        let mut totals = vec![TrackTotals::default(); self.tracks.len()];
        let bases: u64 = self.contigs.iter().map(|(_, length)| length).sum();
        self.progress.start("packing tracks", bases * self.tracks.len() as u64, Unit::Bases);
        let rows_a_wave = (WAVE_BYTES / (tile as usize * 4 * self.tracks.len())).max(1);
        let pieces = self.pieces(rows_a_wave.min(PIECE_ROWS) as u64 * tile);
        let mut rest = pieces.as_slice();
        let mut encoded = Vec::new();
        while !(rest.is_empty() && encoded.is_empty()) {
            let mut rows = 0;
            let fits = rest.iter().take_while(|piece| {
                rows += (piece.end - piece.start).div_ceil(tile) as usize;
                rows <= rows_a_wave
            });
            let (wave, later) = rest.split_at(fits.count().max(1).min(rest.len()));
            // One wave is written while the next is encoded.
            let (written, next) =
                rayon::join(|| self.write_wave(&encoded, &mut writer, &mut totals), || self.encode_wave(wave));
            written?;
            (encoded, rest) = (next?, later);
        }
        self.progress.finish();
        let entries = totals.iter().zip(names).map(|(totals, name)| totals.entry(name.clone())).collect();
        Ok((PanelEntry { file: file.into(), tile, tracks: entries }, writer.finish()?))
    }

    /// Cuts the contigs into pieces of at most `bases` bases, a multiple of the tile.
    fn pieces(&self, bases: u64) -> Vec<Piece> {
        let contigs = self.contigs.iter().enumerate();
        let cut = |(contig, (_, length)): (usize, (&str, u64))| {
            let starts = (0..length).step_by(bases as usize);
            starts.map(move |start| Piece { contig, start, end: (start + bases).min(length) }).collect::<Vec<_>>()
        };
        contigs.flat_map(cut).collect()
    }

    /// Encodes all tracks over some pieces, track after track for each piece.
    fn encode_wave(&self, wave: &[Piece]) -> Result<Vec<Encoded>> {
        let tasks: Vec<_> = wave.iter().flat_map(|s| self.tracks.iter().map(move |track| (*s, *track))).collect();
        tasks.into_par_iter().map(|(piece, track)| self.encode(piece, track)).collect()
    }

    fn write_wave(&self, encoded: &[Encoded], writer: &mut PanelWriter, totals: &mut [TrackTotals]) -> Result<()> {
        for tracks in encoded.chunks(self.tracks.len()) {
            for row in 0..tracks[0].tiles.len() {
                let tile = |track: &'_ Encoded| -> (Code, std::ops::Range<usize>) {
                    let start = row.checked_sub(1).map_or(0, |before| track.tiles[before].1);
                    (track.tiles[row].0, start..track.tiles[row].1)
                };
                writer.push_row(tracks.iter().map(|track| {
                    let (code, range) = tile(track);
                    (code, &track.bytes[range])
                }))?;
                for (totals, track) in totals.iter_mut().zip(tracks) {
                    totals.add(&track.tiles[row].2);
                }
            }
        }
        Ok(())
    }

    /// Reads one track over a piece and encodes its tiles.
    fn encode(&self, piece: Piece, track: &Track<'_>) -> Result<Encoded> {
        progress::check(self.progress)?;
        let length = piece.end - piece.start;
        let mut tiles = Tiles {
            encoder: Encoder::default(),
            tile: 1 << self.tile_log2,
            length,
            first: 0,
            encoded: Encoded::default(),
        };
        track.intervals(piece.contig, piece.start, piece.end, |start, end, value| {
            tiles.push(start - piece.start, end - piece.start, value);
        })?;
        self.progress.advance(length);
        Ok(tiles.finish())
    }
}

/// The tiles of one track over a piece, encoded as its values come.
struct Tiles {
    encoder: Encoder,
    tile: u64,
    /// Bases of the piece.
    length: u64,
    /// The first base of the tile at hand.
    first: u64,
    encoded: Encoded,
}

impl Tiles {
    /// Adds the value of bases `start .. end` of the piece, which come after those added before.
    #[inline]
    fn push(&mut self, mut start: u64, end: u64, value: f32) {
        while start < end {
            let next = self.first + self.tile;
            if start >= next {
                self.finish_tile();
                continue;
            }
            let stop = end.min(next);
            self.encoder.push((start - self.first) as usize..(stop - self.first) as usize, value);
            start = stop;
        }
    }

    /// Encodes the tiles that are left.
    fn finish(mut self) -> Encoded {
        while self.first < self.length {
            self.finish_tile();
        }
        self.encoded
    }

    fn finish_tile(&mut self) {
        let valid = (self.length - self.first).min(self.tile);
        let (code, summary) = self.encoder.finish(self.tile as usize, valid as usize, &mut self.encoded.bytes);
        self.encoded.tiles.push((code, self.encoded.bytes.len(), summary));
        self.first += self.tile;
    }
}
