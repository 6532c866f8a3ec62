//! A synthetic store in a temporary directory, written through the library's own writers.

use crate::{Result, Values};
use atemoya::format::Contigs;
use atemoya::format::manifest::{ContigEntry, GroupEntry, Manifest, PanelEntry, Role, SequenceEntry};
use atemoya::format::tile::{Code, Encoder, Summary};
use atemoya::gather::Window;
use atemoya::index::IndexBuilder;
use atemoya::store::writer::{self, PanelWriter, SequenceWriter, TrackTotals};
use atemoya::store::{Publication, Store};
use atemoya_measure::{Random, random_windows};
use rayon::prelude::*;
use std::fmt::Write;
use std::path::Path;

const CONTIGS: usize = 4;
const TILE_LOG2: u32 = 12;
pub(crate) const TILE: usize = 1 << TILE_LOG2;
const SEED: u64 = 0x61_74_65_6d_6f_79_61;
/// Letters that are made at a time: whole lines of FASTA, and whole numbers of the generator.
pub(crate) const LETTERS: usize = 60 << 10;

/// A panel of the store: one group of tracks that look alike.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// The group's name.
    pub name: &'static str,
    /// The group's role.
    pub role: Role,
    /// Number of tracks.
    pub tracks: usize,
    /// What they look like.
    pub values: Values,
}

/// A store that lives as long as this value.
#[derive(Debug)]
pub struct Fixture {
    directory: tempfile::TempDir,
    panels: Vec<Panel>,
    /// The store.
    pub store: Store,
}

impl Fixture {
    /// Writes a genome of `bases` bases in four contigs, and the panels.
    ///
    /// # Errors
    /// What the library or the file system says.
    pub fn build(bases: usize, panels: &[Panel]) -> Result<Fixture> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("bench.atemoya");
        let publication = Publication::begin(&path, "manifest.json", false)?;
        let mut manifest = Manifest::new();
        let lengths = (0..CONTIGS).map(|i| (format!("chr{}", i + 1), (bases / CONTIGS) as u64));
        let contigs = Contigs::new(lengths)?;
        manifest.contigs = contigs.iter().map(|(name, length)| ContigEntry { name: name.into(), length }).collect();
        write_sequence(publication.path(), &contigs, &mut manifest)?;
        for (number, panel) in panels.iter().enumerate() {
            write_panel(publication.path(), &contigs, number, panel, &mut manifest)?;
        }
        writer::publish(publication, manifest)?;
        Ok(Fixture { store: Store::open(&path)?, panels: panels.to_vec(), directory })
    }

    /// `count` windows at random places of the genome, of each contestant its own by `seed`: see [`random_windows`].
    #[must_use]
    pub fn windows(&self, width: usize, count: usize, seed: usize) -> Vec<Window> {
        random_windows(&self.store, width, count, seed)
    }

    /// The directory, for more files that live as long as the store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The values of a track over the bases from `start` on, of the tile that begins there.
    pub(crate) fn tile(&self, (panel, track): (usize, usize), contig: usize, start: usize, tile: &mut [f32]) {
        self.panels[panel].values.fill(&tile_seeds(panel, contig, start, track), tile);
        let valid = TILE.min(self.store.contigs().length(contig) as usize - start);
        tile[valid..].fill(0.0);
    }

    /// Indexes `count` random peaks of 400 bases, none of them near an end of its contig, and a fifth as many negatives.
    ///
    /// # Errors
    /// What the library or the file system says.
    pub fn index(&self, count: usize) -> Result<()> {
        let margin = 2000;
        let mut random = Random::new(&[SEED, count as u64]);
        let mut write = |name: &str, count: usize| -> Result<_> {
            let mut text = String::new();
            for _ in 0..count {
                let contig = random.below(self.store.contigs().len());
                let room = self.store.contigs().length(contig) as usize - 2 * margin;
                let start = margin + random.below(room);
                let _ = writeln!(text, "{}\t{start}\t{}", self.store.contigs().name(contig), start + 400);
            }
            let path = self.directory.path().join(name);
            std::fs::write(&path, text)?;
            Ok(path)
        };
        let (peaks, negatives) = (write("peaks.bed", count)?, write("negatives.bed", count / 5)?);
        IndexBuilder::new("bench").peaks([peaks]).negatives([negatives]).publish(&self.store, &())?;
        Ok(())
    }
}

