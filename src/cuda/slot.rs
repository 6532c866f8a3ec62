//! A slot of the device: the memory of one batch there, and who has to be waited for before it is
//! used again.

use super::device::Device;
use super::event::Event;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::transfer::DeviceLayout;
use super::waits::Wait;
use crate::Result;

/// Memory for one batch: as it crosses the bus, and expanded. It is allocated for, and freed on,
/// the stream that copies.
#[derive(Debug)]
pub(super) struct DeviceSlot {
    memory: Option<Memory>,
    copy: Stream,
    /// After the kernel, or after the copy where there is nothing to expand.
    pub(super) ready: Event,
    /// After what the consumer gave each of its streams.
    released: Vec<Event>,
    last: LastUse,
}

#[derive(Debug)]
struct Memory {
    crossed: DeviceMemory,
    expanded: Option<DeviceMemory>,
}

/// Who used a slot last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastUse {
    /// Nobody, or all that used it has been waited for.
    Nobody,
    /// The pipeline itself: the batch was not delivered.
    Pipeline,
    /// So many streams of the consumer's.
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
        Ok(DeviceSlot { memory, copy: copy.clone(), ready, released: vec![released], last: LastUse::Nobody })
    }

    /// The memory as the batch crossed the bus, and that of what is expanded.
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

    /// Makes the stream that copies wait for whoever used the slot last; `consumers` and `pipeline`
    /// name the waits.
    fn after_last_use(&self, consumers: Wait, pipeline: Wait) -> Result<()> {
        match self.last {
            LastUse::Nobody => Ok(()),
            LastUse::Pipeline if pipeline.left_out() => Ok(()),
            LastUse::Pipeline => self.ready.before(&self.copy),
            LastUse::Consumers(_) if consumers.left_out() => Ok(()),
            LastUse::Consumers(count) => self.released[..count].iter().try_for_each(|event| event.before(&self.copy)),
        }
    }

    /// Lets the stream that copies overwrite the slot, behind its last use.
    pub(super) fn reuse(&mut self) -> Result<()> {
        self.after_last_use(Wait::CopyAfterConsumer, Wait::CopyAfterKernel)
    }

    /// Takes note that the pipeline has begun to use it. `ready` is recorded.
    pub(super) fn in_pipeline(&mut self) {
        self.last = LastUse::Pipeline;
    }

    /// Takes note that all that used it has been waited for.
    pub(super) fn idle(&mut self) {
        self.last = LastUse::Nobody;
    }

    /// Has as many events as there are streams to be released.
    pub(super) fn prepare(&mut self, streams: usize) -> Result<()> {
        while self.released.len() < streams {
            self.released.push(Event::new(self.copy.device())?);
        }
        Ok(())
    }

    /// Records what one of the consumer's streams was given so far; `place` is below what was
    /// prepared.
    pub(super) fn record(&self, place: usize, stream: &Stream) -> Result<()> {
        self.released[place].record(stream)
    }

    /// Takes note that the streams are the last users, as they stand now, or as they were recorded
    /// where there is `None`. Where no event can be recorded, the host waits. Returns false when
    /// that fails too, so that nobody knows whether the slot is still in use.
    #[must_use]
    pub(super) fn release(&mut self, streams: &[Option<Stream>]) -> bool {
        let count = if Wait::OtherReleases.left_out() { 1 } else { streams.len() };
        for (place, stream) in streams.iter().enumerate().take(count) {
            let Some(stream) = stream else { continue };
            // An event that stays as it was for an earlier batch is past, and waiting for it is
            // nothing.
            let recorded = self.record(place, stream).is_ok();
            if !recorded && !Wait::FailedRelease.left_out() && !stream.settle() {
                return false;
            }
        }
        self.last = LastUse::Consumers(count);
        true
    }

    /// Never frees its memory: for when nobody knows whether it is still in use.
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

    /// Waits, on the host, for whoever used the slot last. Returns whether they have ended.
    pub(super) fn wait_on_host(&self) -> bool {
        match self.last {
            LastUse::Nobody => true,
            LastUse::Pipeline => self.ready.settle(),
            LastUse::Consumers(count) => self.released[..count].iter().all(Event::settle),
        }
    }
}

impl Drop for DeviceSlot {
    fn drop(&mut self) {
        // The memory is freed by the stream that copies, behind this.
        let ordered = self.after_last_use(Wait::FreeAfterConsumer, Wait::FreeAfterKernel);
        if ordered.is_err() && !self.wait_on_host() {
            self.leak_memory();
        }
    }
}
