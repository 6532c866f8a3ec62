//! Time that a measurement takes, shown as progress.

use atemoya::{Error, Progress, Result};
use std::time::{Duration, Instant};

/// Time since a start, reported to a [`Progress`] in milliseconds.
pub(crate) struct Timer<'a> {
    since: Instant,
    reported: u64,
    progress: &'a dyn Progress,
}

impl<'a> Timer<'a> {
    /// Starts now.
    pub(crate) fn start(progress: &'a dyn Progress) -> Timer<'a> {
        Timer { since: Instant::now(), reported: 0, progress }
    }

    /// Returns the time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Advances the progress to now, and returns the time since the start.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the work should end.
    pub(crate) fn tick(&mut self) -> Result<Duration> {
        let elapsed = self.since.elapsed();
        let now = elapsed.as_millis() as u64;
        self.progress.advance(now - self.reported);
        self.reported = now;
        if self.progress.interrupted() { Err(Error::Interrupted) } else { Ok(elapsed) }
    }
}
