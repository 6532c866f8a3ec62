//! The rule of the selection that drops outliers: peaks whose counts are above 1.2 times the 0.99
//! quantile, with the roundings of torch.

use super::counts::in_order;
use super::rules::reach;
use super::select_options::GroupSums;
use super::selection::Locus;
use super::verdict::{Verdict, Verdicts};
use crate::Result;

/// The quantile above which a peak may be an outlier.
const QUANTILE: f32 = 0.99;
/// What the quantile is multiplied by.
const FACTOR: f32 = 1.2;

/// Drops peaks that are outliers in any group. The thresholds of all groups are of the same peaks:
/// an outlier of one group counts in the others.
pub(super) fn drop_outliers(
    sums: &dyn GroupSums,
    width: usize,
    jitter: i64,
    peaks: usize,
    loci: &mut Vec<Locus>,
    verdicts: &mut Verdicts,
) -> Result<()> {
    let (left, right) = reach(width);
    let kept = loci.partition_point(|locus| (locus.row as usize) < peaks);
    for group in 0..sums.groups() as u32 {
        let sum = |locus: &Locus| {
            let (start, end) = (locus.centre - left - jitter, locus.centre + right + jitter);
            sums.sum(group as usize, locus.contig as usize, start, end)
        };
        let counts = in_order(&loci[..kept], sum)?;
        let threshold = outlier_threshold(&mut counts.clone());
        for (locus, counts) in loci.iter().zip(counts) {
            // The first group in which it is an outlier is the reason.
            if counts > threshold && verdicts.keeps(locus.row) {
                verdicts.set(locus.row, Verdict::Outlier { group, counts, threshold });
            }
        }
    }
    loci.retain(|locus| verdicts.keeps(locus.row));
    Ok(())
}

/// Returns the counts above which a peak is an outlier: `torch.quantile(counts, 0.99) * 1.2` of
/// float32 counts, to the last bit as torch 2.15.0 computes it on the CPU.
///
/// `counts` are the counts of all peaks, in any order, and are reordered. The result is NaN, so
/// that no peak is an outlier, when one of them is NaN, when the two counts around the quantile are
/// infinite, and when there are none.
///
/// # Examples
/// ```
/// let mut counts: Vec<f32> = (0..=100).map(|i| i as f32).collect();
/// assert_eq!(atemoya::loci::outliers::outlier_threshold(&mut counts), 118.8);
/// ```
#[must_use]
pub fn outlier_threshold(counts: &mut [f32]) -> f32 {
    if counts.is_empty() || counts.iter().any(|count| count.is_nan()) {
        return f32::NAN;
    }
    let rank = rank_torch_2_15(counts.len());
    let below = rank.floor();
    let weight = (rank - below) as f32;
    let (_, a, above) = counts.select_nth_unstable_by(below as usize, f32::total_cmp);
    let a = *a;
    let next = above.iter().copied().min_by(f32::total_cmp);
    let b = next.filter(|_| rank > below).unwrap_or(a);
    interpolate(a, b, weight) * FACTOR
}

/// Returns the rank of the quantile among `n` sorted values, from 0. torch 2.15.0 rounds the
/// quantile to float32 and computes the rank in float64. Older versions compute it in float32, with
/// another result.
fn rank_torch_2_15(n: usize) -> f64 {
    f64::from(QUANTILE) * (n - 1) as f64
}

/// Interpolates as torch's `lerp` does: from the nearer of `a` and `b`, with one rounding after
/// multiplication and addition.
fn interpolate(a: f32, b: f32, weight: f32) -> f32 {
    if weight < 0.5 { weight.mul_add(b - a, a) } else { (-(1.0 - weight)).mul_add(b - a, b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loci::float_sum::tests::values;
    use sha2::{Digest, Sha256};

    /// `(torch.quantile(values(n, 7 * n), 0.99) * 1.2)` of torch 2.15.0, as bits.
    const THRESHOLDS: [(usize, u32); 8] = [
        (1, 0x40ed_e2d0),
        (2, 0x4186_30bb),
        (3, 0x417b_dead),
        (100, 0x4194_b91f),
        (101, 0x4199_5844),
        (102, 0x4199_7274),
        (1000, 0x4197_33a3),
        (90_000, 0x4198_1de5),
    ];

    #[test]
    fn thresholds_are_those_of_torch_2_15() {
        for (n, bits) in THRESHOLDS {
            assert_eq!(outlier_threshold(&mut values(n, 7 * n)).to_bits(), bits, "{n} counts");
        }
        // Of these, three differ when the lower branch of `interpolate` rounds twice, and two when
        // the upper one does.
        let mut hash = Sha256::new();
        for n in (1..=300).chain([1000, 1001, 2000]) {
            for stream in 7 * n..7 * n + 20 {
                hash.update(outlier_threshold(&mut values(n, stream)).to_le_bytes());
            }
        }
        let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, "9e06f21f242ee5ddd57500837f3a6f5a671153d7b4c6c926f63e28858e0bd36d");
    }

    #[test]
    fn the_order_of_counts_does_not_matter() {
        for n in [1, 2, 99, 100, 101, 102, 1000] {
            let mut sorted = values(n, n);
            sorted.sort_by(f32::total_cmp);
            let expected = outlier_threshold(&mut values(n, n));
            assert_eq!(outlier_threshold(&mut sorted.clone()), expected);
            sorted.reverse();
            assert_eq!(outlier_threshold(&mut sorted), expected);
        }
    }

    #[test]
    fn what_is_not_finite_gives_nan_as_in_torch() {
        let infinite = f32::INFINITY;
        for mut counts in
            [vec![1.0, infinite], vec![infinite], vec![infinite; 2], vec![-infinite, infinite], vec![1.0, f32::NAN]]
        {
            assert!(outlier_threshold(&mut counts).is_nan(), "{counts:?}");
        }
        assert!(outlier_threshold(&mut []).is_nan());
    }
}
