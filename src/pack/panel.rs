//! Some bigWig tracks become a panel file: tiles are read and encoded in parallel over stretches of contigs and tracks, and
//! written in order. Memory is bounded by the wave, whatever the genome and however many tracks.

use crate::Result;
use crate::format::Contigs;
use crate::format::manifest::{FileEntry, PanelEntry};
use crate::format::tile::{Code, Encoder, Summary};
use crate::ingest::bigwig::BigWig;
use crate::progress::{self, Progress};
use crate::store::writer::{PanelWriter, TrackTotals};
use rayon::prelude::*;
use std::path::Path;

/// Decoded bytes of all tracks of the stretches that are encoded before they are written: 128 MiB.
const WAVE_BYTES: usize = 128 << 20;
/// Rows of one stretch at most, so that one task's values stay a few megabytes.
const STRETCH_ROWS: usize = 256;

/// What is to be packed.
pub(super) struct Job<'a> {
    pub(super) contigs: &'a Contigs,
    pub(super) tracks: &'a [&'a BigWig],
    pub(super) tile_log2: u32,
    pub(super) progress: &'a dyn Progress,
}

/// Consecutive rows of one contig.
#[derive(Clone, Copy)]
struct Stretch {
    contig: usize,
    start: u64,
    end: u64,
}

/// One track's tiles of a stretch.
struct Encoded {
    bytes: Vec<u8>,
    /// The code of each tile, where its bytes end, and what it holds.
    tiles: Vec<(Code, usize, Summary)>,
}

impl Job<'_> {
    /// Writes the panel file and describes it.
    pub(super) fn pack(&self, file: &str, names: &[String], directory: &Path) -> Result<(PanelEntry, FileEntry)> {
        let tile = 1u64 << self.tile_log2;
        let mut writer = PanelWriter::create(&directory.join(file), self.contigs, self.tile_log2, self.tracks.len())?;
        let mut totals = vec![TrackTotals::default(); self.tracks.len()];
        let bases: u64 = self.contigs.iter().map(|(_, length)| length).sum();
        self.progress.start(file, bases * self.tracks.len() as u64);
        let rows_a_wave = (WAVE_BYTES / (tile as usize * 4 * self.tracks.len())).max(1);
        let stretches = self.stretches(rows_a_wave.min(STRETCH_ROWS) as u64 * tile);
        let mut rest = stretches.as_slice();
        while !rest.is_empty() {
            let mut rows = 0;
            let fits = rest.iter().take_while(|stretch| {
                rows += (stretch.end - stretch.start).div_ceil(tile) as usize;
                rows <= rows_a_wave
            });
            let (wave, later) = rest.split_at(fits.count().max(1));
            self.write_wave(wave, &mut writer, &mut totals)?;
            rest = later;
        }
        self.progress.finish();
        let entries = totals.iter().zip(names).map(|(totals, name)| totals.entry(name.clone())).collect();
        Ok((PanelEntry { file: file.into(), tile, tracks: entries }, writer.finish()?))
    }

    /// The contigs cut into stretches of at most `bases` bases, a multiple of the tile.
    fn stretches(&self, bases: u64) -> Vec<Stretch> {
        let contigs = self.contigs.iter().enumerate();
        let cut = |(contig, (_, length)): (usize, (&str, u64))| {
            let starts = (0..length).step_by(bases as usize);
            starts.map(move |start| Stretch { contig, start, end: (start + bases).min(length) }).collect::<Vec<_>>()
        };
        contigs.flat_map(cut).collect()
    }

    fn write_wave(&self, wave: &[Stretch], writer: &mut PanelWriter, totals: &mut [TrackTotals]) -> Result<()> {
        let tasks: Vec<_> = wave.iter().flat_map(|s| self.tracks.iter().map(move |track| (*s, *track))).collect();
        let encoded =
            tasks.into_par_iter().map_init(Vec::new, |values, (stretch, track)| self.encode(stretch, track, values));
        let encoded = encoded.collect::<Result<Vec<_>>>()?;
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

    /// Reads one track over a stretch and encodes its tiles. `values` is memory to use again.
    fn encode(&self, stretch: Stretch, track: &BigWig, values: &mut Vec<f32>) -> Result<Encoded> {
        progress::check(self.progress)?;
        let tile = 1usize << self.tile_log2;
        let length = (stretch.end - stretch.start) as usize;
        values.resize(length.next_multiple_of(tile), 0.0);
        let (on_contig, past) = values.split_at_mut(length);
        past.fill(0.0);
        let name = self.contigs.name(stretch.contig);
        if track.has_contig(name) {
            track.read(name, stretch.start, stretch.end, on_contig)?;
        } else {
            on_contig.fill(0.0);
        }
        let mut encoded = Encoded { bytes: Vec::new(), tiles: Vec::with_capacity(values.len() / tile) };
        for (i, values) in values.chunks(tile).enumerate() {
            let (code, summary) = Encoder.encode(values, (length - i * tile).min(tile), &mut encoded.bytes);
            encoded.tiles.push((code, encoded.bytes.len(), summary));
        }
        self.progress.advance(length as u64);
        Ok(encoded)
    }
}
