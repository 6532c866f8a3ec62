//! Verifies a store: every checksum, row, tile and total (`format-spec/FORMAT.md`, section 3.3).

use super::map::Map;
use super::open::check_section;
use super::writer::TrackTotals;
use super::{PanelFile, SequenceFile, Store};
use crate::format::checks::{CHECK_BLOCK, hex};
use crate::format::header::{Header, PAGE};
use crate::format::manifest::{MANIFEST, PanelEntry, TrackEntry};
use crate::format::onehot::{self, Block};
use crate::format::tile::{Family, check};
use crate::format::{Contigs, Damage, contig_alignment};
use crate::parallel::on_all_cores;
use crate::progress::{self, Progress, Unit};
use crate::{Error, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The number of tiles that one task decodes. It bounds memory for any number of tracks.
const TILES_A_TASK: usize = 1 << 14;

/// Counts what was read and found undamaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Data files.
    pub files: usize,
    /// Bytes of those files.
    pub bytes: u64,
    /// Decoded tiles, without those that are zero.
    pub tiles: u64,
}

impl Store {
    /// Checks every checksum of every data file, decodes every tile, and compares the totals with
    /// those of the manifest. Reads the whole store, on all cores or in the rayon pool of the
    /// caller. [`crate::index::verify`] verifies the locus indices.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for the first violation of the format; [`Error::Interrupted`].
    pub fn verify(&self, progress: &dyn Progress) -> Result<Verified> {
        on_all_cores(|| self.verify_all(progress))
    }

    fn verify_all(&self, progress: &dyn Progress) -> Result<Verified> {
        let mut verified = Verified::default();
        let bytes: u64 = self.manifest().files.iter().map(|file| file.length).sum();
        progress.start("checking files", bytes, Unit::Bytes);
        if let Some(sequence) = self.sequence() {
            self.verify_file(&sequence.path, &sequence.map, &sequence.header, progress)?;
        }
        for panel in self.panels() {
            self.verify_file(&panel.path, &panel.map, &panel.header, progress)?;
        }
        progress.finish();
        if let Some(sequence) = self.sequence() {
            verify_sequence(sequence, self.contigs())?;
        }
        let tiles = self.panels().iter().map(|panel| (panel.rows() * panel.tracks()) as u64).sum();
        progress.start("checking tiles", tiles, Unit::Tiles);
        for (panel, entry) in self.panels().iter().zip(&self.manifest().panels) {
            verified.tiles += verify_panel(panel, entry, self.contigs(), &self.path().join(MANIFEST), progress)?;
        }
        progress.finish();
        verified.files = self.manifest().files.len();
        verified.bytes = bytes;
        Ok(verified)
    }

    /// Checks every checksum of one file.
    fn verify_file(&self, path: &Path, map: &Map, header: &Header, progress: &dyn Progress) -> Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let expected = self.manifest().file(&name).map(|entry| entry.sha256.as_str()).unwrap_or_default();
        let blocks = || verify_blocks(path, map, header);
        let whole = || -> Result<()> {
            let mut hash = Sha256::new();
            for piece in map.chunks(4 << 20) {
                progress::check(progress)?;
                hash.update(piece);
                progress.advance(piece.len() as u64);
            }
            let got = hex(hash.finalize().as_slice());
            if got == expected { Ok(()) } else { Err(Error::corrupt(path, 0, "SHA-256 of the file", expected, got)) }
        };
        // An error of a CRC comes first, since it has the offset of the damage.
        let (blocks, whole) = rayon::join(blocks, whole);
        blocks.and(whole)
    }
}

fn verify_blocks(path: &Path, map: &Map, header: &Header) -> Result<()> {
    check_section(map, header.checks, "CRC32C of CHECKS", path)?;
    if let Some(index) = header.index {
        check_section(map, index, "CRC32C of INDEX", path)?;
    }
    let data = &map[header.data.offset as usize..header.data.end() as usize];
    let table = &map[header.checks.offset as usize..header.checks.end() as usize];
    for (i, (block, crc)) in data.chunks(CHECK_BLOCK).zip(table.as_chunks::<4>().0).enumerate() {
        let (stored, got) = (u32::from_le_bytes(*crc), crc32c::crc32c(block));
        if stored != got {
            let offset = header.data.offset + (i * CHECK_BLOCK) as u64;
            let what = "CRC32C of a block of DATA";
            return Err(Error::corrupt(path, offset, what, format!("{stored:08x}"), format!("{got:08x}")));
        }
    }
    verify_padding(path, map, header)
}

