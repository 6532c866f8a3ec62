//! The contestant that takes batches from a loader.

use crate::Contestant;
use atemoya::Result;
use atemoya::feed::Loader;
use std::hint::black_box;

/// Takes batches from a loader and gives them back at once. A run takes as many examples as a whole
/// batch has, since the last batch of an epoch may be short. The loader has `workers` and `slots`.
pub fn through(loader: &Loader, workers: usize, slots: usize) -> Contestant<'_, ()> {
    let whole = loader.layout().batch_size();
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| whole_batch(&mut batches, whole, |batch| black_box(batch.labels()).len());
    // A loader fills its slots while the others have their turn.
    Contestant::new(format!("feed, num_workers {workers}"), next).untimed(slots)
}

/// Takes batches until they have as many examples as a whole one.
///
/// # Errors
/// The error of a batch.
pub(crate) fn whole_batch<B>(
    batches: &mut impl Iterator<Item = Result<B>>,
    whole: usize,
    examples: impl Fn(B) -> usize,
) -> Result<()> {
    let mut taken = 0;
    while taken < whole {
        let Some(batch) = batches.next().transpose()? else { break };
        taken += examples(batch);
    }
    Ok(())
}
