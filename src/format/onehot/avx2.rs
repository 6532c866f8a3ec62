//! The encoder for AVX2: comparing with each of the four letters gives the masks of 32 bases at
//! once.

#![allow(unsafe_code, reason = "calling code compiled for instructions that only some machines have")]

use super::{Block, append};
use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
};

/// Encodes whole blocks as [`super::encode_blocks`] does. `None` on a machine without AVX2.
#[inline]
pub(super) fn encode_blocks(letters: &[[u8; 64]], out: &mut Vec<u8>) -> Option<u64> {
    if !(std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt")) {
        return None;
    }
    // SAFETY: the features of the callee have just been found.
    Some(unsafe { encode_avx2(letters, out) })
}

#[target_feature(enable = "avx2,popcnt")]
fn encode_avx2(letters: &[[u8; 64]], out: &mut Vec<u8>) -> u64 {
    append(letters, out, |letters| encode(letters))
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn encode(letters: &[u8; 64]) -> Block {
    let [low, high] = [0, 32].map(|at| upper(letters, at));
    b"ACGT".map(|letter| u64::from(equal(low, letter)) | u64::from(equal(high, letter)) << 32)
}

/// Returns 32 letters in upper case. Clearing bit 5 makes no other byte A, C, G or T.
#[target_feature(enable = "avx2")]
#[inline]
fn upper(letters: &[u8; 64], at: usize) -> __m256i {
    let letters: &[u8] = &letters[at..at + 32];
    // SAFETY: `letters` is 32 bytes that may be read, and the load asks for no alignment.
    let letters = unsafe { _mm256_loadu_si256(letters.as_ptr().cast::<__m256i>()) };
    _mm256_and_si256(letters, _mm256_set1_epi8(0xdf_u8 as i8))
}

/// Returns the mask of the letters that equal `letter`.
#[target_feature(enable = "avx2")]
#[inline]
fn equal(letters: __m256i, letter: u8) -> u32 {
    _mm256_movemask_epi8(_mm256_cmpeq_epi8(letters, _mm256_set1_epi8(letter as i8))) as u32
}
