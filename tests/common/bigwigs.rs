//! Writes bigWig files, valid and damaged.

use std::io::Write;

/// A data block and its entry in the index.
#[derive(Clone)]
pub struct Block {
    pub contig: u32,
    pub start: u32,
    pub end: u32,
    pub bytes: Vec<u8>,
}

/// One interval and its value.
pub type Item = (u32, u32, f32);

fn section(kind: u8, contig: u32, range: (u32, u32), step: u32, span: u32, count: usize, data: Vec<u8>) -> Block {
    let mut bytes = Vec::new();
    for field in [contig, range.0, range.1, step, span] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend([kind, 0]);
    bytes.extend((count as u16).to_le_bytes());
    bytes.extend(data);
    Block { contig, start: range.0, end: range.1, bytes }
}

/// A block of intervals, each with its start and end.
pub fn bed_graph(contig: u32, items: &[Item]) -> Block {
    let range = (items.first().map_or(0, |item| item.0), items.iter().map(|item| item.1).max().unwrap_or(0));
    let data = items.iter().flat_map(|(start, end, value)| {
        [start.to_le_bytes(), end.to_le_bytes(), value.to_le_bytes()].into_iter().flatten()
    });
    section(1, contig, range, 0, 0, items.len(), data.collect())
}

/// A block of starts, all with one span.
pub fn var_step(contig: u32, span: u32, items: &[(u32, f32)]) -> Block {
    let range = (items[0].0, items[items.len() - 1].0 + span);
    let data = items.iter().flat_map(|(start, value)| [start.to_le_bytes(), value.to_le_bytes()].into_iter().flatten());
    section(2, contig, range, 0, span, items.len(), data.collect())
}

/// A block of values at regular positions.
pub fn fixed_step(contig: u32, start: u32, step: u32, span: u32, values: &[f32]) -> Block {
    let range = (start, start + step * (values.len() as u32 - 1) + span);
    section(3, contig, range, step, span, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// How to write a bigWig.
#[derive(Clone)]
pub struct Layout {
    pub compressed: bool,
    /// Items in a node of the trees.
    pub fan_out: usize,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout { compressed: true, fan_out: 256 }
    }
}

/// Returns the bytes of a bigWig. Contig i has number i.
pub fn big_wig(contigs: &[(&str, u32)], blocks: &[Block], layout: &Layout) -> Vec<u8> {
    let mut file = vec![0; 64];

    let contig_tree = file.len() as u64;
    let key_size = contigs.iter().map(|(name, _)| name.len()).max().unwrap_or(1);
    for field in [0x78CA_8C91, layout.fan_out as u32, key_size as u32, 8] {
        file.extend(u32::to_le_bytes(field));
    }
    file.extend((contigs.len() as u64).to_le_bytes());
    file.extend([0; 8]);
    let keys: Vec<Vec<u8>> = contigs
        .iter()
        .map(|(name, _)| {
            let mut key = name.as_bytes().to_vec();
            key.resize(key_size, 0);
            key
        })
        .collect();
    let leaves = contigs.iter().zip(&keys).enumerate().map(|(id, ((_, length), key))| {
        let mut item = key.clone();
        item.extend((id as u32).to_le_bytes());
        item.extend(length.to_le_bytes());
        (key.clone(), item)
    });
    tree(&mut file, leaves.collect(), layout.fan_out, &|keys| keys[0].clone());

    let data = file.len() as u64;
    file.extend((blocks.len() as u64).to_le_bytes());
    let mut leaves = Vec::new();
    for block in blocks {
        let mut bytes = block.bytes.clone();
        if layout.compressed {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&bytes).unwrap();
            bytes = encoder.finish().unwrap();
        }
        let mut key = Vec::new();
        for field in [block.contig, block.start, block.contig, block.end] {
            key.extend(field.to_le_bytes());
        }
        let mut item = key.clone();
        item.extend((file.len() as u64).to_le_bytes());
        item.extend((bytes.len() as u64).to_le_bytes());
        leaves.push((key, item));
        file.extend(bytes);
    }

    let index = file.len() as u64;
    file.extend(0x2468_ACE0_u32.to_le_bytes());
    file.extend([0; 44]);
    let cover = |keys: &[Vec<u8>]| [&keys[0][..8], &keys[keys.len() - 1][8..]].concat();
    tree(&mut file, leaves, layout.fan_out, &cover);
    file.extend(0x888F_FC26_u32.to_le_bytes());

    let mut header = 0x888F_FC26_u32.to_le_bytes().to_vec();
    header.extend([4, 0, 0, 0]);
    for offset in [contig_tree, data, index] {
        header.extend(offset.to_le_bytes());
    }
    header.extend([0; 20]);
    header.extend((if layout.compressed { 32_768_u32 } else { 0 }).to_le_bytes());
    header.resize(64, 0);
    file[..64].copy_from_slice(&header);
    file
}

/// Appends a tree over `leaves`, each a key and the item of its leaf node. The root comes first.
fn tree(file: &mut Vec<u8>, leaves: Vec<(Vec<u8>, Vec<u8>)>, fan_out: usize, cover: &dyn Fn(&[Vec<u8>]) -> Vec<u8>) {
    // Nodes level by level from the leaves up: (key, items, children's places in the level below).
    let node = |leaf: u8, count: usize| [&[leaf, 0][..], &(count as u16).to_le_bytes()].concat();
    let mut levels: Vec<Vec<(Vec<u8>, Vec<u8>)>> = vec![];
    let mut level: Vec<(Vec<u8>, Vec<u8>)> = leaves
        .chunks(fan_out)
        .map(|chunk| {
            let keys: Vec<_> = chunk.iter().map(|(key, _)| key.clone()).collect();
            let items: Vec<u8> = chunk.iter().flat_map(|(_, item)| item.clone()).collect();
            (cover(&keys), [node(1, chunk.len()), items].concat())
        })
        .collect();
    if level.is_empty() {
        level.push((vec![], node(1, 0)));
    }
    levels.push(level);
    while levels[levels.len() - 1].len() > 1 {
        let below = &levels[levels.len() - 1];
        let level = below
            .chunks(fan_out)
            .map(|chunk| {
                let keys: Vec<_> = chunk.iter().map(|(key, _)| key.clone()).collect();
                // Offsets are filled in below.
                let items: Vec<u8> = keys.iter().flat_map(|key| [&key[..], &[0; 8]].concat()).collect();
                (cover(&keys), [node(0, chunk.len()), items].concat())
            })
            .collect();
        levels.push(level);
    }
    levels.reverse();
    let mut next = file.len() as u64;
    let offsets: Vec<Vec<u64>> = levels
        .iter()
        .map(|level| level.iter().map(|(_, bytes)| (next, next += bytes.len() as u64).0).collect())
        .collect();
    for (depth, level) in levels.iter().enumerate() {
        let mut child = 0;
        for (_, bytes) in level {
            let mut bytes = bytes.clone();
            if depth + 1 < levels.len() {
                let count = usize::from(u16::from_le_bytes([bytes[2], bytes[3]]));
                let item = (bytes.len() - 4) / count;
                for i in 0..count {
                    let at = 4 + (i + 1) * item - 8;
                    bytes[at..at + 8].copy_from_slice(&offsets[depth + 1][child].to_le_bytes());
                    child += 1;
                }
            }
            file.extend(bytes);
        }
    }
}
