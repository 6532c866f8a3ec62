//! A synthetic store in a temporary directory, written through the library's own writers.

use crate::Result;
use crate::panel::{PIECE, Panel, write_panel};
use atemoya::format::Contigs;
use atemoya::format::manifest::{ContigEntry, Manifest, SequenceEntry};
use atemoya::index::IndexBuilder;
use atemoya::store::writer::{self, SequenceWriter};
use atemoya::store::{Publication, Store};
use atemoya_measure::{Random, Windows, random_windows};
use std::fmt::Write;
use std::path::Path;

const CONTIGS: usize = 4;
/// Tiles of 4,096 bases by default.
const TILE_LOG2: u32 = 12;
pub(crate) const SEED: u64 = 0x61_74_65_6d_6f_79_61;
/// Letters that are made at a time: whole lines of FASTA, and whole numbers of the generator.
pub(crate) const LETTERS: usize = 60 << 10;

/// A store that lives as long as this value.
#[derive(Debug)]
pub struct Fixture {
    directory: tempfile::TempDir,
    panels: Vec<Panel>,
    /// The store.
    pub store: Store,
}

impl Fixture {
    /// Writes a genome of `bases` bases in four contigs, and the panels in tiles of 4,096 bases.
    ///
    /// # Errors
    /// What the library or the file system says.
    pub fn build(bases: usize, panels: &[Panel]) -> Result<Fixture> {
        let panels: Vec<_> = panels.iter().map(|&panel| (panel, TILE_LOG2)).collect();
        Fixture::with_tiles(bases, &panels)
    }

    /// Returns the same with each panel in tiles of `2^n` bases of its own.
    ///
    /// # Errors
    /// What the library or the file system says.
    pub fn with_tiles(bases: usize, panels: &[(Panel, u32)]) -> Result<Fixture> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("bench.atemoya");
        let publication = Publication::of_store(&path, false)?;
        let mut manifest = Manifest::new();
        let lengths = (0..CONTIGS).map(|i| (format!("chr{}", i + 1), (bases / CONTIGS) as u64));
        let contigs = Contigs::new(lengths)?;
        manifest.contigs = contigs.iter().map(|(name, length)| ContigEntry { name: name.into(), length }).collect();
        write_sequence(publication.path(), &contigs, &mut manifest)?;
        for &(panel, tile_log2) in panels {
            write_panel(publication.path(), &contigs, panel, tile_log2, &mut manifest)?;
        }
        writer::publish(publication, manifest)?;
        let panels = panels.iter().map(|(panel, _)| *panel).collect();
        Ok(Fixture { store: Store::open(&path)?, panels, directory })
    }

    /// Returns `count` windows at random places of the genome, of each contestant its own by
    /// `seed`: see [`random_windows`].
    #[must_use]
    pub fn windows(&self, width: usize, count: usize, seed: usize) -> Windows {
        random_windows(&self.store, width, count, seed)
    }

    /// Returns the directory, for more files that live as long as the store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Fills in the values of a track over the piece that begins at `start`.
    pub(crate) fn piece(&self, (panel, track): (usize, usize), contig: usize, start: usize, piece: &mut [f32]) {
        self.panels[panel].fill_piece((panel, track), contig, start, piece);
        let valid = PIECE.min(self.store.contigs().length(contig) as usize - start);
        piece[valid..].fill(0.0);
    }

    /// Indexes `count` random peaks of 400 bases, none of them near an end of its contig, and a
    /// fifth as many negatives.
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
