//! Synthetic tracks, made piece by piece, so that no track is ever whole in memory.

use atemoya_measure::Random;

/// What a track looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// Small counts at this share of the bases, as of 5' ends of reads. They pack as sparse tiles.
    Counts(f64),
    /// Depths of coverage in stretches of this mean length. They pack as runs.
    Coverage(f64),
    /// Noise that is smoothed and scaled, another fraction at almost every base, as of a fold
    /// change. It packs as dense f32.
    Fractional,
}

impl Values {
    /// Writes a piece, whose values the seeds decide.
    pub(crate) fn fill(self, seeds: &[u64], piece: &mut [f32]) {
        let mut random = Random::new(seeds);
        piece.fill(0.0);
        match self {
            Values::Counts(density) => {
                let mut at = random.geometric(density);
                while at < piece.len() {
                    piece[at] = (1 + random.next().trailing_zeros()) as f32;
                    at += 1 + random.geometric(density);
                }
            }
            Values::Coverage(mean) => {
                let mut at = 0;
                let mut depth = 0;
                while at < piece.len() {
                    let stop = (at + 1 + random.geometric(1.0 / mean)).min(piece.len());
                    piece[at..stop].fill(depth as f32);
                    at = stop;
                    // Up or down by 1 to 3, from 0 up only.
                    let step = 1 + random.below(3);
                    depth = if random.below(2) == 0 && depth >= step { depth - step } else { depth + step };
                }
            }
            Values::Fractional => {
                /// Bases over which it is smoothed, about.
                const SMOOTH: f64 = 32.0;
                let mut level = random.unit();
                for value in piece {
                    level += (random.unit() - level) / SMOOTH;
                    *value = (2.6 * level) as f32;
                }
            }
        }
    }
}
