//! Writes a sequence file from letters.

use super::data::DataWriter;
use crate::Result;
use crate::format::contig_alignment;
use crate::format::header::Kind;
use crate::format::manifest::FileEntry;
use crate::format::onehot::{self, BLOCK_BYTES};
use std::path::Path;

/// Writes a sequence file, contig after contig.
///
/// A contig's alignment depends on its length, which is known only at its end. So its blocks are
/// held until then, or until the contig is long enough for page alignment, which bounds the memory.
#[derive(Debug)]
pub struct SequenceWriter {
    data: DataWriter,
    contigs: Vec<[u64; 4]>,
    /// The letters of the block that is not full yet.
    letters: Vec<u8>,
    /// The encoded blocks of the current contig that are not written yet.
    blocks: Vec<u8>,
    /// The offset of the current contig in DATA, once it is decided.
    start: Option<u64>,
    length: u64,
    acgt: u64,
}

/// Blocks are held until the contig is at least this long, in bases.
const HELD: u64 = crate::format::PAGE_ALIGNED_CONTIG;

impl SequenceWriter {
    /// Creates the file, which must not exist.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn create(path: &Path) -> Result<Self> {
        Ok(SequenceWriter {
            data: DataWriter::create(path)?,
            contigs: Vec::new(),
            letters: Vec::with_capacity(64),
            blocks: Vec::new(),
            start: None,
            length: 0,
            acgt: 0,
        })
    }

    /// Adds the next letters of the current contig, without line ends.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn push(&mut self, mut letters: &[u8]) -> Result<()> {
        self.length += letters.len() as u64;
        if !self.letters.is_empty() {
            let (now, rest) = letters.split_at(letters.len().min(64 - self.letters.len()));
            self.letters.extend_from_slice(now);
            letters = rest;
            if self.letters.len() == 64 {
                self.push_held_letters();
            }
        }
        let (blocks, rest) = letters.as_chunks::<64>();
        self.acgt += onehot::encode_blocks(blocks, &mut self.blocks);
        self.letters.extend_from_slice(rest);
        if self.length >= HELD { self.write_blocks() } else { Ok(()) }
    }

    /// Ends the current contig and returns its length in bases.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn end_contig(&mut self) -> Result<u64> {
        if !self.letters.is_empty() {
            self.push_held_letters();
        }
        self.blocks.extend_from_slice(&[0; BLOCK_BYTES]);
        self.write_blocks()?;
        let length = std::mem::take(&mut self.length);
        self.contigs.push([self.start.take().unwrap_or(0), length, std::mem::take(&mut self.acgt), 0]);
        Ok(length)
    }

    /// Returns how many bases of all ended contigs are A, C, G or T.
    #[must_use]
    pub fn acgt(&self) -> u64 {
        self.contigs.iter().map(|contig| contig[2]).sum()
    }

    /// Completes and syncs the file, and returns its entry for the manifest.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn finish(self) -> Result<FileEntry> {
        self.data.finish(Kind::Sequence, &self.contigs, &[])
    }

    /// Encodes the held letters, at most a block.
    fn push_held_letters(&mut self) {
        let block = onehot::encode(&self.letters);
        self.acgt += u64::from(onehot::count(&block));
        self.blocks.extend_from_slice(bytemuck::cast_slice(&block));
        self.letters.clear();
    }

    fn write_blocks(&mut self) -> Result<()> {
        if self.start.is_none() {
            self.data.align(contig_alignment(self.length))?;
            self.start = Some(self.data.written());
        }
        self.data.write(&self.blocks)?;
        self.blocks.clear();
        Ok(())
    }
}
