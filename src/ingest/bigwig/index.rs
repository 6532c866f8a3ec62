//! Reads the index of a bigWig's data blocks, an R-tree in the file, into a sorted list.

use super::file::{BinaryFile, Fields};
use super::inflate::MAX_BLOCK;
use crate::Result;
use std::collections::HashSet;

const MAGIC: u32 = 0x2468_ACE0;
const HEADER: u64 = 48;
const WHAT: &str = "the data index";

/// A data block: the values of a range of a contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// First base that the block may cover.
    pub(super) start: u32,
    /// One past the last.
    pub(super) end: u32,
    /// Bytes in the file.
    pub(super) size: u32,
    /// Offset in the file, in bytes.
    pub(super) offset: u64,
}

/// All data blocks, sorted by contig, start and end.
pub(super) struct Index {
    blocks: Vec<Block>,
    /// The index in `blocks` of the first block of each contig, and the number of all blocks.
    first: Vec<usize>,
}

impl Index {
    /// Reads the whole index. `contig_ids` are the ids of the file's contigs, ascending. Without an
    /// offset there are no blocks.
    pub(super) fn read(file: &BinaryFile, offset: Option<u64>, contig_ids: &[u32]) -> Result<Index> {
        let damage = |what: &str| file.error(format!("the data index is damaged: {what}"));
        let Some(offset) = offset else {
            return Ok(Index { blocks: Vec::new(), first: vec![0; contig_ids.len() + 1] });
        };
        if Fields(&file.read(offset, HEADER, WHAT)?).u32() != MAGIC {
            return Err(damage("its header is not valid"));
        }

        let mut index = Index { blocks: Vec::new(), first: Vec::with_capacity(contig_ids.len() + 1) };
        let mut nodes = vec![offset + HEADER];
        let mut seen = HashSet::new();
        let (mut unread, mut data) = (file.length(), file.length());
        let mut last = (0, 0, 0);
        while let Some(node) = nodes.pop() {
            let head = file.read(node, 4, WHAT)?;
            let mut fields = Fields(&head);
            let (leaf, _reserved, count) = (fields.u8(), fields.u8(), fields.u16());
            if leaf > 1 {
                return Err(damage("a node is of an unknown kind"));
            }
            let size = 4 + u64::from(count) * if leaf == 1 { 32 } else { 24 };
            let items = file.read(node + 4, size - 4, WHAT)?;
            // Nodes do not overlap, so that together they are no longer than the file. A loop ends
            // here.
            let Some(rest) = unread.checked_sub(size).filter(|_| seen.insert(node)) else {
                return Err(damage("its nodes form a loop or overlap"));
            };
            unread = rest;
            let mut fields = Fields(&items);
            let first_child = nodes.len();
            for _ in 0..count {
                let (contig, start, end_contig, end) = (fields.u32(), fields.u32(), fields.u32(), fields.u32());
                let offset = fields.u64();
                if leaf == 0 {
                    nodes.push(offset);
                    continue;
                }
                let size = fields.u64();
                if contig != end_contig {
                    return Err(damage("a data block spans two contigs"));
                }
                if start > end || (contig, start) < (last.0, last.1) || (contig, end) < (last.0, last.2) {
                    return Err(damage("its data blocks are out of order"));
                }
                last = (contig, start, end);
                // The same holds for blocks, so that reading all of them takes time in proportion
                // to the length of the file.
                file.check(offset, size, "a data block")?;
                let (Some(rest), true) = (data.checked_sub(size), size <= MAX_BLOCK as u64) else {
                    return Err(damage("its data blocks overlap or are too large"));
                };
                data = rest;
                index.push(contig_ids, contig, Block { start, end, size: size as u32, offset }).map_err(damage)?;
            }
            nodes[first_child..].reverse();
        }
        index.first.resize(contig_ids.len() + 1, index.blocks.len());
        index.blocks.shrink_to_fit();
        Ok(index)
    }

    /// Returns the blocks of the contig at `position` that reach into `start .. end`.
    pub(super) fn overlapping(&self, position: usize, start: u64, end: u64) -> &[Block] {
        let blocks = &self.blocks[self.first[position]..self.first[position + 1]];
        let from = blocks.partition_point(|block| u64::from(block.end) <= start);
        let to = blocks.partition_point(|block| u64::from(block.start) < end);
        &blocks[from..to.max(from)]
    }

    /// Appends a block of the contig `id`, which is not below the id of the block before.
    fn push(&mut self, contig_ids: &[u32], id: u32, block: Block) -> Result<(), &'static str> {
        let position = contig_ids.binary_search(&id).map_err(|_| "a data block is on a contig that is not listed")?;
        if self.first.len() <= position {
            self.first.resize(position + 1, self.blocks.len());
        }
        self.blocks.push(block);
        Ok(())
    }
}