/// Checks that the bytes between the sections are zero.
fn verify_padding(path: &Path, map: &Map, header: &Header) -> Result<()> {
    let mut end = PAGE as u64;
    for section in [Some(header.data), Some(header.contigs), header.index, Some(header.checks)].into_iter().flatten() {
        zeros(&map[end as usize..section.offset as usize], "padding between sections").map_err(|d| d.at(path, end))?;
        end = section.end();
    }
    Ok(())
}

fn zeros(bytes: &[u8], what: &'static str) -> Result<(), Damage> {
    match bytes.iter().position(|&byte| byte != 0) {
        Some(at) => Err(Damage::new(at as u64, what, 0, bytes[at])),
        None => Ok(()),
    }
}

fn verify_sequence(file: &SequenceFile, contigs: &Contigs) -> Result<()> {
    let view = file.view();
    let base = file.header.data.offset;
    let mut end = 0;
    let data = &file.map[base as usize..file.header.data.end() as usize];
    for (i, (_, length)) in contigs.iter().enumerate() {
        let blocks = view.blocks(i, length);
        let start = blocks.as_ptr() as usize - data.as_ptr() as usize;
        zeros(&data[end..start], "padding between contigs").map_err(|d| d.at(file.path(), base + end as u64))?;
        let check = |(b, block): (usize, &Block)| verify_block(b as u64, block, length);
        let acgt = blocks.par_iter().enumerate().map(check).try_reduce(|| 0, |a, b| Ok(a + b));
        let acgt = acgt.map_err(|d| d.at(file.path(), base + start as u64))?;
        if acgt != file.acgt[i] {
            let at = file.header.contigs.offset + 32 * i as u64 + 16;
            return Err(Error::corrupt(file.path(), at, "A, C, G and T bases of a contig", acgt, file.acgt[i]));
        }
        end = start + std::mem::size_of_val(blocks);
    }
    zeros(&data[end..], "padding after the contigs").map_err(|d| d.at(file.path(), base + end as u64))
}

/// Checks block `b` of a contig and counts its bases.
fn verify_block(b: u64, block: &Block, length: u64) -> Result<u64, Damage> {
    let any = block.iter().fold(0, |all, mask| all | mask);
    let valid = length.saturating_sub(b * 64);
    let outside = if valid >= 64 { 0 } else { any & (u64::MAX << valid) };
    if outside != 0 {
        return Err(Damage::new(32 * b, "bases past the end of a contig", 0, format!("{outside:016x}")));
    }
    let count = onehot::count(block);
    if count != any.count_ones() {
        return Err(Damage::new(32 * b, "channels of a base", "at most one", "two or more"));
    }
    Ok(u64::from(count))
}

/// The totals of some rows of a panel.
struct PanelTotals {
    totals: Vec<TrackTotals>,
    tiles: u64,
}

impl PanelTotals {
    fn new(tracks: usize) -> PanelTotals {
        PanelTotals { totals: vec![TrackTotals::default(); tracks], tiles: 0 }
    }
}

/// Decodes every tile of a panel and returns their number.
fn verify_panel(
    panel: &PanelFile,
    entry: &PanelEntry,
    contigs: &Contigs,
    manifest: &Path,
    progress: &dyn Progress,
) -> Result<u64> {
    let mut all = PanelTotals::new(panel.tracks());
    let rows_a_task = (TILES_A_TASK / panel.tracks()).max(1);
    let wave = rows_a_task * 4 * rayon::current_num_threads();
    verify_ends(panel)?;
    for contig in 0..contigs.len() {
        let rows = panel.view().first_row(contig)..panel.view().first_row(contig + 1);
        for first in rows.clone().step_by(wave) {
            let last = rows.end.min(first + wave);
            let tasks: Vec<_> = (first..last).step_by(rows_a_task).map(|f| f..last.min(f + rows_a_task)).collect();
            let check = |task: std::ops::Range<usize>| -> Result<PanelTotals> {
                let mut tile = vec![0.0; 1 << panel.view().tile_log2()];
                let mut found = PanelTotals::new(panel.tracks());
                progress.advance((task.len() * panel.tracks()) as u64);
                for row in task {
                    progress::check(progress)?;
                    let start = (row - rows.start) as u64 * entry.tile;
                    verify_row(panel, row, contigs.length(contig), start, &mut tile, &mut found)?;
                }
                Ok(found)
            };
            // Merged in order, so that the sums do not depend on the threads.
            for found in tasks.into_par_iter().map(check).collect::<Result<Vec<_>>>()? {
                all.tiles += found.tiles;
                all.totals.iter_mut().zip(&found.totals).for_each(|(all, some)| all.merge(some));
            }
        }
    }
    for (totals, said) in all.totals.iter().zip(&entry.tracks) {
        compare_totals(totals, said).map_err(|d| d.at(manifest, 0))?;
    }
    Ok(all.tiles)
}

