//! What the workers do: the batches of a stream, each from its number to its bytes in a slot.

use super::dataset::Dataset;
use super::outlet::Standing;
use super::readahead::Readahead;
use super::ring::Fill;
use super::shard::Shard;
use super::slot::Slot;
use crate::Result;
use crate::sample::Plan;
use std::ops::Range;
use std::sync::Arc;

/// What is streamed: some consecutive epochs from a step on, or one plan of the caller's, cut into
/// a rank's batches.
pub(super) struct Stream {
    pub(super) source: Arc<Dataset<'static>>,
    pub(super) shard: Shard,
    pub(super) drop_last: bool,
    pub(super) epoch: u64,
    /// The step of `epoch` to begin with.
    pub(super) step: u64,
    pub(super) epochs: u64,
    /// The plan to follow in place of the planner's.
    pub(super) plan: Option<Arc<Plan>>,
    pub(super) asking: Readahead,
    /// What moves with the delivered batches.
    pub(super) standing: Option<Arc<Standing>>,
}

/// The place of one batch.
pub(super) struct Place {
    pub(super) epoch: u64,
    pub(super) step: u64,
    /// The examples of the batch that are this rank's.
    pub(super) indices: Range<usize>,
}

impl Stream {
    /// Examples of an epoch.
    fn examples(&self) -> usize {
        self.plan.as_ref().map_or(self.source.len(), |plan| plan.len())
    }

    /// Batches of an epoch, the last one possibly short.
    pub(super) fn steps(&self) -> u64 {
        self.shard.steps(self.examples(), self.drop_last) as u64
    }

    /// Asks the system for what batches after this one need. What is wrong with them is found when
    /// they are gathered.
    fn ask_after(&self, batch: u64) {
        for later in self.asking.after(batch, self.batches()) {
            let Place { epoch, indices, .. } = self.place(later);
            if let Ok(plan) = self.plan(epoch) {
                self.asking.asked(later, self.source.ask(&plan, indices));
            }
        }
    }

    /// The plan of an epoch.
    fn plan(&self, epoch: u64) -> Result<Arc<Plan>> {
        self.plan.as_ref().map_or_else(|| self.source.plan(epoch), |plan| Ok(Arc::clone(plan)))
    }

    /// The place of the stream's batch of this number.
    pub(super) fn place(&self, batch: u64) -> Place {
        let number = batch + self.step;
        let (epoch, step) = (self.epoch.wrapping_add(number / self.steps()), number % self.steps());
        Place { epoch, step, indices: self.shard.indices(step as usize, self.examples(), self.drop_last) }
    }
}

impl Fill for Stream {
    fn batches(&self) -> u64 {
        self.steps().saturating_mul(self.epochs).saturating_sub(self.step)
    }

    fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()> {
        if self.source.asks() {
            self.ask_after(batch);
        }
        let Place { epoch, indices, .. } = self.place(batch);
        let plan = self.plan(epoch)?;
        self.source.gather(&plan, indices, &self.source.layout, slot)
    }

    fn started(&self) {
        if let Some(standing) = &self.standing {
            standing.set((self.epoch, self.step));
        }
    }

    fn delivered(&self, batch: u64) {
        if let Some(standing) = &self.standing {
            let Place { epoch, step, .. } = self.place(batch);
            standing.set((epoch, step + 1));
        }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("epoch", &self.epoch).field("epochs", &self.epochs).finish_non_exhaustive()
    }
}
