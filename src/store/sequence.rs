//! An open sequence file: one-hot blocks of each contig.

use super::file::DataFile;
use super::map::Map;
use crate::format::header::{Header, Kind};
use crate::format::manifest::FileEntry;
use crate::format::onehot::{BLOCK_BYTES, Block, block_count};
use crate::format::{Contigs, Damage, contig_alignment};
use crate::{Error, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The opened sequence file of a store.
#[derive(Debug)]
pub struct SequenceFile {
    pub(super) path: PathBuf,
    pub(super) map: Map,
    pub(super) header: Header,
    /// The offset in DATA of the first block of each contig.
    offsets: Vec<usize>,
    /// The number of bases of each contig that are A, C, G or T, as the contig table has it.
    pub(super) acgt: Vec<u64>,
}

impl SequenceFile {
    pub(super) fn open(path: PathBuf, entry: &FileEntry, contigs: &Contigs) -> Result<Self> {
        let (map, header) = super::open::open_data_file(&path, entry, contigs)?;
        if header.kind != Kind::Sequence {
            return Err(Error::corrupt(&path, 8, "kind", "1, a sequence file", "2"));
        }
        let base = header.contigs.offset;
        let rows: &[[u64; 4]] = super::open::cast(&map, header.contigs, &path)?;
        let mut end = 0u64;
        for (i, (row, (_, length))) in rows.iter().zip(contigs.iter()).enumerate() {
            let damage = |at: u64, what, expected: u64, got: u64| {
                Damage::new(32 * i as u64 + at, what, expected, got).at(&path, base)
            };
            if row[0] < end || row[0] % contig_alignment(length) != 0 || row[0] > header.data.length {
                return Err(damage(0, "offset of a contig", end.next_multiple_of(contig_alignment(length)), row[0]));
            }
            if row[1] != length {
                return Err(damage(8, "length of a contig", length, row[1]));
            }
            if row[2] > length {
                return Err(damage(16, "A, C, G and T bases of a contig", length, row[2]));
            }
            if row[3] != 0 {
                return Err(damage(24, "reserved bytes of a contig", 0, row[3]));
            }
            end = row[0] + block_count(length) * BLOCK_BYTES as u64;
        }
        if end > header.data.length {
            return Err(Error::corrupt(&path, base, "end of the last contig", header.data.length, end));
        }
        let offsets = rows.iter().map(|row| row[0] as usize).collect();
        let acgt = rows.iter().map(|row| row[2]).collect();
        Ok(SequenceFile { path, map, header, offsets, acgt })
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a view of the contigs. Take it once, and use it for many windows.
    #[must_use]
    pub fn view(&self) -> SequenceView<'_> {
        let data = &self.map[self.header.data.offset as usize..self.header.data.end() as usize];
        SequenceView { data, offsets: &self.offsets }
    }

    /// Returns the file for reading without its map.
    pub(crate) fn file(&self) -> DataFile<'_> {
        DataFile::new(&self.path, &self.map)
    }

    /// Returns the range of some blocks of a contig, in bytes of the file.
    pub(crate) fn bytes_of(&self, contig: usize, blocks: Range<usize>) -> Range<u64> {
        let first = self.header.data.offset + self.offsets[contig] as u64;
        let at = |block: usize| first + (block * BLOCK_BYTES) as u64;
        at(blocks.start)..at(blocks.end)
    }

    /// Reads some blocks of a contig from the file, without the map, into memory that is reused.
    /// The contig's last block is its guard block.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corrupt`] when the file has been truncated.
    pub(crate) fn read_blocks<'a>(
        &self,
        contig: usize,
        blocks: Range<usize>,
        into: &'a mut Vec<Block>,
    ) -> Result<&'a [Block]> {
        if into.len() < blocks.len() {
            into.resize(blocks.len(), [0; 4]);
        }
        let out = &mut into[..blocks.len()];
        self.file().read(self.bytes_of(contig, blocks).start, bytemuck::cast_slice_mut(out))?;
        Ok(out)
    }
}

/// A borrowed view of the sequence file.
#[derive(Debug, Clone, Copy)]
pub struct SequenceView<'a> {
    data: &'a [u8],
    offsets: &'a [usize],
}

impl<'a> SequenceView<'a> {
    /// Returns the blocks of a contig, its guard block last. `length` must be the contig's length.
    #[inline]
    #[must_use]
    pub fn blocks(&self, contig: usize, length: u64) -> &'a [Block] {
        let bytes = block_count(length) as usize * BLOCK_BYTES;
        let start = self.offsets[contig];
        bytemuck::cast_slice(&self.data[start..start + bytes])
    }
}
