//! Encodes a tile under the code that takes the fewest bytes.

use super::intervals::Intervals;
use super::{Code, Family, ValueType, bitmap, dense, runs, sparse};
use std::ops::Range;

/// Encodes tiles, each under the code that takes the fewest bytes. It reuses its memory.
///
/// ```
/// use atemoya::format::tile::{Encoder, Family, decode};
/// let mut encoder = Encoder::default();
/// encoder.push(7..9, 3.0);
/// let mut bytes = Vec::new();
/// let (code, summary) = encoder.finish(512, 512, &mut bytes);
/// assert_eq!((code.family(), summary.nonzero), (Family::Sparse, 2));
/// let mut tile = vec![0.0f32; 512];
/// decode::<f32, false>(code, &bytes, 512, 0..512, false, &mut tile).unwrap();
/// assert_eq!(tile[6..10], [0.0, 3.0, 3.0, 0.0]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Encoder {
    intervals: Intervals,
}

/// The totals of a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Bases that are not 0.
    pub nonzero: u32,
    /// The narrowest type that holds every value that is not 0.
    pub values: ValueType,
    /// The sum of the values in f64: over the intervals of equal values in order, the value times
    /// the bases.
    pub sum: f64,
    /// The sum of the absolute values, likewise.
    pub magnitude: f64,
    /// The least value.
    pub min: f32,
    /// The greatest value.
    pub max: f32,
}

impl Summary {
    /// The totals of a tile that is zero everywhere.
    pub(super) const ZERO: Summary =
        Summary { nonzero: 0, values: ValueType::One, sum: 0.0, magnitude: 0.0, min: 0.0, max: 0.0 };
}

impl Encoder {
    /// Adds the value of some bases of the next tile. The value is finite and not -0.0; the bases
    /// are after those added before. Bases that are not added are 0.
    #[inline(always)]
    pub fn push(&mut self, bases: Range<usize>, value: f32) {
        self.intervals.push(bases, value);
    }

    /// Appends the encoded tile to `out`, padded to a multiple of 8 bytes, and returns its code and
    /// its totals. The next tile begins empty.
    ///
    /// `tile` is a power of two of 512 ..= 32,768 bases. The first `valid` bases are on the contig,
    /// and nothing was added to the others.
    ///
    /// # Panics
    /// May panic when bases were added out of order, twice, or past the tile.
    pub fn finish(&mut self, tile: usize, valid: usize, out: &mut Vec<u8>) -> (Code, Summary) {
        let encoded = encode(&self.intervals, tile, valid, out);
        self.intervals.clear();
        encoded
    }

    /// Encodes a tile of these values, as [`Encoder::finish`] does.
    pub fn encode(&mut self, tile: &[f32], valid: usize, out: &mut Vec<u8>) -> (Code, Summary) {
        self.intervals.read(tile);
        self.finish(tile.len(), valid, out)
    }
}

fn encode(intervals: &Intervals, tile: usize, valid: usize, out: &mut Vec<u8>) -> (Code, Summary) {
    if intervals.items().is_empty() {
        return (Code::ZERO, Summary::ZERO);
    }
    let summary = intervals.summary(valid);
    let counts = Counts { tile, nonzero: summary.nonzero as usize, runs: intervals.runs(tile) };
    let code = counts.cheapest(summary.values);
    let start = out.len();
    counts.write(intervals, code, out);
    out.resize(start + (out.len() - start).next_multiple_of(8), 0);
    (code, summary)
}

/// The counts that the size of an encoded tile depends on.
pub(super) struct Counts {
    /// Bases.
    pub(super) tile: usize,
    /// Bases that are not 0.
    pub(super) nonzero: usize,
    /// Runs of equal values, zeros included.
    pub(super) runs: usize,
}

impl Counts {
    /// Returns the code that takes the fewest bytes. `values` is the narrowest type of the values
    /// that are not 0.
    fn cheapest(&self, values: ValueType) -> Code {
        // Dense tiles and runs store zeros too, so that `ValueType::One` does not hold their
        // values.
        let with_zeros = values.max(ValueType::U4);
        // In the order of their codes: among equals, the lowest is taken.
        let choices = [
            Code::new(Family::Dense, with_zeros),
            Code::new(Family::Sparse, values),
            Code::new(Family::Bitmap, values),
            Code::new(Family::Runs, with_zeros),
        ];
        choices.into_iter().min_by_key(|&code| self.size(code).next_multiple_of(8)).unwrap_or(Code::ZERO)
    }

    /// Returns the bytes of the tile under a code, without padding.
    fn size(&self, code: Code) -> usize {
        let values = code.values();
        match code.family() {
            Family::Zero => 0,
            Family::Dense => dense::size(values, self.tile),
            Family::Sparse => sparse::size(values, self.tile, self.nonzero),
            Family::Bitmap => bitmap::size(values, self.tile, self.nonzero),
            Family::Runs => runs::size(values, self.runs),
        }
    }

    /// Appends the tile under a code that holds its values.
    pub(super) fn write(&self, intervals: &Intervals, code: Code, out: &mut Vec<u8>) {
        let (items, values, start) = (intervals.items(), code.values(), out.len());
        out.resize(start + self.size(code), 0);
        let bytes = &mut out[start..];
        match code.family() {
            Family::Zero => {}
            Family::Dense => dense::encode(items, values, bytes),
            Family::Sparse => sparse::encode(items, values, self.tile, self.nonzero, bytes),
            Family::Bitmap => bitmap::encode(items, values, self.tile, bytes),
            Family::Runs => runs::encode(items, values, self.tile, self.runs, bytes),
        }
    }
}
