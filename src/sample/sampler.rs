//! The sampler of peaks and negatives: the plans of all epochs.

use super::native::{EpochPlan, PlanOptions};
use crate::Result;

/// Mixes each peak once an epoch with negatives drawn at a ratio, jitters the peaks and reverse-complements half of all
/// examples, in the native order (`format-spec/SAMPLER.md`). It touches no data: a plan says which locus, shift and
/// orientation stand at each index.
///
/// ```
/// use atemoya::{PeakNegativeSampler, sample::PlanOptions};
///
/// let sampler = PeakNegativeSampler::new(PlanOptions {
///     n_peaks: 1000,
///     n_negatives: 5000,
///     negative_ratio: 0.1,
///     max_jitter: 50,
///     reverse_complement: true,
///     shuffle: true,
///     seed: 0,
/// })?;
/// assert_eq!(sampler.len(), 1100);
/// let example = sampler.epoch(3)?.draw(17);
/// assert!(example.offset <= 100);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PeakNegativeSampler {
    options: PlanOptions,
    examples: usize,
}

impl PeakNegativeSampler {
    /// Checks the options.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] as for [`EpochPlan::new`].
    pub fn new(options: PlanOptions) -> Result<PeakNegativeSampler> {
        let examples = options.examples()? as usize;
        Ok(PeakNegativeSampler { options, examples })
    }

    /// Examples of an epoch: `n_peaks + trunc(n_peaks * negative_ratio)`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Whether an epoch has no example, which never is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// What the plans depend on.
    #[must_use]
    pub fn options(&self) -> &PlanOptions {
        &self.options
    }

    /// The plan of an epoch, made in time proportional to its length.
    ///
    /// # Errors
    /// None that [`PeakNegativeSampler::new`] has not found.
    pub fn epoch(&self, epoch: u64) -> Result<EpochPlan> {
        EpochPlan::new(&self.options, epoch)
    }
}
