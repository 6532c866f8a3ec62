//! Brings a batch from page-locked memory to the device: the copy, the kernel, and the events
//! between them.

use super::batch::{BatchInfo, Pending};
use super::device::Device;
use super::event::Timer;
use super::kernel::Kernel;
use super::lease::Lease;
use super::page_locked::PageLocked;
use super::pool::Pool;
use super::slot::DeviceSlot;
use super::stats::Counters;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use super::transfer::DeviceLayout;
use crate::feed::Batch;
use crate::{Error, Result};
use std::sync::Arc;

/// The streams, the kernel and the slots of a loader on its device.
#[derive(Debug)]
pub(super) struct Pipeline {
    layout: Arc<DeviceLayout>,
    copy: Stream,
    /// The kernel and its stream, if columns are expanded.
    expand: Option<(Stream, Kernel)>,
    pool: Arc<Pool>,
    pub(super) counters: Counters,
}

impl Pipeline {
    /// Allocates `slots` slots. Submitted batches must lie in page-locked memory of `copy`.
    pub(super) fn new(copy: Stream, layout: DeviceLayout, slots: usize) -> Result<Pipeline> {
        let expand = match layout.expanded_bytes() {
            0 => None,
            _ => {
                let stream = Stream::new(copy.device())?;
                let kernel = Kernel::load(&stream)?;
                Some((stream, kernel))
            }
        };
        let slots = (0..slots).map(|_| DeviceSlot::new(&copy, &layout)).collect::<Result<Vec<_>>>()?;
        let (layout, pool) = (Arc::new(layout), Arc::new(Pool::new(slots)));
        Ok(Pipeline { layout, copy, expand, pool, counters: Counters::default() })
    }

    pub(super) fn device(&self) -> &Device {
        self.copy.device()
    }

    pub(super) fn layout(&self) -> &DeviceLayout {
        &self.layout
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Begins to copy a batch to the device and to expand it, without waiting.
    ///
    /// # Errors
    /// [`Error::AllLeased`] if the consumer holds all slots; [`Error::Driver`]. Nothing is in
    /// flight then, and the slot is free again.
    pub(super) fn submit(&self, mut batch: Batch) -> Result<Pending> {
        let mut slot = self.pool.take().ok_or_else(|| self.pool.none_free())?;
        match self.begin(&mut slot, &mut batch) {
            Ok(()) => {
                slot.mark_in_pipeline();
                self.counters.copied(self.layout.crossing_bytes());
                let info = BatchInfo { rows: batch.len(), epoch: batch.epoch(), index: batch.index() };
                Ok(Pending { lease: Lease::new(slot, &self.pool), layout: Arc::clone(&self.layout), info })
            }
            Err(error) => {
                self.recover(slot);
                Err(error)
            }
        }
    }

    /// Expands the batch of `rows` examples in a slot `launches` times, and returns the mean time
    /// in milliseconds by the device's clock: 0 if the driver has no clock, and `None` if nothing
    /// is expanded. The slot must have no other user. After an error, the kernel may still use the
    /// batch until [`Pipeline::settle`] returns true.
    pub(super) fn time_expansion(&self, slot: &DeviceSlot, rows: usize, launches: u32) -> Result<Option<f64>> {
        let (Some((stream, kernel)), (crossed, Some(expanded))) = (&self.expand, slot.memory()) else {
            return Ok(None);
        };
        if rows == 0 {
            return Ok(None);
        }
        let launch = || kernel.expand(self.layout.expansions(rows, (crossed, expanded)));
        let timer = Timer::new(stream.device())?;
        // Copies to other slots would take a part of the memory bandwidth, and a first launch may
        // have to wake the device.
        self.copy.synchronize()?;
        launch()?;
        timer.begin(stream)?;
        (0..launches).try_for_each(|_| launch())?;
        timer.end(stream)?;
        Ok(Some(f64::from(timer.milliseconds()?) / f64::from(launches)))
    }

    /// Waits, on the host, for all work of the pipeline's own streams. Returns whether it has
    /// ended.
    pub(super) fn settle(&self) -> bool {
        self.copy.settle() && self.expand.as_ref().is_none_or(|(stream, _)| stream.settle())
    }

    fn begin(&self, slot: &mut DeviceSlot, batch: &mut Batch) -> Result<()> {
        let rows = batch.len();
        let Some(source) = batch.memory_mut::<PageLocked>() else {
            return Err(Error::argument("batch", "the batch does not lie in page-locked memory"));
        };
        // Entered once: each call below would set the thread's context and restore it.
        let _entered = self.device().enter()?;
        slot.reuse()?;
        let (crossed, expanded) = slot.memory();
        source.copy_to(crossed)?;
        match (&self.expand, expanded) {
            (Some((stream, kernel)), Some(expanded)) => {
                if !SyncPoint::KernelAfterCopy.left_out() {
                    source.copied().before(stream)?;
                }
                kernel.expand(self.layout.expansions(rows, (crossed, expanded)))?;
                slot.ready.record(stream)
            }
            _ => slot.ready.record(&self.copy),
        }
    }

    /// Takes back the slot of a submission that failed, after work in it may have begun.
    fn recover(&self, mut slot: DeviceSlot) {
        // Waits for that work, and for the last use of the slot, which may not have ended.
        let ended = SyncPoint::FailedSubmission.left_out() || self.settle();
        if ended && (SyncPoint::FailedReuse.left_out() || slot.wait_on_host()) {
            slot.mark_unused();
            self.pool.give_back(slot);
        } else {
            // The device is lost, or may still use the slot.
            self.pool.lose(slot);
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.pool.close();
    }
}
