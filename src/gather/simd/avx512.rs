//! The kernels for AVX-512: a mask of bases is a mask register, so that one-hot expansion is hardly more than a store;
//! tile decoding by recompiling the scalar code.

#![allow(unsafe_code, reason = "calling code compiled for instructions that only some machines have")]

use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::gather::onehot::{self, OneHot};
use crate::gather::{Window, signal as tracks};
use crate::store::PanelView;
use std::arch::x86_64::{
    _mm512_mask_storeu_epi8, _mm512_mask_storeu_epi16, _mm512_mask_storeu_epi32, _mm512_maskz_set1_epi8,
    _mm512_maskz_set1_epi16, _mm512_maskz_set1_epi32,
};

/// Whether this machine can run the kernels of this file.
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
    channels: &[(usize, usize)],
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    // SAFETY: `Set::Avx512` is made only where `is_available` has found the features of the callee.
    unsafe { signal_avx512(panel, channels, window, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn signal_avx512<T: Sample>(
    panel: &PanelView<'_>,
    channels: &[(usize, usize)],
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    tracks::signal(panel, channels, window, out)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn sequence_avx512<T: OneHot>(blocks: &[Block], window: &Window, out: &mut [T]) {
    onehot::clear_outside(window, out);
    let width = window.width;
    onehot::masks(blocks, window, |at, chunk, count| {
        for (channel, mask) in chunk.into_iter().enumerate() {
            expand(mask, &mut out[channel * width + at..][..count]);
        }
    });
}

/// Writes bit i of `mask` as item i, of at most 64.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn expand<T: OneHot>(mask: u64, out: &mut [T]) {
    // The items of the slice; none of one that is too long, nor of an empty one.
    let there = 64usize.checked_sub(out.len()).and_then(|past| u64::MAX.checked_shr(past as u32)).unwrap_or(0);
    let out = out.as_mut_ptr();
    match size_of::<T>() {
        1 => {
            let items = _mm512_maskz_set1_epi8(mask, T::ONE as i8);
            // SAFETY: only items in the mask `there` are written, and those are items of the slice, to which 0 and `T::ONE` may be
            // written, being values of `T`; where the mask is 0 no memory is touched. The store asks for no alignment.
            unsafe { _mm512_mask_storeu_epi8(out.cast(), there, items) };
        }
        2 => {
            for part in 0..2 {
                let items = _mm512_maskz_set1_epi16((mask >> (32 * part)) as u32, T::ONE as i16);
                // SAFETY: as above, of the 32 items from `32 * part` on: where the mask is 0 no memory is touched.
                unsafe {
                    _mm512_mask_storeu_epi16(
                        out.cast::<i16>().wrapping_add(32 * part),
                        (there >> (32 * part)) as u32,
                        items,
                    )
                };
            }
        }
        _ => {
            for part in 0..4 {
                let items = _mm512_maskz_set1_epi32((mask >> (16 * part)) as u16, T::ONE as i32);
                // SAFETY: as above, of the 16 items from `16 * part` on: where the mask is 0 no memory is touched.
                unsafe {
                    _mm512_mask_storeu_epi32(
                        out.cast::<i32>().wrapping_add(16 * part),
                        (there >> (16 * part)) as u16,
                        items,
                    )
                };
            }
        }
    }
}
