//! Verifies a panel: decodes every tile, and compares the totals of the tracks with the manifest's.

use super::zeros;
use crate::format::manifest::{PanelEntry, TrackEntry};
use crate::format::tile::{Family, check};
use crate::format::{Contigs, Damage, contig_alignment};
use crate::progress::{self, Progress};
use crate::store::PanelFile;
use crate::store::writer::TrackTotals;
use crate::{Error, Result};
use rayon::prelude::*;
use std::path::Path;

/// The number of tiles that one task decodes. It bounds memory for any number of tracks.
const TILES_A_TASK: usize = 1 << 14;

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
pub(super) fn verify_panel(
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
