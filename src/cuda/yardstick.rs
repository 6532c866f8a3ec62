//! What a device can do, to set a loader beside it: how fast plain copies from page-locked memory
//! are, and how long the expansion of a batch takes.

use super::device::Device;
use super::loader::DeviceLoader;
use super::memory::DeviceMemory;
use super::page_locked::PageLocked;
use super::stream::Stream;
use crate::{Error, Result};
use std::time::{Duration, Instant};

/// Buffers that are copied in turn: while one is copied, the next copy has been submitted.
const BUFFERS: usize = 2;

/// Copies of one run, at most: the driver remembers all that it has been given.
const MOST: u32 = 1 << 16;

/// Bytes that were copied, and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The bytes.
    pub bytes: u64,
    /// By the host's clock: from before the first submission until the host knew of the last copy's
    /// end.
    pub time: Duration,
}

impl Copied {
    /// Bytes a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        // Less than a nanosecond is what no clock tells.
        self.bytes as f64 / self.time.as_secs_f64().max(1e-9)
    }
}

/// Plain copies from page-locked memory to a device, back to back on a stream of their own: the
/// most that a loader's copies can reach whose batches have this size.
///
/// ```no_run
/// use atemoya::cuda::{Device, PlainCopies};
/// use std::time::Duration;
///
/// let mut copies = PlainCopies::new(&Device::open(0)?, 1 << 20)?;
/// let copied = copies.run_for(Duration::from_millis(200))?;
/// println!("{:.2} GB/s", copied.rate() / 1e9);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug)]
pub struct PlainCopies {
    /// Dropped first: they wait for the copies from them.
    sources: Vec<PageLocked>,
    targets: Vec<DeviceMemory>,
    stream: Stream,
    bytes: usize,
    next: usize,
}

impl PlainCopies {
    /// Allocates two buffers of so many bytes on either side.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are none; [`Error::Driver`], with code 2 where the host or
    /// the device lacks memory. Nothing stays allocated then.
    pub fn new(device: &Device, bytes: usize) -> Result<PlainCopies> {
        if bytes == 0 {
            return Err(Error::argument("bytes", "there is nothing to copy"));
        }
        let stream = Stream::new(device)?;
        let sources = (0..BUFFERS).map(|_| PageLocked::new(&stream, bytes, false)).collect::<Result<_>>()?;
        let targets = (0..BUFFERS).map(|_| DeviceMemory::new(&stream, bytes)).collect::<Result<_>>()?;
        Ok(PlainCopies { sources, targets, stream, bytes, next: 0 })
    }

    /// Bytes of one copy.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Submits so many copies, from the buffers in turn, without a wait between, and waits for the
    /// last one.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn run(&mut self, copies: u32) -> Result<Copied> {
        // Allocating, or an earlier run that failed, may have left something to do.
        self.stream.synchronize()?;
        let since = Instant::now();
        for _ in 0..copies {
            self.sources[self.next].copy_to(&self.targets[self.next])?;
            self.next = (self.next + 1) % BUFFERS;
        }
        self.stream.synchronize()?;
        Ok(Copied { bytes: u64::from(copies) * self.bytes as u64, time: since.elapsed() })
    }

    /// The same for about so long: runs of more and more copies, of which the last one, the
    /// longest, counts. It takes at least a quarter of the time, and all of them together at most
    /// about twice as long, unless 65,536 copies take less.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn run_for(&mut self, time: Duration) -> Result<Copied> {
        let mut copies = 2 * BUFFERS as u32;
        loop {
            let copied = self.run(copies)?;
            if copied.time * 4 >= time || copies >= MOST {
                return Ok(copied);
            }
            // A short run tells little of a long one: it is approached in steps.
            let fit = time.as_secs_f64() / copied.time.as_secs_f64().max(1e-9);
            copies = (f64::from(copies) * fit.clamp(1.0, 8.0)) as u32;
            copies = copies.min(MOST);
        }
    }
}

/// The mean time, by the device's clock, in which one batch of a loader is expanded: so many
/// launches, at least one, of its first epoch's first batch, back to back, so that it is the time
/// between launches where that is longer. `None` where there is nothing to expand, or the driver
/// has no clock.
///
/// Whatever the loader was streaming before is abandoned, and its place is after that batch. The
/// host waits until all is over.
///
/// # Errors
/// What went wrong in gathering; [`Error::AllLeased`] when the consumer holds all batches;
/// [`Error::Driver`].
pub fn kernel_time(loader: &mut DeviceLoader, launches: u32) -> Result<Option<Duration>> {
    let Some(batch) = loader.epoch(0).next().transpose()? else { return Ok(None) };
    let pipeline = loader.pipeline();
    match batch.with_slot(|slot| pipeline.time_expansion(slot, batch.len(), launches.max(1))) {
        // The host has waited for the last launch. Nothing else was given the batch, which may be
        // filled again.
        Ok(milliseconds) => {
            let seconds = milliseconds.map_or(0.0, |milliseconds| milliseconds / 1e3);
            Ok(Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()))
        }
        Err(error) => {
            if !pipeline.settle() {
                batch.lose();
            }
            Err(error)
        }
    }
}
