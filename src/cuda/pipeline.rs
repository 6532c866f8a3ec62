//! From a batch in page-locked memory to one on the device: the copy, the kernel, and the events
//! between them.

use super::batch::{Pending, Place};
use super::device::Device;
use super::event::Timer;
use super::kernel::Kernel;
use super::lease::Lease;
use super::page_locked::PageLocked;
use super::pool::Pool;
use super::slot::DeviceSlot;
use super::stats::Counters;
use super::stream::Stream;
use super::transfer::DeviceLayout;
use super::waits::Wait;
use crate::feed::Batch;
use crate::{Error, Result};
use std::sync::Arc;

/// The streams, the kernel and the slots of a loader on its device.
#[derive(Debug)]
pub(super) struct Pipeline {
    layout: Arc<DeviceLayout>,
    copy: Stream,
    /// The kernel with its stream, where there is something to expand.
    expand: Option<(Stream, Kernel)>,
    pool: Arc<Pool>,
    pub(super) counters: Counters,
}

impl Pipeline {
    /// Allocates so many slots. The batches to come lie in page-locked memory that `copy` copies
    /// from.
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

    /// Begins to bring a batch to the device, without waiting.
    ///
    /// # Errors
    /// [`Error::AllLeased`] when the consumer holds all slots; [`Error::Driver`]. Nothing is under
    /// way then, and the slot is free again.
    pub(super) fn submit(&self, mut batch: Batch) -> Result<Pending> {
        let mut slot = self.pool.take().ok_or_else(|| self.pool.none_free())?;
        match self.begin(&mut slot, &mut batch) {
            Ok(()) => {
                slot.in_pipeline();
                self.counters.copied(self.layout.crossing_bytes());
                let place = Place { rows: batch.len(), epoch: batch.epoch(), index: batch.index() };
                Ok(Pending { lease: Lease::new(slot, &self.pool), layout: Arc::clone(&self.layout), place })
            }
            Err(error) => {
                self.recover(slot);
                Err(error)
            }
        }
    }

    /// Expands the batch of `rows` examples in a slot that nobody else uses so many times over, and
    /// gives the device's mean time in milliseconds: 0 where the driver has no clock, and `None`
    /// where there is nothing to expand. The kernel may still use the batch after an error, unless
    /// [`Pipeline::settle`] says otherwise.
    pub(super) fn time_expansion(&self, slot: &DeviceSlot, rows: usize, launches: u32) -> Result<Option<f64>> {
        let (Some((stream, kernel)), (crossed, Some(expanded))) = (&self.expand, slot.memory()) else {
            return Ok(None);
        };
        if rows == 0 {
            return Ok(None);
        }
        let launch = || kernel.expand(self.layout.pieces(rows, (crossed, expanded)));
        let timer = Timer::new(stream.device())?;
        // What is under way to other slots would take its part of the device's memory, and the
        // first launch may find the device asleep.
        self.copy.synchronize()?;
        launch()?;
        timer.begin(stream)?;
        (0..launches).try_for_each(|_| launch())?;
        timer.end(stream)?;
        Ok(Some(f64::from(timer.milliseconds()?) / f64::from(launches)))
    }

    /// Waits, on the host, for all that the pipeline's own streams have been given. Returns whether
    /// it has ended.
    pub(super) fn settle(&self) -> bool {
        self.copy.settle() && self.expand.as_ref().is_none_or(|(stream, _)| stream.settle())
    }

    fn begin(&self, slot: &mut DeviceSlot, batch: &mut Batch) -> Result<()> {
        let rows = batch.len();
        let Some(source) = batch.memory_mut::<PageLocked>() else {
            return Err(Error::argument("batch", "it does not lie in page-locked memory"));
        };
        // Once for all the calls below, each of which would change the thread's context and put it
        // back.
        let _entered = self.device().enter()?;
        slot.reuse()?;
        let (crossed, expanded) = slot.memory();
        source.copy_to(crossed)?;
        match (&self.expand, expanded) {
            (Some((stream, kernel)), Some(expanded)) => {
                if !Wait::KernelAfterCopy.left_out() {
                    source.copied().before(stream)?;
                }
                kernel.expand(self.layout.pieces(rows, (crossed, expanded)))?;
                slot.ready.record(stream)
            }
            _ => slot.ready.record(&self.copy),
        }
    }

    /// Takes back a slot that something may have been begun with.
    fn recover(&self, mut slot: DeviceSlot) {
        // Both what was begun and, as the slot may still be theirs, its last users.
        let begun = Wait::FailedSubmission.left_out() || self.settle();
        if begun && (Wait::FailedReuse.left_out() || slot.wait_on_host()) {
            slot.idle();
            self.pool.give_back(slot);
        } else {
            // The device is lost, or nobody knows what it does.
            self.pool.lose(slot);
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.pool.close();
    }
}
