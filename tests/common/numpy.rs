//! Computations of numpy and torch in plain code: sums of 32-bit floats, a quantile, and draws of
//! the legacy generator.

use atemoya::sample::{Draw, PlanOptions};

/// numpy's sum of a row: pairwise.
pub fn numpy_sum(values: &[f32]) -> f32 {
    let n = values.len();
    if n < 8 {
        return values.iter().fold(0.0, |sum, value| sum + value);
    }
    if n > 128 {
        let half = n / 2 / 8 * 8;
        return numpy_sum(&values[..half]) + numpy_sum(&values[half..]);
    }
    let whole = n / 8 * 8;
    let mut r = [0.0f32; 8];
    r.copy_from_slice(&values[..8]);
    for i in 8..whole {
        r[i % 8] += values[i];
    }
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    values[whole..].iter().fold(sum, |sum, value| sum + value)
}

/// torch's sum of a row: vectors of 8 lanes in rows of 4 columns, cascaded over four levels.
pub fn torch_sum(values: &[f32]) -> f32 {
    if values.len() < 8 {
        // Too few for a vector: the columns are then of single values.
        let mut columns = [0.0f32; 4];
        for (i, value) in values.iter().enumerate() {
            columns[if i < 4 && values.len() >= 4 { i } else { 0 }] += value;
        }
        return columns.iter().fold(0.0, |sum, column| sum + column);
    }
    let vectors = values.len() / 8;
    let rows = vectors / 4;
    let power = if rows > 1 { (rows as f64).log2().ceil() as u32 / 4 } else { 0 }.max(4);
    let mut lanes = [0.0f32; 8];
    for (lane, total) in lanes.iter_mut().enumerate() {
        let mut columns = [0.0f32; 4];
        for (column, sum) in columns.iter_mut().enumerate() {
            let mut level = [0.0f32; 4];
            for row in 0..rows {
                level[0] += values[(row * 4 + column) * 8 + lane];
                let done = row + 1;
                if done % (1 << power) != 0 {
                    continue;
                }
                for j in 1..4 {
                    level[j] += level[j - 1];
                    level[j - 1] = 0.0;
                    if done & (((1 << power) - 1) << (j as u32 * power)) != 0 {
                        break;
                    }
                }
            }
            *sum = ((level[0] + level[1]) + level[2]) + level[3];
        }
        for vector in rows * 4..vectors {
            columns[0] += values[vector * 8 + lane];
        }
        *total = ((columns[0] + columns[1]) + columns[2]) + columns[3];
    }
    let tail = values[vectors * 8..].iter().fold(0.0, |sum, value| sum + value);
    lanes.iter().fold(tail, |sum, lane| sum + lane)
}

/// torch's quantile at 0.99, times 1.2.
pub fn outlier_threshold(counts: &[f32]) -> f32 {
    let mut sorted = counts.to_vec();
    sorted.sort_by(f32::total_cmp);
    let rank = f64::from(0.99f32) * (sorted.len() - 1) as f64;
    let (a, b) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    let t = (rank - rank.floor()) as f32;
    let quantile = if t < 0.5 { t.mul_add(b - a, a) } else { (-(1.0 - t)).mul_add(b - a, b) };
    quantile * 1.2
}

/// numpy's legacy `RandomState`: MT19937.
pub struct RandomState {
    key: [u32; 624],
    used: usize,
}

impl RandomState {
    pub fn new(seed: u32) -> RandomState {
        let mut key = [seed; 624];
        for i in 1..624 {
            key[i] = 1_812_433_253u32.wrapping_mul(key[i - 1] ^ (key[i - 1] >> 30)).wrapping_add(i as u32);
        }
        RandomState { key, used: 624 }
    }

    pub fn next(&mut self) -> u32 {
        if self.used == 624 {
            for i in 0..624 {
                let y = (self.key[i] & 0x8000_0000) | (self.key[(i + 1) % 624] & 0x7fff_ffff);
                let odd = if y % 2 == 1 { 0x9908_b0df } else { 0 };
                self.key[i] = self.key[(i + 397) % 624] ^ (y >> 1) ^ odd;
            }
            self.used = 0;
        }
        let mut y = self.key[self.used];
        self.used += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// Returns a number of `0 ..= most`, without a draw when `most` is 0.
    fn bounded(&mut self, most: u32) -> u32 {
        if most == 0 {
            return 0;
        }
        let mut mask = 1;
        while mask < most {
            mask = 2 * mask + 1;
        }
        loop {
            let value = self.next() & mask;
            if value <= most {
                return value;
            }
        }
    }

    fn permute<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.bounded(i as u32) as usize);
        }
    }
}

/// An epoch of cherimoya's sampler: whole arrays, one after the other, from one stream.
pub fn cherimoya_draws(o: &PlanOptions, epoch: u64) -> Vec<Draw> {
    let modulus = (1u128 << 31) - 1;
    let mut random = RandomState::new(((u128::from(o.seed) + u128::from(epoch) * 2_654_435_761) % modulus) as u32);
    let drawn = (o.n_peaks as f64 * o.negative_ratio) as usize;
    let n = o.n_peaks + drawn;
    let mut order: Vec<u32> = (0..o.n_peaks as u32).collect();
    if o.shuffle {
        random.permute(&mut order);
    }
    let mut is_peak: Vec<bool> = (0..n).map(|i| i < o.n_peaks).collect();
    random.permute(&mut is_peak);
    let negatives: Vec<u32> = (0..drawn).map(|_| random.bounded(o.n_negatives.max(1) as u32 - 1)).collect();
    let mut offsets = vec![0; n];
    if o.max_jitter > 0 {
        offsets.fill_with(|| random.bounded(2 * o.max_jitter));
    }
    let mut turned = vec![false; n];
    if o.reverse_complement {
        turned.fill_with(|| random.next() % 2 == 1);
    }
    let (mut order, mut negatives) = (order.into_iter(), negatives.into_iter());
    let draw = |i: usize| Draw {
        is_peak: is_peak[i],
        source: if is_peak[i] { order.next() } else { negatives.next() }.unwrap(),
        offset: if is_peak[i] { offsets[i] } else { 0 },
        reverse_complement: turned[i],
    };
    (0..n).map(draw).collect()
}
