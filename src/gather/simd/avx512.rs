//! The kernels for AVX-512: a mask of bases is a mask register, so that one-hot expansion is hardly
//! more than a store; tile decoding by recompiling the scalar code.

#![allow(unsafe_code, reason = "calling code compiled for instructions that only some machines have")]

use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::gather::channels::Channels;
use crate::gather::onehot::{self, OneHot};
use crate::gather::signal as tracks;
use crate::gather::window::Window;
use crate::store::PanelView;
use std::arch::x86_64::{
    __m512i, _mm512_maskz_set1_epi8, _mm512_maskz_set1_epi16, _mm512_maskz_set1_epi32, _mm512_storeu_si512,
};

/// Returns whether this machine can run the kernels of this file.
pub(super) fn is_available() -> bool {
    super::avx2::is_available()
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vl")
}

#[inline]
pub(super) fn sequence<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    // SAFETY: `Set::Avx512` is made only where `is_available` has found the features of the callee.
    unsafe { sequence_avx512(blocks, window, out) }
}

#[inline]
pub(super) fn signal<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    // SAFETY: `Set::Avx512` is made only where `is_available` has found the features of the callee.
    unsafe { signal_avx512(panel, channels, window, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn signal_avx512<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    tracks::signal(panel, channels, window, out)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn sequence_avx512<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    onehot::sequence_by_64(blocks, window, out, |mask, out| expand(mask, out));
}

/// Writes bit i of `mask` as element i.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn expand<T: OneHot>(mask: u64, out: &mut [T; 64]) {
    let parts = bytemuck::cast_slice_mut::<T, u8>(out).as_chunks_mut::<64>().0.iter_mut();
    match size_of::<T>() {
        1 => parts.for_each(|out| store(_mm512_maskz_set1_epi8(mask, T::ONE as i8), out)),
        2 => parts
            .enumerate()
            .for_each(|(i, out)| store(_mm512_maskz_set1_epi16((mask >> (32 * i)) as u32, T::ONE as i16), out)),
        _ => parts
            .enumerate()
            .for_each(|(i, out)| store(_mm512_maskz_set1_epi32((mask >> (16 * i)) as u16, T::ONE as i32), out)),
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(items: __m512i, out: &mut [u8; 64]) {
    // SAFETY: `out` is 64 bytes that may be written, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast::<__m512i>(), items) };
}
