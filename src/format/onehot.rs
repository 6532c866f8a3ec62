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

/// The channel (0 A, 1 C, 2 G, 3 T) of each letter, or 4 for one that sets no bit.
const CHANNEL: [u8; 256] = {
    let mut table = [4u8; 256];
    let mut i = 0;
    while i < 4 {
        let letter = b"ACGT"[i];
        table[letter as usize] = i as u8;
        table[letter.to_ascii_lowercase() as usize] = i as u8;
        i += 1;
    }
    table
};

/// Encodes up to 64 letters, upper or lower case. Anything but A, C, G, T sets no bit.
///
/// ```
/// let block = atemoya::format::onehot::encode(b"ACGTNacgt");
/// assert_eq!(block, [0b0_0010_0001, 0b0_0100_0010, 0b0_1000_0100, 0b1_0000_1000]);
/// ```
#[must_use]
pub fn encode(letters: &[u8]) -> Block {
    let mut masks = [0u64; 5];
    for (i, &letter) in letters.iter().take(64).enumerate() {
        masks[CHANNEL[letter as usize] as usize] |= 1 << i;
    }
    [masks[0], masks[1], masks[2], masks[3]]
}

/// How many of a block's bases are A, C, G or T.
#[must_use]
pub fn count(block: &Block) -> u32 {
    block.iter().map(|mask| mask.count_ones()).sum()
}
