//! The contestant that takes batches from a loader.

use crate::Contestant;
use atemoya::Result;
use atemoya::feed::Loader;
use std::hint::black_box;

/// Takes batches from a loader of so many slots and gives them back at once.
pub fn through(loader: &mut Loader, workers: usize, slots: usize) -> Contestant<'_, ()> {
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| -> Result<()> {
        if let Some(batch) = batches.next() {
            black_box(batch?.labels());
        }
        Ok(())
    };
    // A loader fills its slots while the others have their turn.
    Contestant::new(format!("feed, num_workers {workers}"), next).untimed(slots)
}
