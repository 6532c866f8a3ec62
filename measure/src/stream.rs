//! The contestant that takes batches from a loader.

use crate::Contestant;
use atemoya::Result;
use atemoya::feed::Loader;
use std::hint::black_box;

/// Takes batches from a loader of so many slots and gives them back at once, in a run as many as
/// have the examples of a whole one: the last batch of an epoch may be short.
pub fn through(loader: &Loader, workers: usize, slots: usize) -> Contestant<'_, ()> {
    let whole = loader.layout().batch_size();
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| -> Result<()> {
        let mut examples = 0;
        while examples < whole {
            let Some(batch) = batches.next().transpose()? else { break };
            examples += black_box(batch.labels()).len();
        }
        Ok(())
    };
    // A loader fills its slots while the others have their turn.
    Contestant::new(format!("feed, num_workers {workers}"), next).untimed(slots)
}
