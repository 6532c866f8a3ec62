//! Contestants on a device: a loader that brings batches there, and plain copies of as many bytes;
//! and how long a loader's consumer waits.

use crate::Contestant;
use crate::stream::whole_batch;
use crate::timer::Timer;
use atemoya::cuda::{DeviceLoader, PlainCopies};
use atemoya::{Progress, Result};
use std::time::Duration;

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

/// Takes batches from a loader on a device and gives them back at once. A run takes as many
/// examples as a whole batch has, as [`through`](crate::through) does on the host.
pub fn through_device(loader: &mut DeviceLoader) -> Contestant<'_, ()> {
    let whole = loader.host().layout().batch_size();
    let ready = most_ready(loader);
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| whole_batch(&mut batches, whole, |batch| batch.len());
    Contestant::new("feed on the device", next).untimed(ready)
}

/// Takes batches as [`through_device`] does, but one in a run, even if it is short: each is copied
/// as a whole slot.
pub fn copies_of(loader: &mut DeviceLoader) -> Contestant<'_, ()> {
    let ready = most_ready(loader);
    let mut batches = loader.epochs(0, u64::MAX);
    let next = move |(): &mut ()| batches.next().transpose().map(drop);
    Contestant::new("the loader's copies", next).untimed(ready)
}

/// Copies plainly from page-locked memory, back to back, many times in a run.
pub fn plain_copies(copies: &mut PlainCopies) -> Contestant<'_, ()> {
    let run = move |(): &mut ()| copies.run(RUN).map(drop);
    Contestant::new("plain copies", run).batches(RUN).untimed(1)
}

/// Returns how many batches a loader may have ready when none was taken for a while: all
/// page-locked slots are full, and as many on the device, where there are fewer by default.
fn most_ready(loader: &DeviceLoader) -> usize {
    2 * loader.host().slots()
}

/// Streams epochs for some time to a consumer that gives each batch back at once, and returns how
/// long it waited for them.
///
/// # Errors
/// The error of a batch, or [`atemoya::Error::Interrupted`]. `progress` advances by milliseconds.
pub fn consumer_waited(loader: &mut DeviceLoader, time: Duration, progress: &dyn Progress) -> Result<Waited> {
    let before = loader.stats().consumer_waited;
    let mut timer = Timer::start(progress);
    for batch in loader.epochs(0, u64::MAX) {
        drop(batch?);
        if timer.tick()? >= time {
            break;
        }
    }
    let all = timer.elapsed();
    Ok(Waited { waited: loader.stats().consumer_waited - before, all })
}
