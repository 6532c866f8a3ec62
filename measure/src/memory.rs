//! The private memory of a process: what is neither a file's nor shared.

use crate::timer::Timer;
use atemoya::feed::Loader;
use atemoya::{Progress, Result};
use std::hint::black_box;
use std::time::Duration;

/// Batches between two looks at the memory.
const BETWEEN: usize = 32;

/// Private memory of a process that streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Private {
    /// The most bytes that it grew by, the ring not counted.
    pub grown: u64,
    /// Bytes of the ring.
    pub ring: u64,
}

/// Returns the bytes of this process that are resident and belong to no file, `RssAnon` of
/// `/proc/self/status`. Returns `None` where there is no such line.
#[must_use]
pub fn private_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(1024 * line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?)
}

/// Streams epochs for some time and returns how far private memory grew above `before`, at most.
/// `None` where it cannot be read.
///
/// # Errors
/// The error of a batch, or [`atemoya::Error::Interrupted`]. `progress` advances by milliseconds.
pub fn private_memory(
    loader: &Loader,
    slots: usize,
    before: Option<u64>,
    time: Duration,
    progress: &dyn Progress,
) -> Result<Option<Private>> {
    let Some(before) = before else { return Ok(None) };
    let ring = (slots * loader.layout().bytes()) as u64;
    let (mut timer, mut most) = (Timer::start(progress), 0);
    for (number, batch) in loader.epochs(0, u64::MAX).enumerate() {
        black_box(batch?.labels());
        if number % BETWEEN == 0 {
            most = most.max(private_bytes().unwrap_or(0));
            if timer.tick()? >= time && number > 0 {
                break;
            }
        }
    }
    Ok(Some(Private { grown: most.saturating_sub(before + ring), ring }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_touched_counts() {
        let Some(before) = private_bytes() else {
            eprintln!("skipped: no RssAnon here");
            return;
        };
        let block = black_box(vec![1u8; 64 << 20]);
        let after = private_bytes().unwrap();
        assert!(after > before + (60 << 20), "{before} {after}");
        drop(block);
    }
}
