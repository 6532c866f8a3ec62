//! Yardsticks for loaders on a device: the rate of plain copies from page-locked memory, and the
//! time in which a batch is expanded.

use super::device::Device;
use super::loader::DeviceLoader;
use super::memory::DeviceMemory;
use super::page_locked::PageLocked;
use super::stream::Stream;
use crate::{Error, Result};
use std::time::{Duration, Instant};

/// Buffers that are copied in turn: the next copy is submitted while one runs.
const BUFFERS: usize = 2;

/// The most copies of one run, which the driver queues.
const MOST: u32 = 1 << 16;

/// The bytes of a run of copies, and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The bytes that were copied.
    pub bytes: u64,
    /// The time by the host's clock, from before the first submission until the last copy was
    /// waited for.
    pub time: Duration,
}

impl Copied {
    /// Returns bytes per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        // No clock measures less than a nanosecond.
        self.bytes as f64 / self.time.as_secs_f64().max(1e-9)
    }
}

/// Plain copies from page-locked memory to a device, back to back on a CUDA stream of their own.
/// Their rate is the upper limit for a loader whose batches have this size.
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
    /// Allocates two buffers of `bytes` on the host and two on the device.
    ///
    /// # Errors
    /// [`Error::Argument`] if `bytes` is 0. [`Error::Driver`], with code 2 if the host or the
    /// device lacks memory. Nothing stays allocated then.
    pub fn new(device: &Device, bytes: usize) -> Result<PlainCopies> {
        if bytes == 0 {
            return Err(Error::argument("bytes", "must be at least 1"));
        }
        let stream = Stream::new(device)?;
        let sources = (0..BUFFERS).map(|_| PageLocked::new(&stream, bytes, false)).collect::<Result<_>>()?;
        let targets = (0..BUFFERS).map(|_| DeviceMemory::new(&stream, bytes)).collect::<Result<_>>()?;
        Ok(PlainCopies { sources, targets, stream, bytes, next: 0 })
    }

    /// Returns the bytes of one copy.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Submits `copies` copies from the buffers in turn, without waiting between, and waits for the
    /// last.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn run(&mut self, copies: u32) -> Result<Copied> {
        // Work of the allocation, or of an earlier run that failed, may be left.
        self.stream.synchronize()?;
        let since = Instant::now();
        for _ in 0..copies {
            self.sources[self.next].copy_to(&self.targets[self.next])?;
            self.next = (self.next + 1) % BUFFERS;
        }
        self.stream.synchronize()?;
        Ok(Copied { bytes: u64::from(copies) * self.bytes as u64, time: since.elapsed() })
    }

    /// Runs more and more copies, and returns the last and longest run. It takes at least a quarter
    /// of `time`, unless 65,536 copies take less. All runs together take at most about twice
    /// `time`.
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
            // A short run predicts a long one badly: the number grows in steps.
            let fit = time.as_secs_f64() / copied.time.as_secs_f64().max(1e-9);
            copies = (f64::from(copies) * fit.clamp(1.0, 8.0)) as u32;
            copies = copies.min(MOST);
        }
    }
}

/// Measures the mean time in which one batch of a loader is expanded, by the device's clock.
///
/// It launches the expansion of the first batch of epoch 0 `launches` times, at least once, back to
/// back. If the time between launches is longer than the kernel's, it is that time. Returns `None`
/// if nothing is expanded, or the driver has no clock.
///
/// Ends what the loader was streaming; its cursor is after that batch. The host waits for the last
/// launch.
///
/// # Errors
/// Errors of gathering; [`Error::AllLeased`] if the consumer holds all batches; [`Error::Driver`].
pub fn kernel_time(loader: &mut DeviceLoader, launches: u32) -> Result<Option<Duration>> {
    let Some(batch) = loader.epoch(0).next().transpose()? else { return Ok(None) };
    let pipeline = &loader.pipeline;
    match batch.with_slot(|slot| pipeline.time_expansion(slot, batch.len(), launches.max(1))) {
        // The host has waited for the last launch, and the batch had no other use: its slot may be
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
