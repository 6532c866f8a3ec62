//! Synthetic tracks, made tile by tile, so that no track is ever whole in memory.

use atemoya_measure::Random;

/// What a track looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// Small counts at this share of the bases, as of 5' ends of reads. They pack as sparse tiles.
    Counts(f64),
    /// Depths of coverage in stretches of this mean length. They pack as runs.
    Coverage(f64),
}

impl Values {
    /// Writes a tile, whose place decides its values.
    pub(crate) fn fill(self, seeds: &[u64], tile: &mut [f32]) {
        let mut random = Random::new(seeds);
        tile.fill(0.0);
        match self {
            Values::Counts(density) => {
                let mut at = random.geometric(density);
                while at < tile.len() {
                    tile[at] = (1 + random.next().trailing_zeros()) as f32;
                    at += 1 + random.geometric(density);
                }
            }
            Values::Coverage(mean) => {
                let mut at = 0;
                let mut depth = 0;
                while at < tile.len() {
                    let stop = (at + 1 + random.geometric(1.0 / mean)).min(tile.len());
                    tile[at..stop].fill(depth as f32);
                    at = stop;
                    // Up or down by 1 to 3, from 0 up only.
                    let step = 1 + random.below(3);
                    depth = if random.below(2) == 0 && depth >= step { depth - step } else { depth + step };
                }
            }
        }
    }
}
