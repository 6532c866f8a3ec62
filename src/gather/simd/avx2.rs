//! The kernels for AVX2 with BMI: one-hot expansion by hand, tile decoding by recompiling the scalar code.

#![allow(unsafe_code, reason = "calling code compiled for instructions that only some machines have")]

use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::gather::{Window, onehot};
use crate::store::PanelView;
use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_storeu_si256,
};

/// Whether this machine can run the kernels of this file.
pub(super) fn is_available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
}

#[inline]
pub(super) fn sequence(blocks: &[Block], window: &Window, out: &mut [u8]) {
    // SAFETY: `Set::Avx2` is made only where `is_available` has found the features of the callee.
    unsafe { sequence_avx2(blocks, window, out) }
}

#[inline]
pub(super) fn signal<T: Sample>(
    panel: &PanelView<'_>,
    channels: &[(usize, usize)],
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    // SAFETY: `Set::Avx2` is made only where `is_available` has found the features of the callee.
    unsafe { signal_avx2(panel, channels, window, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn signal_avx2<T: Sample>(
    panel: &PanelView<'_>,
    channels: &[(usize, usize)],
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    crate::gather::signal::signal(panel, channels, window, out)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn sequence_avx2(blocks: &[Block], window: &Window, out: &mut [u8]) {
    onehot::clear_outside(window, out);
    let width = window.width;
    onehot::masks(blocks, window, |at, chunk, count| {
        for (channel, mask) in chunk.into_iter().enumerate() {
            let row = &mut out[channel * width + at..][..count];
            if let Some(row) = row.first_chunk_mut::<64>() {
                expand(mask, row);
            } else {
                let mut whole = [0; 64];
                expand(mask, &mut whole);
                row.copy_from_slice(&whole[..count]);
            }
        }
    });
}

/// Writes bit i of `mask` to byte i.
#[target_feature(enable = "avx2")]
#[inline]
fn expand(mask: u64, out: &mut [u8; 64]) {
    let spread = _mm256_setr_epi8(
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
    );
    let bits = _mm256_set1_epi64x(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
    let ones = _mm256_set1_epi8(1);
    for (half, out) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let word = _mm256_set1_epi32((mask >> (32 * half)) as i32);
        let byte = _mm256_shuffle_epi8(word, spread);
        let set = _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(byte, bits), bits), ones);
        // SAFETY: `out` is 32 bytes that may be written, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast::<__m256i>(), set) };
    }
}
