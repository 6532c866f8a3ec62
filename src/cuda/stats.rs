//! Counters of a loader on a device.

use crate::feed::Stats;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counters of a loader on a device since it was made.
///
/// ```no_run
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// # let mut loader = atemoya::cuda::DeviceGenerator::new(&device, generator).build()?;
/// for batch in loader.epoch(0) {
///     batch?;
/// }
/// let stats = loader.stats();
/// println!("{} bytes copied, waited {:?}", stats.bytes_copied, stats.consumer_waited);
/// assert!(stats.bytes_copied >= stats.batches * stats.batch_bytes as u64);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceStats {
    /// The number of delivered batches.
    pub batches: u64,
    /// Bytes copied to the device, with the padding between columns, and with batches that were not
    /// delivered.
    pub bytes_copied: u64,
    /// Bytes of a batch on the bus, the size of a slot of page-locked memory.
    pub batch_bytes: usize,
    /// Bytes of page-locked memory, of all slots.
    pub page_locked_bytes: usize,
    /// Bytes of device memory, of all slots.
    pub device_bytes: usize,
    /// Time that the consumer's thread has spent in requests for batches: waiting for workers, and
    /// in calls of the driver.
    pub consumer_waited: Duration,
    /// The counters of the loader on the host. Its consumer is the pipeline, which may be some
    /// batches ahead of yours.
    pub host: Stats,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    batches: AtomicU64,
    copied: AtomicU64,
    consumer: AtomicU64,
}

impl Counters {
    pub(super) fn copied(&self, bytes: usize) {
        self.copied.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn delivered(&self) {
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn consumer_waited(&self, time: Duration) {
        self.consumer.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Returns the counters, with the sizes as 0.
    pub(super) fn read(&self, host: Stats) -> DeviceStats {
        DeviceStats {
            batches: self.batches.load(Ordering::Relaxed),
            bytes_copied: self.copied.load(Ordering::Relaxed),
            consumer_waited: Duration::from_nanos(self.consumer.load(Ordering::Relaxed)),
            host,
            ..DeviceStats::default()
        }
    }
}
