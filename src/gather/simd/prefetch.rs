//! Asking for memory before it is needed.

#![allow(unsafe_code, reason = "the instruction takes an address; this file gives it none but those of slices")]

/// Bytes of a cache line.
const LINE: usize = 64;

/// Asks for the cache lines of `bytes`. It changes nothing but how long a later read takes.
#[inline(always)]
pub(in crate::gather) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for line in bytes.chunks(LINE) {
            // SAFETY: prefetching has no requirement but SSE, which every x86-64 machine has; it never faults and
            // changes no memory, whatever the address, and this one is of a slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast::<i8>()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}
