//! The counters of a loader: what it delivered, and how long consumers and workers waited.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counters of a loader since it was made.
///
/// When `consumer_waited` is near zero and `workers_waited` is large, the loader is faster than its
/// consumer.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let loader = PeakGenerator::new(&Store::open("yeast.atemoya")?).build()?;
/// loader.epoch(0).for_each(drop); // in place of training
/// let stats = loader.stats();
/// println!("waited {:?} for {} batches", stats.consumer_waited, stats.batches);
/// assert_eq!(stats.batches, 2);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches delivered.
    pub batches: u64,
    /// Bytes delivered, without the padding between columns.
    pub bytes: u64,
    /// Time that the consumer waited for batches. Without workers, it is the time that the consumer
    /// gathered them.
    pub consumer_waited: Duration,
    /// Time that workers waited for a free slot or for work, added up over the workers. With a
    /// device, they also wait for copies from their slots.
    pub workers_waited: Duration,
    /// Page faults of this process that waited for a disk (major faults), since the loader was
    /// made: pages that are read through maps and were not in memory. `None` where the system does
    /// not count them.
    pub page_faults: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Counters {
    batches: AtomicU64,
    bytes: AtomicU64,
    consumer: AtomicU64,
    workers: AtomicU64,
    /// Page faults of the process before the loader was made.
    page_faults: Option<u64>,
}

impl Counters {
    pub(super) fn new() -> Counters {
        let [batches, bytes, consumer, workers] = [(); 4].map(|()| AtomicU64::new(0));
        Counters { batches, bytes, consumer, workers, page_faults: page_faults() }
    }

    pub(super) fn delivered(&self, bytes: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn consumer_waited(&self, since: Instant) {
        self.consumer.fetch_add(since.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }

    pub(super) fn worker_waited(&self, since: Instant) {
        self.workers.fetch_add(since.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Stats {
        Stats {
            batches: self.batches.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            consumer_waited: Duration::from_nanos(self.consumer.load(Ordering::Relaxed)),
            workers_waited: Duration::from_nanos(self.workers.load(Ordering::Relaxed)),
            page_faults: page_faults().zip(self.page_faults).map(|(now, before)| now.saturating_sub(before)),
        }
    }
}

/// Returns the major page faults of this process so far. They are the twelfth field of its `stat`;
/// the second field stands in parentheses and may hold any text.
fn page_faults() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(9)?.parse().ok()
}
