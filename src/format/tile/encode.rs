//! The writer's choice: the cheapest encoding of a tile.

use super::{Code, Family, ValueType, bitmap, dense, runs, sparse};

/// Encodes tiles, each under the code that takes the fewest bytes.
///
/// ```
/// use atemoya::format::tile::{Encoder, Family, decode};
/// let mut tile = vec![0.0f32; 512];
/// tile[7] = 3.0;
/// let mut bytes = Vec::new();
/// let (code, summary) = Encoder.encode(&tile, 512, &mut bytes);
/// assert_eq!((code.family(), summary.nonzero), (Family::Sparse, 1));
/// let mut back = vec![0.0f32; 512];
/// decode::<f32, false>(code, &bytes, 512, 0..512, false, &mut back).unwrap();
/// assert_eq!(back, tile);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Encoder;

/// What the encoder saw in a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Bases that are not 0.
    pub nonzero: u32,
    /// The narrowest type that holds every value ([`ValueType::U8`] at least).
    pub values: ValueType,
    /// Sum of the values, in order, in f64.
    pub sum: f64,
    /// Sum of the absolute values.
    pub magnitude: f64,
    /// The least value.
    pub min: f32,
    /// The greatest value.
    pub max: f32,
}

impl Summary {
    /// Of a tile that is zero everywhere.
    const ZERO: Summary = Summary { nonzero: 0, values: ValueType::U8, sum: 0.0, magnitude: 0.0, min: 0.0, max: 0.0 };
}

impl Encoder {
    /// Appends the encoded tile to `out`, padded to a multiple of 8 bytes, and says under which code.
    ///
    /// `tile` is 512 ..= 32,768 values (a power of two), finite and without -0.0, of which the first `valid` lie on the
    /// contig and the others are 0.
    pub fn encode(self, tile: &[f32], valid: usize, out: &mut Vec<u8>) -> (Code, Summary) {
        let (summary, stored) = survey(&tile[..valid]);
        if summary.nonzero == 0 {
            return (Code::ZERO, Summary::ZERO);
        }
        let code = cheapest(tile, summary, stored);
        let start = out.len();
        match code.family() {
            Family::Zero => {}
            Family::Dense => dense::encode(tile, code.values(), out),
            Family::Sparse => sparse::encode(tile, code.values(), out),
            Family::Bitmap => bitmap::encode(tile, code.values(), out),
            Family::Runs => runs::encode(tile, code.values(), out),
        }
        out.resize(start + (out.len() - start).next_multiple_of(8), 0);
        (code, summary)
    }
}

/// The summary of the part of a tile that lies on its contig, and the narrowest type of its non-zero values.
pub(super) fn survey(tile: &[f32]) -> (Summary, ValueType) {
    let mut stored = ValueType::One;
    let mut summary = Summary { min: f32::INFINITY, max: f32::NEG_INFINITY, ..Summary::ZERO };
    for_nonzero(tile, |_, value| {
        summary.nonzero += 1;
        summary.sum += f64::from(value);
        summary.magnitude += f64::from(value.abs());
        stored = stored.max(ValueType::of(value));
        summary.min = summary.min.min(value);
        summary.max = summary.max.max(value);
    });
    if (summary.nonzero as usize) < tile.len() {
        summary.min = summary.min.min(0.0);
        summary.max = summary.max.max(0.0);
    }
    summary.values = stored.max(ValueType::U8);
    (summary, stored)
}

/// Calls `each` with the position and the value of every base that is not 0, in order. Most bases of most tiles are 0, so eight
/// at a time are looked at together.
#[inline(always)]
pub(super) fn for_nonzero(tile: &[f32], mut each: impl FnMut(usize, f32)) {
    let (eights, rest) = tile.as_chunks::<8>();
    let mut some = |first: usize, values: &[f32]| {
        for (i, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            each(first + i, value);
        }
    };
    for (i, eight) in eights.iter().enumerate() {
        if eight.iter().fold(0, |bits, value| bits | value.to_bits()) != 0 {
            some(8 * i, eight);
        }
    }
    some(8 * eights.len(), rest);
}

fn cheapest(tile: &[f32], summary: Summary, stored: ValueType) -> Code {
    let runs = 1 + tile.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let (length, nonzero) = (tile.len(), summary.nonzero as usize);
    // In the order of their codes, so that the lowest wins among equals.
    let choices = [
        (Family::Dense, summary.values, dense::size(summary.values, length)),
        (Family::Sparse, stored, sparse::size(stored, length, nonzero)),
        (Family::Bitmap, stored, bitmap::size(stored, length, nonzero)),
        (Family::Runs, summary.values, runs::size(summary.values, runs)),
    ];
    let best = choices.into_iter().min_by_key(|&(_, _, size)| size.next_multiple_of(8));
    best.map_or(Code::ZERO, |(family, values, _)| Code::new(family, values))
}
