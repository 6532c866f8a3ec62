//! Asking for memory before it is needed.

#![allow(unsafe_code, reason = "the instruction takes an address; this file gives it none but those of slices")]

/// Bytes of a cache line.
const LINE: usize = 64;

/// Asks for the cache lines of `items`. It changes nothing but how long a later read takes.
#[inline(always)]
pub(crate) fn prefetch<T>(items: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = items.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(items)).step_by(LINE) {
            // SAFETY: prefetching has no requirement but SSE, which every x86-64 machine has; it
            // never faults and changes no memory, whatever the address, and this one is of a slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = items;
}
