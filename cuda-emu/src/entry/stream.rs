//! Streams. The default stream, whose handles are 0 and 1 (`CU_STREAM_LEGACY`), is an ordinary
//! stream: it does not wait for the others, nor they for it. Handle 2 (`CU_STREAM_PER_THREAD`) is
//! `CUDA_ERROR_INVALID_HANDLE`.

use super::{Out, give};
use crate::calls::{Failing, call};
use crate::clock::At;
use crate::codes::Code;
use crate::streams::Operation;
use crate::wait;
use crate::world::{World, lock};
use std::ffi::{c_int, c_uint, c_void};

/// Creates a stream. Flags are ignored.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamCreate(stream: Out<'_, usize>, _flags: c_uint) -> c_uint {
    call("cuStreamCreate", Failing::Any, || create(stream))
}

/// Creates a stream. Flags and priority are ignored.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamCreateWithPriority(stream: Out<'_, usize>, _flags: c_uint, _priority: c_int) -> c_uint {
    call("cuStreamCreateWithPriority", Failing::Any, || create(stream))
}

/// Destroys a stream. What is queued is still run.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamDestroy_v2(stream: usize) -> c_uint {
    call("cuStreamDestroy_v2", Failing::ByName, || {
        let mut world = lock();
        world.has_context()?;
        if stream <= 2 {
            return Err(Code::INVALID_HANDLE);
        }
        let (handle, stream) = world.stream(stream)?;
        stream.destroyed = true;
        let newest = At { stream: handle, number: stream.submitted };
        world.demand(newest);
        world.healthy()
    })
}

/// Waits for a stream.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamSynchronize(stream: usize) -> c_uint {
    call("cuStreamSynchronize", Failing::Any, || {
        wait::may_block();
        wait::for_stream(stream)
    })
}

/// Asks whether a stream is done. Three questions make a lazy one go on.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamQuery(stream: usize) -> c_uint {
    call("cuStreamQuery", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        world.ask_stream(stream)
    })
}

/// Lets a stream wait for the newest record of an event, which is the one of this moment. An event
/// without records is done.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamWaitEvent(stream: usize, event: usize, _flags: c_uint) -> c_uint {
    call("cuStreamWaitEvent", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        let event = world.event(event)?;
        let (record, known) = (event.record, event.known.clone());
        world.stream(stream)?;
        if let Some(on) = record {
            world.submit(stream, Operation::Wait { on, known })?;
        }
        Ok(())
    })
}

/// Calls a function on the stream's thread. On a lazy stream that is when the host waits for it by
/// a call of the driver; a host that waits for the function by other means waits for ever.
#[unsafe(no_mangle)]
pub extern "C" fn cuLaunchHostFunc(
    stream: usize,
    function: Option<extern "C" fn(*mut c_void)>,
    argument: *mut c_void,
) -> c_uint {
    call("cuLaunchHostFunc", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        let function = function.ok_or(Code::INVALID_VALUE)?;
        let operation = Operation::HostFunction { function, argument: argument.expose_provenance() };
        world.submit(stream, operation).map(drop)
    })
}

fn create(out: Out<'_, usize>) -> Result<(), Code> {
    let world: &mut World = &mut lock();
    world.ready()?;
    let out = out.ok_or(Code::INVALID_VALUE)?;
    let handle = world.handle();
    world.start_stream(handle, world.created + 1)?;
    world.created += 1;
    give(Some(out), handle)
}
