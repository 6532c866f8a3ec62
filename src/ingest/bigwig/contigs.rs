//! Reads the contigs of a bigWig, a B+ tree from names to ids and lengths.

use super::file::{BinaryFile, Fields};
use crate::Result;
use std::collections::HashSet;

const MAGIC: u32 = 0x78CA_8C91;
const HEADER: u64 = 32;
const WHAT: &str = "the contig tree";

/// One contig.
pub(super) struct Contig {
    pub(super) name: String,
    /// Its id in the file.
    pub(super) id: u32,
    /// In bases.
    pub(super) length: u64,
}

/// Reads all contigs, sorted by their ids.
pub(super) fn read(file: &BinaryFile, offset: u64) -> Result<Vec<Contig>> {
    let header = file.read(offset, HEADER, WHAT)?;
    let mut fields = Fields(&header);
    let (magic, _block_size, key_size, value_size) = (fields.u32(), fields.u32(), fields.u32(), fields.u32());
    if magic != MAGIC || key_size == 0 || value_size != 8 {
        return Err(file.error("the contig tree is damaged: its header is not valid"));
    }

    let item_size = u64::from(key_size) + 8;
    let mut contigs = Vec::new();
    let mut nodes = vec![offset + HEADER];
    let mut unread = file.length();
    while let Some(node) = nodes.pop() {
        let head = file.read(node, 4, WHAT)?;
        let mut fields = Fields(&head);
        let (leaf, _reserved, count) = (fields.u8(), fields.u8(), fields.u16());
        let size = 4 + u64::from(count) * item_size;
        let items = file.read(node + 4, size - 4, WHAT)?;
        // Nodes do not overlap, so that together they are no longer than the file. A loop ends
        // here.
        let Some(rest) = unread.checked_sub(size) else {
            return Err(file.error("the contig tree is damaged: its nodes form a loop or overlap"));
        };
        unread = rest;
        let mut fields = Fields(&items);
        let first_child = nodes.len();
        for _ in 0..count {
            let key = fields.bytes(key_size as usize);
            match leaf {
                0 => nodes.push(fields.u64()),
                1 => contigs.push(Contig { name: name(file, key)?, id: fields.u32(), length: fields.u32().into() }),
                _ => return Err(file.error("the contig tree is damaged: a node is of an unknown kind")),
            }
        }
        nodes[first_child..].reverse();
    }

    contigs.sort_by_key(|contig| contig.id);
    if let Some(pair) = contigs.windows(2).find(|pair| pair[0].id == pair[1].id) {
        let (name, other) = (&pair[0].name, &pair[1].name);
        return Err(file.error(format!("the contig tree is damaged: {name:?} and {other:?} have the same id")));
    }
    let mut names = HashSet::new();
    if let Some(contig) = contigs.iter().find(|contig| !names.insert(contig.name.as_str())) {
        return Err(file.error(format!("the contig {:?} is listed twice", contig.name)));
    }
    drop(names);
    Ok(contigs)
}

/// Returns the name in a key, which zero bytes pad.
fn name(file: &BinaryFile, key: &[u8]) -> Result<String> {
    let used = key.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    match std::str::from_utf8(&key[..used]) {
        Ok(name) if !name.is_empty() => Ok(name.to_string()),
        _ => Err(file
            .error(format!("the contig tree is damaged: a name is empty or not UTF-8 ({:?})", &key[..used.min(40)]))),
    }
}
