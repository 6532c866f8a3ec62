//! The kernels for AVX2 with BMI: one-hot expansion by hand, tile decoding by recompiling the
//! scalar code.

#![allow(unsafe_code, reason = "calling code compiled for instructions that only some machines have")]

use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::gather::channels::Channels;
use crate::gather::onehot::{self, OneHot};
use crate::gather::signal as tracks;
use crate::gather::window::Window;
use crate::store::PanelView;
use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpeq_epi16, _mm256_cmpeq_epi32, _mm256_set1_epi8,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setr_epi16, _mm256_setr_epi32,
    _mm256_shuffle_epi8, _mm256_storeu_si256,
};

/// Returns whether this machine can run the kernels of this file.
pub(super) fn is_available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
}

#[inline]
pub(super) fn sequence<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    // SAFETY: `Set::Avx2` is made only where `is_available` has found the features of the callee.
    unsafe { sequence_avx2(blocks, window, out) }
}

#[inline]
pub(super) fn signal<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    // SAFETY: `Set::Avx2` is made only where `is_available` has found the features of the callee.
    unsafe { signal_avx2(panel, channels, window, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn signal_avx2<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    tracks::signal(panel, channels, window, out)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn sequence_avx2<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    onehot::sequence_by_64(blocks, window, out, |mask, out| expand(mask, out));
}

/// Writes bit i of `mask` as element i.
#[target_feature(enable = "avx2")]
#[inline]
fn expand<T: OneHot>(mask: u64, out: &mut [T; 64]) {
    let parts = bytemuck::cast_slice_mut::<T, u8>(out).as_chunks_mut::<32>().0.iter_mut().enumerate();
    match size_of::<T>() {
        1 => parts.for_each(|(i, out)| store(bytes((mask >> (32 * i)) as u32, T::ONE), out)),
        2 => parts.for_each(|(i, out)| store(words((mask >> (16 * i)) as u16, T::ONE), out)),
        _ => parts.for_each(|(i, out)| store(doubles((mask >> (8 * i)) as u8, T::ONE), out)),
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(items: __m256i, out: &mut [u8; 32]) {
    // SAFETY: `out` is 32 bytes that may be written, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast::<__m256i>(), items) };
}

/// 32 items of a byte.
#[target_feature(enable = "avx2")]
#[inline]
fn bytes(mask: u32, one: u32) -> __m256i {
    let spread = _mm256_setr_epi8(
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
    );
    let bits = _mm256_set1_epi64x(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
    let byte = _mm256_shuffle_epi8(_mm256_set1_epi32(mask as i32), spread);
    let set = _mm256_cmpeq_epi8(_mm256_and_si256(byte, bits), bits);
    _mm256_and_si256(set, _mm256_set1_epi8(one as i8))
}

/// 16 items of two bytes.
#[target_feature(enable = "avx2")]
#[inline]
fn words(mask: u16, one: u32) -> __m256i {
    let bits = _mm256_setr_epi16(
        1,
        1 << 1,
        1 << 2,
        1 << 3,
        1 << 4,
        1 << 5,
        1 << 6,
        1 << 7,
        1 << 8,
        1 << 9,
        1 << 10,
        1 << 11,
        1 << 12,
        1 << 13,
        1 << 14,
        i16::MIN,
    );
    let set = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16(mask as i16), bits), bits);
    _mm256_and_si256(set, _mm256_set1_epi16(one as i16))
}

/// 8 items of four bytes.
#[target_feature(enable = "avx2")]
#[inline]
fn doubles(mask: u8, one: u32) -> __m256i {
    let bits = _mm256_setr_epi32(1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7);
    let set = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), bits), bits);
    _mm256_and_si256(set, _mm256_set1_epi32(one as i32))
}
