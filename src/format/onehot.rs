//! One-hot blocks: 64 bases as four 64-bit masks, and the encoder from letters
//! (`format-spec/FORMAT.md`, section 4).

/// 64 bases: one mask for each of A, C, G, T; bit i is base i of the block.
pub type Block = [u64; 4];

/// Bytes of a block in the file.
pub const BLOCK_BYTES: usize = 32;

/// Bases in a block.
pub const BLOCK_BASES: u64 = 64;

/// Number of blocks of a contig of `length` bases, its guard block included.
#[must_use]
pub fn block_count(length: u64) -> u64 {
    length.div_ceil(BLOCK_BASES) + 1
}

/// Encodes up to 64 letters, upper or lower case. Anything but A, C, G, T sets no bit.
///
/// ```
/// let block = atemoya::format::onehot::encode(b"ACGTNacgt");
/// assert_eq!(block, [0b0_0010_0001, 0b0_0100_0010, 0b0_1000_0100, 0b1_0000_1000]);
/// ```
#[must_use]
pub fn encode(letters: &[u8]) -> Block {
    let mut block = [0; 4];
    let letters = &letters[..letters.len().min(64)];
    let (eights, rest) = letters.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        encode_eight(*eight, 8 * i, &mut block);
    }
    if !rest.is_empty() {
        let mut eight = [0; 8];
        eight[..rest.len()].copy_from_slice(rest);
        encode_eight(eight, 8 * eights.len(), &mut block);
    }
    block
}

/// Sets the bits of eight letters, of which the first is base `first` of the block: all eight at once, as the bytes of a word.
#[inline(always)]
fn encode_eight(letters: [u8; 8], first: usize, block: &mut Block) {
    const LOW: u64 = 0x0101_0101_0101_0101;
    // Upper case: bit 5 is what tells the cases apart, and no other byte becomes A, C, G or T without it.
    let word = u64::from_le_bytes(letters) & (LOW * 0xdf);
    for (mask, letter) in block.iter_mut().zip(*b"ACGT") {
        let differing = word ^ (LOW * u64::from(letter));
        // The highest bit of a byte is 0 exactly where the byte is 0: no sum carries into the next byte.
        let set = !(((differing & (LOW * 0x7f)) + LOW * 0x7f) | differing) & (LOW * 0x80);
        // Gathers the highest bits of the bytes: that of byte i lands at bit 56 + i.
        *mask |= ((set >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << first;
    }
}

/// How many of a block's bases are A, C, G or T.
#[must_use]
pub fn count(block: &Block) -> u32 {
    block.iter().map(|mask| mask.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_sets_its_own_bit_or_none() {
        for byte in 0..=255u8 {
            for length in 1..=64 {
                for place in [0, length / 2, length - 1] {
                    let mut letters = vec![b'N'; length];
                    letters[place] = byte;
                    let expected = b"ACGT".map(|base| u64::from(byte.to_ascii_uppercase() == base) << place);
                    assert_eq!(encode(&letters), expected, "{byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn neighbours_do_not_disturb_one_another() {
        for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
            let letters = [a, b, a, b, b, a, a, b, a, b];
            let bits = |base: u8| {
                let set = |(i, l): (usize, &u8)| u64::from(l.to_ascii_uppercase() == base) << i;
                letters.iter().enumerate().map(set).sum::<u64>()
            };
            assert_eq!(encode(&letters), b"ACGT".map(bits));
        }
    }
}
