//! Windows of plain vectors, which windows of a store must equal.

use super::stores::Contig;
use atemoya::gather::Window;

/// The window of a plain vector; positions outside are `zero`.
pub fn slice<T: Copy>(values: &[T], window: &Window, zero: T) -> Vec<T> {
    let at = |i: i64| usize::try_from(i).ok().and_then(|i| values.get(i).copied()).unwrap_or(zero);
    let mut out: Vec<T> = (0..window.width as i64).map(|i| window.start.checked_add(i).map_or(zero, at)).collect();
    if window.reverse {
        out.reverse();
    }
    out
}

/// The one-hot rows of a window, one after the other.
pub fn onehot(letters: &[u8], window: &Window) -> Vec<bool> {
    let letters = slice(letters, window, b'N');
    let order = if window.reverse { b"TGCA" } else { b"ACGT" };
    order.iter().flat_map(|base| letters.iter().map(|l| l.to_ascii_uppercase() == *base)).collect()
}

/// The rows of a packed window, each of whole words, of one-hot rows of `width` positions.
pub fn packed(onehot: &[bool], width: usize) -> Vec<u64> {
    let words = width.div_ceil(64);
    let mut bits = vec![0; 4 * words];
    for (i, _) in onehot.iter().enumerate().filter(|(_, set)| **set) {
        let (row, position) = (i / width, i % width);
        bits[row * words + position / 64] |= 1 << (position % 64);
    }
    bits
}

/// A contig of random letters, and up to five tracks: sparse counts (u8), dense counts (u16), runs
/// of fractions (f32), dense small counts (u8), and nothing.
pub fn contig(name: &str, length: usize, tracks: usize, seed: u64) -> Contig {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let letters = (0..length).map(|_| b"ACGTacgtNRy"[(next() % 11) as usize]).collect();
    let tracks = (0..tracks)
        .map(|track| {
            let mut run = 0;
            let mut value = 0.0;
            (0..length)
                .map(|_| match track {
                    0 if next() % 30 == 0 => (next() % 3 + 1) as f32,
                    1 if next() % 3 == 0 => (next() % 40_000) as f32,
                    2 => {
                        if run == 0 {
                            run = next() % 90 + 1;
                            value = (next() % 7) as f32 / 8.0 - 0.25;
                        }
                        run -= 1;
                        if value == 0.0 { 0.0 } else { value }
                    }
                    3 => (next() % 256) as f32,
                    _ => 0.0,
                })
                .collect()
        })
        .collect();
    Contig { name: name.into(), letters, tracks }
}
