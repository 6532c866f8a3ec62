//! Which part of a window an array of a whole contig has.

use crate::gather::Window;

/// Zeroes what of a window's output lies outside an array of `length` positions, and calls `read`
/// with the first position inside and the output of those inside, if there are any. A position is
/// `size` items of the output.
#[inline]
pub(super) fn cut<T: Copy>(
    window: &Window,
    length: usize,
    out: &mut [T],
    (size, zero): (usize, T),
    read: impl FnOnce(usize, &mut [T]),
) {
    let (from, end, before) = Window { length: length as u64, ..*window }.on_contig();
    let inside = end - from;
    let first = if window.reverse { window.width - before - inside } else { before };
    let (head, out) = out.split_at_mut(first * size);
    let (out, tail) = out.split_at_mut(inside * size);
    head.fill(zero);
    tail.fill(zero);
    if inside > 0 {
        read(from, out);
    }
}
