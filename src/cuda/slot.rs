//! A slot of the device: the memory of one batch, and the uses that must end before it is used
//! again.

use super::device::Device;
use super::event::Event;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use super::transfer::DeviceLayout;
use crate::Result;

/// The memory of one batch, as it crosses the bus and expanded. The copying stream allocates and
/// frees it.
#[derive(Debug)]
pub(super) struct DeviceSlot {
    memory: Option<Memory>,
    copy: Stream,
    /// Recorded after the kernel, or after the copy if nothing is expanded.
    pub(super) ready: Event,
    /// Recorded after the work of each of the consumer's streams.
    released: Vec<Event>,
    last: LastUse,
}

#[derive(Debug)]
struct Memory {
    crossed: DeviceMemory,
    expanded: Option<DeviceMemory>,
}

/// The last use of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastUse {
    /// None, or it has been waited for.
    None,
    /// The pipeline itself: the batch was not delivered.
    Pipeline,
    /// This many streams of the consumer.
    Consumers(usize),
}

impl DeviceSlot {
    pub(super) fn new(copy: &Stream, layout: &DeviceLayout) -> Result<DeviceSlot> {
        let (ready, released) = (Event::new(copy.device())?, Event::new(copy.device())?);
        let crossed = DeviceMemory::new(copy, layout.crossing_bytes())?;
        let expanded = match layout.expanded_bytes() {
            0 => None,
            bytes => Some(DeviceMemory::new(copy, bytes)?),
        };
        let memory = Some(Memory { crossed, expanded });
        Ok(DeviceSlot { memory, copy: copy.clone(), ready, released: vec![released], last: LastUse::None })
    }

    /// Returns the memory of the batch as it crossed the bus, and that of its expanded columns.
    ///
    /// # Panics
    /// Never: the memory is taken only when the slot is dropped.
    #[expect(clippy::expect_used, reason = "see above")]
    pub(super) fn memory(&self) -> (&DeviceMemory, Option<&DeviceMemory>) {
        let memory = self.memory.as_ref().expect("taken only by drop");
        (&memory.crossed, memory.expanded.as_ref())
    }

    pub(super) fn device(&self) -> &Device {
        self.copy.device()
    }

    /// Makes the copying stream wait for the last use of the slot. `consumers` and `pipeline` name
    /// the synchronization points.
    fn after_last_use(&self, consumers: SyncPoint, pipeline: SyncPoint) -> Result<()> {
        match self.last {
            LastUse::None => Ok(()),
            LastUse::Pipeline if pipeline.left_out() => Ok(()),
            LastUse::Pipeline => self.ready.before(&self.copy),
            LastUse::Consumers(_) if consumers.left_out() => Ok(()),
            LastUse::Consumers(count) => self.released[..count].iter().try_for_each(|event| event.before(&self.copy)),
        }
    }

    /// Lets the copying stream overwrite the slot, after its last use.
    pub(super) fn reuse(&mut self) -> Result<()> {
        self.after_last_use(SyncPoint::CopyAfterConsumer, SyncPoint::CopyAfterKernel)
    }

    /// Marks the slot as used by the pipeline. `ready` has been recorded.
    pub(super) fn mark_in_pipeline(&mut self) {
        self.last = LastUse::Pipeline;
    }

    /// Marks the slot as unused: all uses have been waited for.
    pub(super) fn mark_unused(&mut self) {
        self.last = LastUse::None;
    }

    /// Creates an event for each of the consumer's streams.
    pub(super) fn prepare(&mut self, streams: usize) -> Result<()> {
        while self.released.len() < streams {
            self.released.push(Event::new(self.copy.device())?);
        }
        Ok(())
    }

    /// Records the work that one of the consumer's streams has been given so far. `index` is that
    /// of the stream, less than the number prepared.
    pub(super) fn record(&self, index: usize, stream: &Stream) -> Result<()> {
        self.released[index].record(stream)
    }

    /// Marks the streams as the last users, with the work that they have been given so far, or by
    /// the time of [`DeviceSlot::record`] where there is `None`. If no event can be recorded, the
    /// host waits. Returns false if that fails, too: then the slot may still be in use.
    #[must_use]
    pub(super) fn release(&mut self, streams: &[Option<Stream>]) -> bool {
        let count = if SyncPoint::OtherReleases.left_out() { 1 } else { streams.len() };
        for (index, stream) in streams.iter().enumerate().take(count) {
            let Some(stream) = stream else { continue };
            // An event that was not recorded again is of an earlier batch and has passed: waiting
            // for it does nothing.
            let recorded = self.record(index, stream).is_ok();
            if !recorded && !SyncPoint::FailedRelease.left_out() && !stream.settle() {
                return false;
            }
        }
        self.last = LastUse::Consumers(count);
        true
    }

    /// Leaks its memory, for when the device may still use it.
    pub(super) fn leak(mut self) {
        self.leak_memory();
    }

    fn leak_memory(&mut self) {
        if let Some(Memory { crossed, expanded }) = self.memory.take() {
            crossed.leak();
            if let Some(expanded) = expanded {
                expanded.leak();
            }
        }
    }

    /// Waits, on the host, for the last use of the slot. Returns whether it has ended.
    pub(super) fn wait_on_host(&self) -> bool {
        match self.last {
            LastUse::None => true,
            LastUse::Pipeline => self.ready.settle(),
            LastUse::Consumers(count) => self.released[..count].iter().all(Event::settle),
        }
    }
}

impl Drop for DeviceSlot {
    fn drop(&mut self) {
        // The copying stream frees the memory, after this.
        let ordered = self.after_last_use(SyncPoint::FreeAfterConsumer, SyncPoint::FreeAfterKernel);
        if ordered.is_err() && !self.wait_on_host() {
            self.leak_memory();
        }
    }
}
