//! Copies between host memory that the program names by address and memory of the emulator's.

#![allow(unsafe_code, reason = "a driver is given addresses; these are the functions that follow them")]

use std::ptr;

/// How many bytes are looked at together.
const PIECE: usize = 4096;

/// Fills a slice from host memory.
///
/// # Safety
/// `address .. address + to.len()` is readable, and no part of `to`. Another thread may write to
/// it: that is the very mistake which the emulator looks for, so the bytes are copied as they come
/// and never borrowed.
pub(crate) unsafe fn read(address: usize, to: &mut [u8]) {
    // SAFETY: the source is readable by this function's contract, the target is a slice of the same
    // length, and they do not overlap.
    unsafe { ptr::copy_nonoverlapping(ptr::with_exposed_provenance(address), to.as_mut_ptr(), to.len()) }
}

/// Fills host memory from a slice.
///
/// # Safety
/// `address .. address + from.len()` is writable, and no part of `from`.
pub(crate) unsafe fn write(address: usize, from: &[u8]) {
    // SAFETY: the target is writable by this function's contract, the source is a slice of the same
    // length, and they do not overlap.
    unsafe { ptr::copy_nonoverlapping(from.as_ptr(), ptr::with_exposed_provenance_mut(address), from.len()) }
}

/// Returns a number that changes, but for rare chance, when any of the bytes does.
///
/// # Safety
/// `address .. address + length` is readable, as for [`read`].
pub(crate) unsafe fn checksum(address: usize, length: usize) -> u64 {
    let mut piece = [0; PIECE];
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for start in (0..length).step_by(PIECE) {
        let part = &mut piece[..PIECE.min(length - start)];
        // SAFETY: `start + part.len()` is at most `length`, and the piece is this function's own.
        unsafe { read(address + start, part) };
        for word in part.chunks(8) {
            let mut bytes = [0; 8];
            bytes[..word.len()].copy_from_slice(word);
            sum = (sum ^ u64::from_le_bytes(bytes)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_changes_the_checksum() {
        let mut bytes = vec![7u8; 3 * PIECE + 5];
        // SAFETY: the bytes are a vector's.
        let sum = |bytes: &[u8]| unsafe { checksum(bytes.as_ptr().expose_provenance(), bytes.len()) };
        let before = sum(&bytes);
        for at in [0, PIECE - 1, PIECE, 3 * PIECE + 4] {
            bytes[at] ^= 1;
            assert_ne!(sum(&bytes), before, "{at}");
            bytes[at] ^= 1;
        }
        assert_eq!(sum(&bytes), before);
    }
}
