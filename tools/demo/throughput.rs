//! How fast a loader streams, beside copying the same bytes: epochs and copies in turn, and the medians of both.

use crate::watch::Watch;
use anyhow::Result;
use atemoya::feed::Loader;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often the two epochs are streamed, so that there is a median.
const ROUNDS: usize = 3;
/// Bytes that are copied from, more than caches hold.
const SOURCE: usize = 256 << 20;

/// Medians over the rounds.
pub(super) struct Measured {
    pub(super) epoch: Duration,
    pub(super) memcpy: Duration,
    /// Bytes of an epoch's batches.
    pub(super) bytes: u64,
    pub(super) rounds: usize,
}

/// Streams epochs and copies in turn.
///
/// # Errors
/// A batch cannot be gathered, or the work is interrupted.
pub(super) fn measure(loader: &mut Loader, watch: &Watch) -> Result<Measured> {
    let source = vec![1u8; SOURCE];
    let mut slots: Vec<Vec<u8>> = (0..3).map(|_| vec![0; loader.layout().bytes()]).collect();
    let (mut epochs, mut copies) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for epoch in [0, 1].repeat(ROUNDS) {
        watch.check()?;
        let before = loader.stats().bytes;
        let start = Instant::now();
        for batch in loader.epoch(epoch) {
            black_box(batch?.slot().0[0]);
        }
        epochs.push(start.elapsed());
        bytes = loader.stats().bytes - before;
        let start = Instant::now();
        copy(&source, &mut slots, bytes);
        copies.push(start.elapsed());
    }
    Ok(Measured { epoch: median(epochs), memcpy: median(copies), bytes, rounds: ROUNDS })
}

/// Copies `bytes` bytes into the slots in turn, from places all over the source.
fn copy(source: &[u8], slots: &mut [Vec<u8>], bytes: u64) {
    let mut left = bytes as usize;
    let mut from = 0usize;
    for slot in (0..slots.len()).cycle() {
        if left == 0 {
            break;
        }
        let n = left.min(slots[slot].len()).min(source.len());
        // A stride that is prime to the source's length visits all of it.
        from = (from + 100_003 * 4096) % (source.len() - n + 1);
        slots[slot][..n].copy_from_slice(black_box(&source[from..from + n]));
        black_box(&slots[slot]);
        left -= n;
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