/// Checks that the rows begin and end with DATA.
fn verify_ends(panel: &PanelFile) -> Result<()> {
    let view = panel.view();
    let base = panel.header.index.map_or(0, |section| section.offset);
    if !panel.header.data.length.is_multiple_of(8) {
        let (what, got) = ("length of DATA", panel.header.data.length);
        return Err(Error::corrupt(panel.path(), 128 + 16, what, "a multiple of 8", got));
    }
    let ends = [(0, "first offset of INDEX", 0), (panel.rows(), "last offset of INDEX", panel.header.data.length)];
    for (row, what, expected) in ends {
        let got = view.row_offset(row);
        if got != expected {
            return Err(Error::corrupt(panel.path(), base + 8 * row as u64, what, expected, got));
        }
    }
    Ok(())
}

/// Checks every tile of a row, which begins at base `start` of a contig, and adds them to the
/// totals.
fn verify_row(
    panel: &PanelFile,
    row: usize,
    length: u64,
    start: u64,
    tile: &mut [f32],
    found: &mut PanelTotals,
) -> Result<()> {
    let valid = (length - start).min(tile.len() as u64) as usize;
    let view = panel.view();
    let base = panel.header.data.offset;
    let offset = view.row_offset(row);
    let tiles = view.row(row).map_err(|e| panel.error(row, e))?;
    let Some(tiles) = tiles else {
        found.totals.iter_mut().for_each(TrackTotals::add_zeros);
        return Ok(());
    };
    let damage_at = |damage: Damage, further: u64| damage.at(panel.path(), base + offset + further);
    let at = |damage: Damage| damage_at(damage, 0);
    let alignment = if starts_contig(panel, row) { contig_alignment(length) } else { 8 };
    if !offset.is_multiple_of(alignment) {
        return Err(at(Damage::new(0, "offset of a row", format!("a multiple of {alignment}"), offset)));
    }
    let zeros_until = |from: usize, to: usize| {
        let bytes = tiles.bytes_between(from, to).map_err(|e| at(e.damage(from as u64)))?;
        zeros(bytes, "padding of a row").map_err(|d| damage_at(d, from as u64))
    };
    // The end of the bytes that are in use, and where the next tile may start.
    let (mut end, mut next) = (4 * panel.tracks(), (4 * panel.tracks()).next_multiple_of(8));
    for track in 0..panel.tracks() {
        let entry = 4 * track as u64;
        let (code, bytes) = tiles.tile(track).map_err(|e| at(e.damage(entry)))?;
        let here = if code.family() == Family::Zero { next } else { tiles.len() - bytes.len() };
        if here < next {
            return Err(at(Damage::new(entry, "offset of a tile", format!("at least {next}"), here)));
        }
        let checked = check(code, bytes, valid, tile).map_err(|d| damage_at(d, here as u64))?;
        if checked.bytes > 0 {
            zeros_until(end, here)?;
            end = here + checked.bytes;
            next = end.next_multiple_of(8);
            found.tiles += 1;
        }
        found.totals[track].add(&checked.summary);
    }
    zeros_until(end, tiles.len())
}

/// Returns whether no earlier row of the row's contig has bytes.
fn starts_contig(panel: &PanelFile, row: usize) -> bool {
    let view = panel.view();
    let contig = panel.contig_of(row);
    view.row_offset(view.first_row(contig)) == view.row_offset(row)
}

fn compare_totals(totals: &TrackTotals, said: &TrackEntry) -> Result<(), Damage> {
    let found = totals.entry(said.name.clone());
    // The format does not specify the order in which the values are added.
    let close = (found.sum - said.sum).abs() <= 1e-9 * totals.magnitude();
    let same = found.nonzero == said.nonzero && found.min == said.min && found.max == said.max;
    if same && close && found.values == said.values {
        return Ok(());
    }
    Err(Damage::new(0, "totals of a track", format!("{found:?}"), format!("{said:?}")))
}
