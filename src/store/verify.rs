//! Verifies a store: every checksum, row, tile and total (`format-spec/FORMAT.md`, section 3.3).

mod panel;

use super::map::Map;
use super::open::check_section;
use super::{SequenceFile, Store};
use crate::format::checks::{CHECK_BLOCK, hex};
use crate::format::header::{Header, PAGE};
use crate::format::manifest::MANIFEST;
use crate::format::onehot::{self, Block};
use crate::format::{Contigs, Damage};
use crate::parallel::on_all_cores;
use crate::progress::{self, Progress, Unit};
use crate::{Error, Result};
use panel::verify_panel;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// How much [`Store::verify`] has read and found undamaged.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::Verified;
///
/// let verified: Verified = Store::open("yeast.atemoya")?.verify(&())?; // or the first damage
/// println!("{} files, {} bytes, {} tiles", verified.files, verified.bytes, verified.tiles);
/// assert_eq!(verified.files, 2); // the sequence and a panel of tracks
/// # Ok::<(), atemoya::Error>(())
/// ```
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
    /// caller. [`crate::index::verify`] verifies the locus indices. [`Verified`] has an example.
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
