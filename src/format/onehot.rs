//! Encodes letters as one-hot blocks: 64 bases as four 64-bit masks (`format-spec/FORMAT.md`,
//! section 4).

#[cfg(target_arch = "x86_64")]
mod avx2;

/// 64 bases: one mask for each of A, C, G, T; bit i is base i of the block.
pub type Block = [u64; 4];

/// Bytes of a block in the file.
pub const BLOCK_BYTES: usize = 32;

/// Bases in a block.
pub const BLOCK_BASES: u64 = 64;

/// Returns the number of blocks of a contig of `length` bases, including its guard block.
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

/// Sets the bits of eight letters, the first of which is base `first` of the block. It treats them
/// as the bytes of one word.
#[inline(always)]
fn encode_eight(letters: [u8; 8], first: usize, block: &mut Block) {
    const LOW: u64 = 0x0101_0101_0101_0101;
    // Clearing bit 5 gives upper case, and makes no other byte A, C, G or T.
    let word = u64::from_le_bytes(letters) & (LOW * 0xdf);
    for (mask, letter) in block.iter_mut().zip(*b"ACGT") {
        let differing = word ^ (LOW * u64::from(letter));
        // The highest bit of a byte is 0 exactly where the byte is 0: no sum carries into the next
        // byte.
        let set = !(((differing & (LOW * 0x7f)) + LOW * 0x7f) | differing) & (LOW * 0x80);
        // Gathers the highest bits of the bytes: that of byte i lands at bit 56 + i.
        *mask |= ((set >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << first;
    }
}

/// Encodes whole blocks of letters as [`encode`] does, and appends their bytes to `out`. Returns
/// how many letters are A, C, G or T. Uses AVX2 where the machine has it.
pub fn encode_blocks(letters: &[[u8; 64]], out: &mut Vec<u8>) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(acgt) = avx2::encode_blocks(letters, out) {
        return acgt;
    }
    encode_blocks_scalar(letters, out)
}

fn encode_blocks_scalar(letters: &[[u8; 64]], out: &mut Vec<u8>) -> u64 {
    append(letters, out, |letters| encode(letters))
}

#[inline(always)]
fn append(letters: &[[u8; 64]], out: &mut Vec<u8>, encode: impl Fn(&[u8; 64]) -> Block) -> u64 {
    let start = out.len();
    out.resize(start + letters.len() * BLOCK_BYTES, 0);
    let blocks = out[start..].as_chunks_mut::<BLOCK_BYTES>().0;
    let mut acgt = 0;
    for (letters, out) in letters.iter().zip(blocks) {
        let block = encode(letters);
        // Each letter sets a bit in at most one of the four masks.
        acgt += u64::from(block.iter().fold(0, |all, mask| all | mask).count_ones());
        *out = bytemuck::must_cast(block);
    }
    acgt
}

/// Returns how many of a block's bases are A, C, G or T.
#[must_use]
pub fn count(block: &Block) -> u32 {
    block.iter().map(|mask| mask.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_implementation_encodes_blocks_alike() {
        let mut state = 1u32;
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 31 == 0 { b"ACGTacgtNn-*U"[(state >> 8) as usize % 13] } else { (state >> 16) as u8 }
        };
        for count in [0, 1, 2, 7, 300] {
            let letters: Vec<[u8; 64]> = (0..count).map(|_| std::array::from_fn(|_| letter())).collect();
            let expected: Vec<u8> =
                letters.iter().flat_map(|l| bytemuck::must_cast::<Block, [u8; 32]>(encode(l))).collect();
            let acgt = letters.as_flattened().iter().filter(|l| b"ACGTacgt".contains(l)).count() as u64;
            type Encode = fn(&[[u8; 64]], &mut Vec<u8>) -> u64;
            for encode in [encode_blocks_scalar as Encode, encode_blocks as Encode] {
                let mut out = vec![7];
                assert_eq!(encode(&letters, &mut out), acgt);
                assert_eq!(out[0], 7);
                assert_eq!(out[1..], expected);
            }
        }
    }

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
