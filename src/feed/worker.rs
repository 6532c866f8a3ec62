//! The worker threads of a loader, and how a panic in gathering becomes an error for the consumer.

use super::ring::{Claim, Ring};
use crate::error::panic_message;
use crate::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The threads that gather batches for a ring. Dropping it ends them, each after the batch that it
/// is gathering.
#[derive(Debug)]
pub(super) struct Workers {
    ring: Arc<Ring>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn spawn(ring: &Arc<Ring>, count: usize) -> Result<Workers> {
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

    /// Returns how a consumer gathers a batch by itself, or `None` where there are threads for it.
    pub(super) fn gather_in_consumer(&self) -> Option<fn(&mut Claim) -> Result<()>> {
        self.threads.is_empty().then_some(gather)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.ring.close();
        for thread in self.threads.drain(..) {
            // A worker catches its panics, so joining cannot fail.
            let _ = thread.join();
        }
    }
}

fn run(ring: &Ring) {
    while let Some(mut claim) = ring.claim() {
        let result = gather(&mut claim);
        ring.complete(claim, result);
    }
}

/// Gathers a claimed batch. A panic becomes [`Error::Worker`].
fn gather(claim: &mut Claim) -> Result<()> {
    // The slot holds plain bytes, and the stream is shared behind locks that survive a panic, so
    // unwinding leaves nothing broken.
    catch_unwind(AssertUnwindSafe(|| claim.gather()))
        .unwrap_or_else(|panic| Err(Error::Worker { message: panic_message(&*panic) }))
}
