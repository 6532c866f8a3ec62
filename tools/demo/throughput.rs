//! How fast a loader streams, beside copying the same bytes: whole epochs and copies in turns.

use crate::watch::Watch;
use anyhow::Result;
use atemoya::feed::Loader;
use atemoya_measure::{Contestant, OutputBuffers, Pace, Sources, take_turns};
use std::hint::black_box;
use std::time::Duration;

/// How often an epoch is streamed, so that there is a median.
const ROUNDS: usize = 6;

/// Medians over the rounds.
pub(super) struct Measured {
    pub(super) epoch: Duration,
    pub(super) memcpy: Duration,
    /// The rate of the epochs over that of the copies, round by round.
    pub(super) ratio: f64,
    /// Bytes of an epoch's batches.
    pub(super) bytes: usize,
    pub(super) rounds: usize,
}

/// Streams epochs 0 and 1 and copies as many bytes in turns.
///
/// # Errors
/// A batch cannot be gathered, or the work is interrupted.
pub(super) fn measure(loader: &Loader, watch: &Watch) -> Result<Measured> {
    let layout = loader.layout();
    let (example, bytes) = (layout.payload(1), layout.payload(loader.len()));
    let mut sources = Sources::new(1u8);
    let mut ring = OutputBuffers::new(3, layout.payload(layout.batch_size()), 1);
    let mut numbers = [0, 1].into_iter().cycle();
    let epoch = Contestant::new("epoch", |(): &mut ()| {
        watch.check()?;
        for batch in loader.epoch(numbers.next().unwrap_or(0)) {
            black_box(batch?.slot().0[0]);
        }
        Ok(())
    });
    let memcpy = Contestant::new("memcpy", |(): &mut ()| {
        let mut left = bytes;
        while left > 0 {
            let out = ring.turn();
            let now = left.min(out.len());
            sources.copy(&mut out[..now], example);
            left -= now;
        }
        Ok(())
    });
    let pace = Pace { rounds: ROUNDS, ..Pace::once() };
    let rows = take_turns(&mut (), &mut [epoch, memcpy], pace, &())?;
    let [epoch, memcpy] = [0, 1].map(|i| Duration::from_secs_f64(rows[i].seconds));
    Ok(Measured { epoch, memcpy, ratio: rows[0].ratio.median, bytes, rounds: ROUNDS })
}
