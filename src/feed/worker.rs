//! The worker threads of a feed, and how a panic in one becomes an error for the consumer.

use super::ring::{Claim, Fill, Ring};
use crate::{Error, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The threads of a feed. Dropping it ends them, each after the batch it is gathering.
#[derive(Debug)]
pub(super) struct Workers<J: Fill> {
    ring: Arc<Ring<J>>,
    threads: Vec<JoinHandle<()>>,
}

impl<J: Fill> Workers<J> {
    pub(super) fn spawn(ring: &Arc<Ring<J>>, count: usize) -> Result<Workers<J>> {
        let mut workers = Workers { ring: Arc::clone(ring), threads: Vec::with_capacity(count) };
        for i in 0..count {
            let ring = Arc::clone(ring);
            let builder = std::thread::Builder::new().name(format!("atemoya-{i}"));
            let thread =
                builder.spawn(move || run(&ring)).map_err(|e| Error::argument("num_workers", e.to_string()))?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    pub(super) fn len(&self) -> usize {
        self.threads.len()
    }
}

impl<J: Fill> Drop for Workers<J> {
    fn drop(&mut self) {
        self.ring.close();
        for thread in self.threads.drain(..) {
            // A worker catches its panics, so joining cannot fail.
            let _ = thread.join();
        }
    }
}

fn run<J: Fill>(ring: &Ring<J>) {
    while let Some(mut claim) = ring.claim() {
        let result = fill(&mut claim);
        ring.complete(claim, result);
    }
}

/// Gathers a claimed batch; a panic comes back as [`Error::Worker`].
pub(super) fn fill<J: Fill>(claim: &mut Claim<J>) -> Result<()> {
    // The slot holds plain bytes and the job only shared state, so nothing is left broken by
    // unwinding.
    catch_unwind(AssertUnwindSafe(|| claim.job.fill(claim.batch, &mut claim.slot)))
        .unwrap_or_else(|panic| Err(Error::Worker { message: message(&*panic) }))
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}
