//! Computes checksums: the CRC32C of each block of a DATA section, and SHA-256
//! (`format-spec/FORMAT.md`, sections 3.2 and 8).

use super::header::CHECK_BLOCK_LOG2;
use sha2::{Digest, Sha256};

/// Bytes of DATA under one CRC.
pub const CHECK_BLOCK: usize = 1 << CHECK_BLOCK_LOG2;

/// Computes the CRC32C of each block of a DATA section as the section is written.
#[derive(Debug, Default)]
pub struct BlockChecks {
    finished: Vec<u32>,
    current: u32,
    filled: usize,
}

impl BlockChecks {
    /// Adds the next bytes of the section.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(CHECK_BLOCK - self.filled));
            self.current = crc32c::crc32c_append(self.current, now);
            self.filled += now.len();
            if self.filled == CHECK_BLOCK {
                self.finished.push(std::mem::take(&mut self.current));
                self.filled = 0;
            }
            bytes = rest;
        }
    }

    /// Returns the bytes of the CHECKS section.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.finished.push(self.current);
        }
        self.finished.iter().flat_map(|crc| crc.to_le_bytes()).collect()
    }
}

/// Returns the SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

/// Returns `bytes` as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_same_table_as_blocks() {
        let data: Vec<u8> = (0..200_000u64).map(|i| ((i * i) >> 7) as u8).collect();
        let expected: Vec<u8> = data.chunks(CHECK_BLOCK).flat_map(|b| crc32c::crc32c(b).to_le_bytes()).collect();
        for piece in [1000, 65_536, 65_537, 200_000] {
            let mut checks = BlockChecks::default();
            data.chunks(piece).for_each(|p| checks.update(p));
            assert_eq!(checks.finish(), expected);
        }
        assert!(BlockChecks::default().finish().is_empty());
    }

    #[test]
    fn known_answers() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
