//! The rule of the selection that bounds counts: the sum of a locus's signal over its window.

use super::rules::reach;
use super::select_options::{SelectOptions, WindowSums};
use super::selection::Locus;
use super::verdict::{Verdict, Verdicts};
use crate::parallel::on_all_cores;
use crate::{Error, Result};
use rayon::prelude::*;

/// How many windows are summed before their results are looked at, which bounds memory.
const SUMS_AT_ONCE: usize = 1 << 16;

/// The filter by counts.
pub(super) struct CountsFilter<'a> {
    sums: &'a dyn WindowSums,
    left: i64,
    right: i64,
    /// Further bases on either side of a peak's window.
    jitter: i64,
    min: Option<f64>,
    max: Option<f64>,
}

impl<'a> CountsFilter<'a> {
    /// Returns the filter, if there is a bound.
    pub(super) fn new(options: &SelectOptions<'a>) -> Result<Option<CountsFilter<'a>>> {
        let [min, max] = options.filter.counts_bounds();
        let name = if min.is_some() { "min_counts" } else { "max_counts" };
        for (name, threshold) in [("min_counts", min), ("max_counts", max)] {
            if threshold.is_some_and(f64::is_nan) {
                return Err(Error::argument(name, "NaN is no threshold"));
            }
        }
        match (min.or(max), options.counts, options.out_window()) {
            (None, ..) => Ok(None),
            (Some(_), Some(sums), Some(width)) => {
                let (left, right) = reach(width);
                Ok(Some(CountsFilter { sums, left, right, jitter: options.filter.counts_jitter(), min, max }))
            }
            (Some(_), ..) => Err(Error::argument(
                name,
                "there are no signals to count; of an index's own bound, -inf as `min_counts` and inf as `max_counts` \
                 leave it out",
            )),
        }
    }

    /// Drops loci, and records the reasons.
    pub(super) fn apply(&self, loci: &mut Vec<Locus>, peaks: usize, verdicts: &mut Verdicts) -> Result<()> {
        let judged = in_order(loci, |locus| self.judge(locus, peaks))?;
        for (locus, verdict) in loci.iter().zip(judged) {
            verdicts.set(locus.row, verdict);
        }
        loci.retain(|locus| verdicts.keeps(locus.row));
        Ok(())
    }

    fn judge(&self, locus: &Locus, peaks: usize) -> Result<Verdict> {
        let jitter = if (locus.row as usize) < peaks { self.jitter } else { 0 };
        let (start, end) = (locus.centre - self.left - jitter, locus.centre + self.right + jitter);
        let counts = self.sums.sum(locus.contig as usize, start, end)?;
        Ok(if self.min.is_some_and(|min| counts < min) {
            Verdict::UnderCounts { counts }
        } else if self.max.is_some_and(|max| counts > max) {
            Verdict::OverCounts { counts }
        } else {
            Verdict::Kept
        })
    }
}

/// Returns what `of` gives for each locus, computed in parallel. On any number of threads the error
/// is the first one in the order of the loci.
pub(super) fn in_order<T: Send>(loci: &[Locus], of: impl Fn(&Locus) -> Result<T> + Sync) -> Result<Vec<T>> {
    on_all_cores(|| {
        let mut all = Vec::with_capacity(loci.len());
        for some in loci.chunks(SUMS_AT_ONCE) {
            let results: Vec<Result<T>> = some.par_iter().map(&of).collect();
            for result in results {
                all.push(result?);
            }
        }
        Ok(all)
    })
}
