//! Events: a point in a stream that other streams, and the host, can wait for; and two of them that
//! tell the time between.
#![allow(unsafe_code, reason = "events are the driver's")]

use super::device::Device;
use super::driver::wrapped;
use super::stream::Stream;
use crate::Result;
use cudarc::driver::{result, sys};

/// An event; one that was never recorded counts as past.
#[derive(Debug)]
pub(super) struct Event {
    device: Device,
    raw: sys::CUevent,
}

// SAFETY: the driver's functions may be called, and its handles used, from any thread at once.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

impl Event {
    /// An event without a time, for which the host waits asleep.
    pub(super) fn new(device: &Device) -> Result<Event> {
        // Without the first flag the host would wait spinning.
        let flags =
            sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC as u32 | sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as u32;
        Event::with(device, flags)
    }

    fn with(device: &Device, flags: u32) -> Result<Event> {
        let _entered = device.enter()?;
        let mut raw = std::ptr::null_mut();
        // `cudarc` itself takes one flag only.
        // SAFETY: `raw` is a valid place for the handle, and a context is current.
        unsafe { sys::cuEventCreate(&raw mut raw, flags) }.result().map_err(wrapped("make an event"))?;
        Ok(Event { device: device.clone(), raw })
    }

    /// Puts the event after the work that the stream has been given so far. It remembers the last
    /// record only.
    pub(super) fn record(&self, stream: &Stream) -> Result<()> {
        let _entered = self.device.enter()?;
        // SAFETY: event and stream exist as long as they are borrowed.
        unsafe { result::event::record(self.raw, stream.raw()) }.map_err(wrapped("record an event"))
    }

    /// What the stream is given from now on begins after the event, as it was recorded last.
    pub(super) fn before(&self, stream: &Stream) -> Result<()> {
        let _entered = self.device.enter()?;
        let flags = sys::CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
        // SAFETY: event and stream exist as long as they are borrowed. The driver keeps what a
        // waiting stream needs of an event.
        unsafe { result::stream::wait_event(stream.raw(), self.raw, flags) }.map_err(wrapped("let a stream wait"))
    }

    /// Waits, on the host.
    pub(super) fn synchronize(&self) -> Result<()> {
        let _entered = self.device.enter()?;
        // SAFETY: the event exists as long as `self`.
        unsafe { result::event::synchronize(self.raw) }.map_err(wrapped("wait for an event"))
    }

    /// The same before something is used again or freed; see `Stream::settle`.
    pub(super) fn settle(&self) -> bool {
        self.synchronize().is_ok() || self.synchronize().is_ok()
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let _entered = self.device.enter_to_free();
        // SAFETY: it was made by `new` and nobody else has it. The driver lets go of it when it is
        // past.
        let _ = unsafe { result::event::destroy(self.raw) };
    }
}

/// Two events that tell how long the device took from one to the other.
#[derive(Debug)]
pub(super) struct Timer {
    begin: Event,
    end: Event,
}

impl Timer {
    pub(super) fn new(device: &Device) -> Result<Timer> {
        let flags = sys::CUevent_flags::CU_EVENT_DEFAULT as u32;
        Ok(Timer { begin: Event::with(device, flags)?, end: Event::with(device, flags)? })
    }

    /// The time begins after the work that the stream has been given so far.
    pub(super) fn begin(&self, stream: &Stream) -> Result<()> {
        self.begin.record(stream)
    }

    /// The time ends after the work that the stream, the same one, has been given so far.
    pub(super) fn end(&self, stream: &Stream) -> Result<()> {
        self.end.record(stream)
    }

    /// Waits, on the host, for the end, and gives the milliseconds by the device's clock; a driver
    /// that has none says 0.
    pub(super) fn milliseconds(&self) -> Result<f32> {
        self.end.synchronize()?;
        let _entered = self.end.device.enter()?;
        // SAFETY: both events exist as long as `self`, and were made with a time.
        unsafe { result::event::elapsed(self.begin.raw, self.end.raw) }
            .map_err(wrapped("ask for the time between events"))
    }
}
