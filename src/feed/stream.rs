//! A stream: the batches of consecutive epochs, or of the caller's own draws, each from its number
//! to its bytes in a slot.

use super::dataset::Dataset;
use super::layout::Layout;
use super::readahead::Readahead;
use super::reported::Reported;
use super::shard::Shard;
use super::slot::Slot;
use super::state::Cursor;
use crate::Result;
use crate::sample::Plan;
use std::ops::Range;
use std::sync::Arc;

/// What a loader delivers: this rank's part of consecutive batches.
pub(super) struct Stream {
    dataset: Arc<Dataset<'static>>,
    shard: Shard,
    /// Whether the short batch at the end of an epoch is left out.
    drop_last: bool,
    start: Cursor,
    epochs: u64,
    /// The caller's own draws, in place of the plans of the epochs.
    draws: Option<Arc<Plan>>,
    readahead: Readahead,
    /// Whether the error that ended it was reported.
    pub(super) reported: Reported,
}

/// Which examples a batch has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchSpec {
    pub(super) epoch: u64,
    /// The number of the batch in its epoch.
    pub(super) step: u64,
    /// The indices, in the epoch's plan, of this rank's examples.
    pub(super) indices: Range<usize>,
}

impl Stream {
    /// Streams `epochs` consecutive epochs from `start` on. Batches are read ahead up to `distance`
    /// batches before they are gathered.
    pub(super) fn of_epochs(
        dataset: &Arc<Dataset<'static>>,
        (shard, drop_last): (Shard, bool),
        (start, epochs): (Cursor, u64),
        distance: u64,
    ) -> Stream {
        let (dataset, readahead) = (Arc::clone(dataset), Readahead::new(distance));
        Stream { dataset, shard, drop_last, start, epochs, draws: None, readahead, reported: Reported::default() }
    }

    /// Streams draws of the caller's own once, all of them, in their order.
    pub(super) fn of_draws(dataset: &Arc<Dataset<'static>>, shard: Shard, draws: Plan, distance: u64) -> Stream {
        let once = (Cursor::default(), 1);
        let stream = Stream::of_epochs(dataset, (shard, false), once, distance);
        Stream { draws: Some(Arc::new(draws)), ..stream }
    }

    /// Returns the epoch and step that it begins with. Draws of the caller's own have none: they
    /// lie in no epoch, and the loader's cursor does not move with them.
    pub(super) fn start(&self) -> Option<Cursor> {
        self.draws.is_none().then_some(self.start)
    }

    /// Returns how many batches there are.
    pub(super) fn batches(&self) -> u64 {
        self.steps().saturating_mul(self.epochs).saturating_sub(self.start.step)
    }

    /// Returns the layout of its batches.
    pub(super) fn layout(&self) -> &Arc<Layout> {
        &self.dataset.layout
    }

    /// Returns which examples the batch of this number has, counted from 0 at the stream's start.
    pub(super) fn batch(&self, number: u64) -> BatchSpec {
        let steps = self.steps();
        let number = number + self.start.step;
        let (epoch, step) = (self.start.epoch.wrapping_add(number / steps), number % steps);
        let indices = self.shard.indices(step as usize, self.examples(), self.drop_last);
        BatchSpec { epoch, step, indices }
    }

    /// Gathers a batch, of this number, into a slot. Before that it reads later batches ahead.
    pub(super) fn gather(&self, number: u64, batch: &BatchSpec, slot: &mut Slot) -> Result<()> {
        if self.dataset.reads_ahead() {
            self.read_ahead(number);
        }
        let plan = self.plan(batch.epoch)?;
        self.dataset.gather(&plan, batch.indices.clone(), self.layout(), slot.bytes_mut()?)
    }

    /// Reads ahead what the batches after this one need. An error in it is left to their gathering.
    fn read_ahead(&self, number: u64) {
        for later in self.readahead.after(number, self.batches()) {
            let batch = self.batch(later);
            if let Ok(plan) = self.plan(batch.epoch) {
                self.readahead.record(later, self.dataset.read_ahead(&plan, batch.indices));
            }
        }
    }

    fn plan(&self, epoch: u64) -> Result<Arc<Plan>> {
        self.draws.as_ref().map_or_else(|| self.dataset.plan(epoch), |draws| Ok(Arc::clone(draws)))
    }

    /// Returns the examples of an epoch, those of all ranks together.
    fn examples(&self) -> usize {
        self.draws.as_ref().map_or(self.dataset.len(), |draws| draws.len())
    }

    /// Returns the batches of an epoch, the last of which may be short.
    fn steps(&self) -> u64 {
        self.shard.steps(self.examples(), self.drop_last) as u64
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("start", &self.start).field("epochs", &self.epochs).finish_non_exhaustive()
    }
}
