//! The loader: epochs of batches in order, gathered ahead by the workers.

use super::batch::Batch;
use super::fill::{Epochs, Source};
use super::layout::Layout;
use super::ring::Ring;
use super::stats::Stats;
use super::worker::Workers;
use crate::Result;
use crate::loci::{Ledger, Locus};
use std::sync::Arc;

/// Streams epochs of batches, made by [`crate::PeakGenerator::build`].
///
/// Batches depend on the options and their place alone: not on the number of workers, on how many slots there are, on
/// what was read before, or on the machine.
#[derive(Debug)]
pub struct Loader {
    source: Arc<Source>,
    ring: Arc<Ring>,
    workers: Workers,
    examples: usize,
    ledger: Ledger,
}

impl Loader {
    pub(super) fn new(source: Source, ledger: Ledger, workers: usize, slots: usize) -> Result<Loader> {
        let examples = source.sampler.len();
        let ring = Arc::new(Ring::new(slots, source.layout.bytes())?);
        let workers = Workers::spawn(&ring, workers)?;
        Ok(Loader { source: Arc::new(source), ring, workers, examples, ledger })
    }

    /// Examples of an epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Whether an epoch has no example, which never is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// Batches of an epoch, the last one possibly short.
    #[must_use]
    pub fn batches_per_epoch(&self) -> usize {
        self.examples.div_ceil(self.source.layout.batch_size())
    }

    /// The kept peaks, by which `sources` of a batch counts.
    #[must_use]
    pub fn peaks(&self) -> &[Locus] {
        &self.source.peaks
    }

    /// The kept negatives.
    #[must_use]
    pub fn negatives(&self) -> &[Locus] {
        &self.source.negatives
    }

    /// How many loci were kept, and why the others were not.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Shapes and places of the columns.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.source.layout
    }

    /// Counters since the loader was made.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.ring.counters.read()
    }

    /// Streams one epoch. Whatever the loader was streaming before is abandoned.
    pub fn epoch(&mut self, epoch: u64) -> Batches<'_> {
        self.epochs(epoch, 1)
    }

    /// Streams `count` consecutive epochs, gathering the next one ahead while the last batches of one are consumed.
    pub fn epochs(&mut self, first: u64, count: u64) -> Batches<'_> {
        let source = Arc::clone(&self.source);
        let job = Arc::new(Epochs { source, first, epochs: count, examples: self.examples });
        self.ring.start(Arc::clone(&job) as Arc<dyn super::ring::Fill>);
        Batches { loader: self, job }
    }
}

/// An iterator over batches in order. Dropping it early is fine.
///
/// After an error it ends. [`crate::Error::AllLeased`] is the exception: drop a batch and go on.
pub struct Batches<'a> {
    loader: &'a mut Loader,
    job: Arc<Epochs>,
}

impl Batches<'_> {
    /// Like `next`, but waits when all slots are leased: for consumers that drop batches on another thread.
    ///
    /// # Errors
    /// What went wrong in gathering; a panic of a worker as [`crate::Error::Worker`].
    pub fn next_waiting(&mut self) -> Option<Result<Batch>> {
        self.take(true)
    }

    fn take(&mut self, wait: bool) -> Option<Result<Batch>> {
        let next = self.loader.ring.next(self.loader.workers.is_empty(), wait).transpose()?;
        let (number, lease) = match next {
            Ok(next) => next,
            Err(error) => return Some(Err(error)),
        };
        let (epoch, index, indices) = self.job.place(number);
        let layout = Arc::clone(&self.job.source.layout);
        self.loader.ring.counters.delivered(layout.payload(indices.len()));
        Some(Ok(Batch::new(lease, layout, indices.len(), epoch, index)))
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        self.take(false)
    }
}

impl Drop for Batches<'_> {
    fn drop(&mut self) {
        self.loader.ring.stop();
    }
}

impl std::fmt::Debug for Batches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("first", &self.job.first).field("epochs", &self.job.epochs).finish()
    }
}
