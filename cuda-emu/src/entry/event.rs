//! Events.

use super::{Out, give};
use crate::calls::{Failing, call};
use crate::codes::Code;
use crate::streams::Event;
use crate::wait;
use crate::world::lock;
use std::ffi::c_uint;

/// `CU_EVENT_DISABLE_TIMING`.
const DISABLE_TIMING: c_uint = 2;

/// Creates an event.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventCreate(event: Out<'_, usize>, flags: c_uint) -> c_uint {
    call("cuEventCreate", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        let handle = world.handle();
        give(event, handle)?;
        world.events.insert(handle, Event::new(flags & DISABLE_TIMING == 0));
        Ok(())
    })
}

/// Destroys an event, which takes nothing from streams that wait for it. Handles are not used
/// again.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventDestroy_v2(event: usize) -> c_uint {
    call("cuEventDestroy_v2", Failing::ByName, || {
        let mut world = lock();
        world.has_context()?;
        world.events.remove(&event).ok_or(Code::INVALID_HANDLE)?;
        world.healthy()
    })
}

/// Records an event on a stream: it stands for all that was submitted there so far, and for no
/// earlier record any more.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventRecord(event: usize, stream: usize) -> c_uint {
    call("cuEventRecord", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        world.record(event, stream)
    })
}

/// Waits for the newest record of an event. An event without records is done.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventSynchronize(event: usize) -> c_uint {
    call("cuEventSynchronize", Failing::Any, || {
        wait::may_block();
        let (record, known) = {
            let mut world = lock();
            world.ready()?;
            let event = world.event(event)?;
            (event.record, event.known.clone())
        };
        record.map_or(Ok(()), |at| wait::for_operation(at, &known))
    })
}

/// Asks whether the newest record of an event is done. Three questions make a lazy stream go on.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventQuery(event: usize) -> c_uint {
    call("cuEventQuery", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        world.ask_event(event)
    })
}

/// Gives 0 milliseconds: nothing is timed here.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventElapsedTime(milliseconds: Out<'_, f32>, start: usize, end: usize) -> c_uint {
    call("cuEventElapsedTime", Failing::Any, || elapsed(milliseconds, start, end))
}

/// Gives 0 milliseconds: nothing is timed here.
#[unsafe(no_mangle)]
pub extern "C" fn cuEventElapsedTime_v2(milliseconds: Out<'_, f32>, start: usize, end: usize) -> c_uint {
    call("cuEventElapsedTime_v2", Failing::Any, || elapsed(milliseconds, start, end))
}

fn elapsed(milliseconds: Out<'_, f32>, start: usize, end: usize) -> Result<(), Code> {
    let mut world = lock();
    world.ready()?;
    for event in [start, end] {
        let event = world.event(event)?;
        let record = event.record.filter(|_| event.timing).ok_or(Code::INVALID_HANDLE)?;
        if !world.complete(record) {
            return Err(Code::NOT_READY);
        }
    }
    give(milliseconds, 0.0)
}
