//! Sums f32 values in the order of additions that numpy and torch use on x86-64, so that sums are
//! equal to theirs to the last bit.

/// The number of values in a vector.
const LANES: usize = 8;
/// The number of vectors that torch adds side by side.
const COLUMNS: usize = 4;
/// The number of values in a row of vectors.
const ROW: usize = COLUMNS * LANES;
/// The number of accumulators of torch's cascade.
const LEVELS: usize = 4;

/// Returns the sum as `numpy.sum(a, axis=-1)` of a contiguous float32 array computes it: pairwise,
/// in blocks of 128.
///
/// The sum of no value is 0. Sums of integers that stay below 2^24 are exact.
///
/// # Examples
/// ```
/// use atemoya::loci::float_sum::{cascade_sum, pairwise_sum};
///
/// let values: Vec<f32> = (0..2000).map(|i| (i % 7) as f32).collect();
/// assert_eq!(pairwise_sum(&values), 5995.0);
/// assert_eq!(cascade_sum(&values), 5995.0);
/// ```
#[must_use]
pub fn pairwise_sum(values: &[f32]) -> f32 {
    // numpy adds the result to 0, which turns -0 into 0.
    0.0 + pairwise(values)
}

fn pairwise(values: &[f32]) -> f32 {
    if values.len() > 128 {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % LANES);
        return pairwise(left) + pairwise(right);
    }
    let (vectors, tail) = values.as_chunks::<LANES>();
    let first = match vectors.split_first() {
        None => 0.0,
        Some((first, others)) => {
            let mut r = *first;
            others.iter().for_each(|vector| add(&mut r, vector));
            ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
        }
    };
    tail.iter().fold(first, |sum, value| sum + value)
}

/// Returns the sum as `tensor.sum(dim=-1)` of a contiguous float32 tensor on the CPU computes it in
/// torch 2.15: a cascade of four accumulators over blocks of rows of four vectors of eight values.
///
/// The sum of no value is 0. Sums of integers that stay below 2^24 are exact.
#[must_use]
pub fn cascade_sum(values: &[f32]) -> f32 {
    let (vectors, tail) = values.as_chunks::<LANES>();
    if vectors.is_empty() {
        return short_sum(values);
    }
    let (rows, _) = values.as_chunks::<ROW>();
    let columns = cascade(rows);
    let (columns, _) = columns.as_chunks::<LANES>();
    let mut lanes = columns[0];
    vectors[rows.len() * COLUMNS..].iter().for_each(|vector| add(&mut lanes, vector));
    columns[1..].iter().for_each(|column| add(&mut lanes, column));
    tail.iter().chain(&lanes).fold(0.0, |sum, value| sum + value)
}

/// Returns torch's sum of less than eight values. They do not fill a vector, so that torch adds
/// four columns of single values.
fn short_sum(values: &[f32]) -> f32 {
    let (rows, rest) = values.as_chunks::<COLUMNS>();
    let mut columns = [0.0; COLUMNS];
    rows.iter().for_each(|row| add(&mut columns, row));
    columns[0] = rest.iter().fold(columns[0], |sum, value| sum + value);
    columns.iter().fold(0.0, |sum, column| sum + column)
}

/// Returns the sums of the rows' columns.
fn cascade(rows: &[[f32; ROW]]) -> [f32; ROW] {
    let power = 4.max(ceil_log2(rows.len()) / LEVELS as u32);
    let mut levels = [[0.0; ROW]; LEVELS];
    let blocks = rows.chunks_exact(1 << power);
    let rest = blocks.remainder();
    for (block, done) in blocks.zip(1usize..) {
        block.iter().for_each(|row| add(&mut levels[0], row));
        // Level j - 1 is added to level j after every 2^((j - 1) * power) blocks; `done` counts
        // blocks.
        for j in 1..LEVELS as u32 {
            let below = std::mem::replace(&mut levels[j as usize - 1], [0.0; ROW]);
            add(&mut levels[j as usize], &below);
            if done & (((1 << power) - 1) << ((j - 1) * power)) != 0 {
                break;
            }
        }
    }
    rest.iter().for_each(|row| add(&mut levels[0], row));
    let [mut total, others @ ..] = levels;
    others.iter().for_each(|level| add(&mut total, level));
    total
}

/// Returns the least k for which 2^k is not below `n`.
fn ceil_log2(n: usize) -> u32 {
    n.max(1).next_power_of_two().ilog2()
}

