//! Events: points in a CUDA stream that other streams, and the host, can wait for; and timers,
//! which measure between two events.
#![allow(unsafe_code, reason = "events are the driver's")]

use super::device::Device;
use super::driver::wrapped;
use super::stream::Stream;
use crate::Result;
use cudarc::driver::{result, sys};

/// An event. One that was never recorded counts as past.
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
    /// Creates an event without timing, for which the host sleeps while it waits.
    pub(super) fn new(device: &Device) -> Result<Event> {
        // Without the first flag the host would spin.
        let flags =
            sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC as u32 | sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as u32;
        Event::with(device, flags)
    }

    fn with(device: &Device, flags: u32) -> Result<Event> {
        let _entered = device.enter()?;
        let mut raw = std::ptr::null_mut();
        // `cudarc`'s own function takes one flag only.
        // SAFETY: `raw` is valid for writes, and a context is current.
        unsafe { sys::cuEventCreate(&raw mut raw, flags) }.result().map_err(wrapped("create an event"))?;
        Ok(Event { device: device.clone(), raw })
    }

    /// Records the event after the work that the stream has been given so far. Only the last record
    /// counts.
    pub(super) fn record(&self, stream: &Stream) -> Result<()> {
        let _entered = self.device.enter()?;
        // SAFETY: event and stream exist as long as they are borrowed.
        unsafe { result::event::record(self.raw, stream.raw()) }.map_err(wrapped("record an event"))
    }

    /// Lets the work that the stream is given from now on wait for the last record of the event.
    pub(super) fn before(&self, stream: &Stream) -> Result<()> {
        let _entered = self.device.enter()?;
        let flags = sys::CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
        // SAFETY: event and stream exist as long as they are borrowed. The driver keeps the event's
        // state for a stream that waits.
        unsafe { result::stream::wait_event(stream.raw(), self.raw, flags) }.map_err(wrapped("let a stream wait"))
    }

    /// Waits for the event, on the host.
    pub(super) fn synchronize(&self) -> Result<()> {
        let _entered = self.device.enter()?;
        // SAFETY: the event exists as long as `self`.
        unsafe { result::event::synchronize(self.raw) }.map_err(wrapped("wait for an event"))
    }

    /// Waits before memory is used again or freed, with a second attempt, as `Stream::settle` does.
    pub(super) fn settle(&self) -> bool {
        self.synchronize().is_ok() || self.synchronize().is_ok()
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let _entered = self.device.enter_to_free();
        // SAFETY: it was created by `new` and has no other owner. The driver frees it once it is
        // past.
        let _ = unsafe { result::event::destroy(self.raw) };
    }
}

/// Two events, for the time that the device took from one to the other.
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

    /// Begins after the work that the stream has been given so far.
    pub(super) fn begin(&self, stream: &Stream) -> Result<()> {
        self.begin.record(stream)
    }

    /// Ends after the work that the same stream has been given so far.
    pub(super) fn end(&self, stream: &Stream) -> Result<()> {
        self.end.record(stream)
    }

    /// Waits, on the host, for the end, and returns the milliseconds by the device's clock; 0 if
    /// the driver has no clock.
    pub(super) fn milliseconds(&self) -> Result<f32> {
        self.end.synchronize()?;
        let _entered = self.end.device.enter()?;
        // SAFETY: both events exist as long as `self`, and were created with timing.
        unsafe { result::event::elapsed(self.begin.raw, self.end.raw) }
            .map_err(wrapped("query the time between two events"))
    }
}
