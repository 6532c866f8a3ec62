//! Contestants on a device: a loader that brings batches there, and plain copies of as many bytes;
//! and how long a loader's consumer waits.

use crate::Contestant;
use atemoya::cuda::{DeviceLoader, PlainCopies};
use atemoya::{Error, Progress, Result};
use std::time::{Duration, Instant};

/// Plain copies of one run, so that the wait at its end costs little beside.
const RUN: u32 = 64;

/// How long a consumer waited, of how long it all took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// Time in which the consumer asked for batches.
    pub waited: Duration,
    /// All time.
    pub all: Duration,
}

/// Takes batches from a loader on a device and gives them back at once, in a run as many as have
/// the examples of a whole one; what [`through`](crate::through) is for a loader on the host.
pub fn through_device(loader: &mut DeviceLoader) -> Contestant<'_, ()> {
    let whole = loader.host().layout().batch_size();
    let ahead = most_ahead(loader);
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| -> Result<()> {
        let mut examples = 0;
        while examples < whole {
            let Some(batch) = batches.next().transpose()? else { break };
            examples += batch.len();
        }
        Ok(())
    };
    Contestant::new("feed on the device", next).untimed(ahead)
}

/// The same, but one batch in a run, be it short or not: each is copied as a whole slot.
pub fn copies_of(loader: &mut DeviceLoader) -> Contestant<'_, ()> {
    let ahead = most_ahead(loader);
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| batches.next().transpose().map(drop);
    Contestant::new("the loader's copies", next).untimed(ahead)
}

/// Plain copies from page-locked memory, back to back, many in a run.
pub fn plain_copies(copies: &mut PlainCopies) -> Contestant<'_, ()> {
    let run = move |(): &mut ()| copies.run(RUN).map(drop);
    Contestant::new("plain copies", run).batches(RUN).untimed(1)
}

/// Batches that a loader may have ready when nobody took one for a while: all page-locked slots
/// full, and as many on the device, where there are fewer by default.
fn most_ahead(loader: &DeviceLoader) -> usize {
    2 * loader.host().slots()
}

/// Streams epochs for some time to a consumer that gives each batch back at once, and tells how
/// long it waited for them.
///
/// # Errors
/// What a batch says, or [`Error::Interrupted`]. `progress` advances by milliseconds.
pub fn consumer_waited(loader: &mut DeviceLoader, time: Duration, progress: &dyn Progress) -> Result<Waited> {
    let before = loader.stats().consumer_waited;
    let (since, mut told) = (Instant::now(), 0);
    for batch in loader.epochs(0, u64::MAX) {
        drop(batch?);
        let now = since.elapsed().as_millis() as u64;
        progress.advance(now - told);
        told = now;
        if progress.interrupted() {
            return Err(Error::Interrupted);
        }
        if since.elapsed() >= time {
            break;
        }
    }
    let all = since.elapsed();
    Ok(Waited { waited: loader.stats().consumer_waited - before, all })
}
