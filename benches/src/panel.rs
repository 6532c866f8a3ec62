//! A synthetic panel: its tracks' values, made in pieces that do not depend on the tile, and the
//! file they are written to.

use crate::fixture::SEED;
use crate::{Result, Values};
use atemoya::format::Contigs;
use atemoya::format::manifest::{GroupEntry, Manifest, PanelEntry, Role};
use atemoya::format::tile::{Code, Encoder, Summary};
use atemoya::store::writer::{PanelWriter, TrackTotals};
use rayon::prelude::*;
use std::path::Path;

/// Bases whose values are made together.
pub(crate) const PIECE: usize = 4096;
/// Values that are made and encoded before they are written.
const AT_ONCE: usize = 1 << 24;

/// A panel of the store: one group of tracks that look alike.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// The group's name. Where another panel before has the same, its number comes behind it.
    pub name: &'static str,
    /// The group's role.
    pub role: Role,
    /// Number of tracks.
    pub tracks: usize,
    /// What they look like.
    pub values: Values,
}

impl Panel {
    /// Writes the values of a piece, which its place decides.
    pub(crate) fn fill_piece(&self, (panel, track): (usize, usize), contig: usize, start: usize, piece: &mut [f32]) {
        self.values.fill(&[SEED, panel as u64, contig as u64, start as u64, track as u64], piece);
    }

    /// Returns the rows of `tile` bases from `start` on, up to the contig's end or as long as the
    /// values. `values` is whole tiles and whole pieces.
    fn rows(&self, number: usize, (contig, length): (usize, usize), start: usize, tile: usize) -> Vec<Row> {
        let mut values = vec![0.0; tile.max(PIECE)];
        let valid = values.len().min(length - start);
        let mut rows: Vec<Row> = (0..valid.div_ceil(tile)).map(|_| Row::with_capacity(self.tracks)).collect();
        for track in 0..self.tracks {
            for (i, piece) in values.chunks_mut(PIECE).enumerate() {
                self.fill_piece((number, track), contig, start + i * PIECE, piece);
            }
            values[valid..].fill(0.0);
            for (i, (row, values)) in rows.iter_mut().zip(values.chunks(tile)).enumerate() {
                let mut bytes = Vec::new();
                let (code, summary) = Encoder::default().encode(values, tile.min(valid - i * tile), &mut bytes);
                row.push((code, summary, bytes));
            }
        }
        rows
    }
}

/// One row of a panel: each track's tile.
type Row = Vec<(Code, Summary, Vec<u8>)>;

/// Writes the next panel of a store, and enters it into the manifest.
pub(crate) fn write_panel(
    directory: &Path,
    contigs: &Contigs,
    panel: Panel,
    tile_log2: u32,
    manifest: &mut Manifest,
) -> Result<()> {
    let number = manifest.panels.len();
    let tile = 1usize << tile_log2;
    let file = format!("panel-{number}.atm");
    let mut writer = PanelWriter::create(&directory.join(&file), contigs, tile_log2, panel.tracks)?;
    let mut totals = vec![TrackTotals::default(); panel.tracks];
    let step = tile.max(PIECE);
    for (id, (_, length)) in contigs.iter().enumerate() {
        let starts: Vec<usize> = (0..length as usize).step_by(step).collect();
        for starts in starts.chunks((AT_ONCE / (step * panel.tracks)).max(2)) {
            let rows = starts.par_iter().map(|&start| panel.rows(number, (id, length as usize), start, tile));
            for row in rows.collect::<Vec<_>>().into_iter().flatten() {
                totals.iter_mut().zip(&row).for_each(|(totals, (_, summary, _))| totals.add(summary));
                writer.push_row(row.iter().map(|(code, _, bytes)| (*code, bytes.as_slice())))?;
            }
        }
    }
    manifest.files.push(writer.finish()?);
    let tracks = totals.iter().enumerate().map(|(i, totals)| totals.entry(format!("{}.{i}", panel.name))).collect();
    manifest.panels.push(PanelEntry { file, tile: tile as u64, tracks });
    let taken = manifest.groups.iter().any(|group| group.name == panel.name);
    let name = if taken { format!("{}-{number}", panel.name) } else { panel.name.into() };
    manifest.groups.push(GroupEntry { name, role: panel.role, panel: number, tracks: (0..panel.tracks).collect() });
    Ok(())
}