/// Adds the values elementwise.
fn add<const N: usize>(to: &mut [f32; N], values: &[f32; N]) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to += value);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    /// Values of 24 random bits, at most 16, for oracles that other programs compute from the same
    /// arithmetic.
    pub(in crate::loci) fn values(n: usize, stream: usize) -> Vec<f32> {
        let value = |i: usize| {
            let x = (i as u32 + 1).wrapping_mul(2_654_435_761).wrapping_add((stream as u32).wrapping_mul(40_503));
            let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
            let x = x ^ (x >> 13);
            (x >> 8) as f32 / (1 << 20) as f32
        };
        (0..n).map(value).collect()
    }

    /// The bits of the sums of `values(n, n)`: n, numpy 2.4.6's, torch 2.15.0's.
    const SUMS: [(usize, u32, u32); 13] = [
        (1, 0x4125_841f, 0x4125_841f),
        (5, 0x423e_2b67, 0x423e_2b67),
        (7, 0x4246_c658, 0x4246_c658),
        (8, 0x424a_7acd, 0x424a_7ace),
        (9, 0x4279_943f, 0x4279_943f),
        (31, 0x438c_1d8b, 0x438c_1d8c),
        (40, 0x43a5_e9d0, 0x43a5_e9cf),
        (130, 0x4479_088c, 0x4479_088c),
        (300, 0x451a_1b6a, 0x451a_1b6b),
        (1000, 0x45fa_fc1a, 0x45fa_fc1a),
        (2000, 0x4679_966a, 0x4679_966a),
        (2100, 0x4683_9940, 0x4683_9940),
        (100_003, 0x4943_7100, 0x4943_7102),
    ];

    /// The SHA-256 of the sums of 614 rows of all kinds of lengths.
    fn digest(sum: impl Fn(&[f32]) -> f32) -> String {
        let mut hash = Sha256::new();
        for n in (1..=300).chain([1000, 1001, 2000, 2100, 4228, 8000, 100_003]) {
            for stream in [n, n + 1] {
                hash.update(sum(&values(n, stream)).to_le_bytes());
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sums_are_those_of_numpy_and_torch() {
        for (n, numpy, torch) in SUMS {
            assert_eq!(pairwise_sum(&values(n, n)).to_bits(), numpy, "numpy, {n} values");
            assert_eq!(cascade_sum(&values(n, n)).to_bits(), torch, "torch, {n} values");
        }
        assert_eq!(digest(pairwise_sum), "1ceebf79df5583de33594af6fa1c269fb93de19f6b798214201a67e06e459009");
        assert_eq!(digest(cascade_sum), "7c2be27cede690ac6fc10b5dc2b742e5841fc750adbe68aa5933eacaa1a8a25b");
    }

    #[test]
    fn the_sum_of_nothing_is_zero() {
        assert_eq!([pairwise_sum(&[]), cascade_sum(&[])], [0.0; 2]);
    }

    /// torch's sum, lane by lane, for rows of at least 8 values and of so few that `power` is 4.
    fn slow_cascade_sum(values: &[f32]) -> f32 {
        let vectors = values.len() / 8;
        let rows = vectors / 4;
        let mut lanes = [0f32; 8];
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let mut columns = [0f32; 4];
            for (column, sum) in columns.iter_mut().enumerate() {
                let mut level = [0f32; 4];
                for i in 1..=rows {
                    level[0] += values[((i - 1) * 4 + column) * 8 + lane];
                    for j in 1..4 {
                        if i % (1 << (4 * j)) == 0 {
                            level[j] += level[j - 1];
                            level[j - 1] = 0.0;
                        }
                    }
                }
                *sum = ((level[0] + level[1]) + level[2]) + level[3];
            }
            for vector in rows * 4..vectors {
                columns[0] += values[vector * 8 + lane];
            }
            *sum = ((columns[0] + columns[1]) + columns[2]) + columns[3];
        }
        let tail: f32 = values[vectors * 8..].iter().fold(0.0, |sum, value| sum + value);
        lanes.iter().fold(tail, |sum, lane| sum + lane)
    }

    proptest! {
        #[test]
        fn cascades_are_those_of_the_slow_model(n in 8usize..20_000, stream in 0usize..1000, negative: bool) {
            let mut values = values(n, stream);
            if negative {
                values.iter_mut().for_each(|value| *value -= 8.0);
            }
            prop_assert_eq!(cascade_sum(&values).to_bits(), slow_cascade_sum(&values).to_bits());
        }

        #[test]
        fn sums_of_integers_are_exact(values in proptest::collection::vec(0u16..4000, 0..4000)) {
            let total: u32 = values.iter().map(|&value| u32::from(value)).sum();
            let values: Vec<f32> = values.into_iter().map(f32::from).collect();
            prop_assert_eq!([pairwise_sum(&values), cascade_sum(&values)], [total as f32; 2]);
        }
    }
}