/// What the values of a tile are made from.
fn tile_seeds(panel: usize, contig: usize, start: usize, track: usize) -> [u64; 5] {
    [SEED, panel as u64, contig as u64, start as u64, track as u64]
}

/// Calls `push` with the letters of a contig, piece by piece.
pub(crate) fn letters(contig: usize, length: u64, mut push: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut letters = vec![0u8; LETTERS];
    let mut random = Random::new(&[SEED, contig as u64]);
    let mut left = length as usize;
    while left > 0 {
        let piece = &mut letters[..left.min(LETTERS)];
        for letters in piece.chunks_mut(32) {
            let bits = random.next();
            letters.iter_mut().enumerate().for_each(|(i, l)| *l = b"ACGT"[(bits >> (2 * i) & 3) as usize]);
        }
        push(piece)?;
        left -= piece.len();
    }
    Ok(())
}

fn write_sequence(directory: &Path, contigs: &Contigs, manifest: &mut Manifest) -> Result<()> {
    let mut sequence = SequenceWriter::create(&directory.join("sequence.atm"))?;
    for (id, (_, length)) in contigs.iter().enumerate() {
        letters(id, length, |piece| Ok(sequence.push(piece)?))?;
        sequence.end_contig()?;
    }
    manifest.sequence = Some(SequenceEntry { file: "sequence.atm".into(), acgt: sequence.acgt() });
    manifest.files.push(sequence.finish()?);
    Ok(())
}

/// One row of a panel: each track's tile.
type Row = Vec<(Code, Summary, Vec<u8>)>;

fn write_panel(
    directory: &Path,
    contigs: &Contigs,
    number: usize,
    panel: &Panel,
    manifest: &mut Manifest,
) -> Result<()> {
    let file = format!("panel-{number}.atm");
    let mut writer = PanelWriter::create(&directory.join(&file), contigs, TILE_LOG2, panel.tracks)?;
    let mut totals = vec![TrackTotals::default(); panel.tracks];
    for (id, (_, length)) in contigs.iter().enumerate() {
        let row = |start: usize| -> Row {
            let valid = TILE.min(length as usize - start);
            let mut values = vec![0.0; TILE];
            let tiles = (0..panel.tracks).map(|track| {
                panel.values.fill(&tile_seeds(number, id, start, track), &mut values);
                values[valid..].fill(0.0);
                let mut bytes = Vec::new();
                let (code, summary) = Encoder::default().encode(&values, valid, &mut bytes);
                (code, summary, bytes)
            });
            tiles.collect()
        };
        let starts: Vec<usize> = (0..length as usize).step_by(TILE).collect();
        for starts in starts.chunks(64) {
            let rows: Vec<Row> = starts.par_iter().map(|&start| row(start)).collect();
            for row in rows {
                totals.iter_mut().zip(&row).for_each(|(totals, (_, summary, _))| totals.add(summary));
                writer.push_row(row.iter().map(|(code, _, bytes)| (*code, bytes.as_slice())))?;
            }
        }
    }
    manifest.files.push(writer.finish()?);
    let tracks = totals.iter().enumerate().map(|(i, totals)| totals.entry(format!("{}.{i}", panel.name))).collect();
    manifest.panels.push(PanelEntry { file, tile: TILE as u64, tracks });
    let tracks = (0..panel.tracks).collect();
    manifest.groups.push(GroupEntry { name: panel.name.into(), role: panel.role, panel: number, tracks });
    Ok(())
}
