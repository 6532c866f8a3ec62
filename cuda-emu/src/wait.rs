//! The host waits: for an operation, a stream or all streams.

use crate::clock::{At, Clock};
use crate::codes::Code;
use crate::config::config;
use crate::report::{Detector, violation};
use crate::world::{World, changed, lock};
use std::cell::Cell;
use std::sync::{MutexGuard, PoisonError};
use std::time::Instant;

thread_local! {
    static WAITS: Cell<u64> = const { Cell::new(0) };
}

/// Counts a call of this thread that may block it, whether it does or not.
pub(crate) fn may_block() {
    WAITS.set(WAITS.get() + 1);
}

/// Returns how many calls of this thread may have blocked it.
pub(crate) fn waits() -> u64 {
    WAITS.get()
}

/// Waits until an operation is complete. The host then knows what was known to come before it.
pub(crate) fn for_operation(at: At, known: &Clock) -> Result<(), Code> {
    let mut world = complete(at)?;
    world.learn(known);
    Ok(())
}

/// Waits until an operation is complete, of which the host learns nothing.
fn complete(at: At) -> Result<MutexGuard<'static, World>, Code> {
    let mut world = lock();
    world.demand(at);
    let limit = config().deadlock;
    let (mut progress, mut since) = (world.progress, Instant::now());
    while !world.complete(at) {
        let left = limit.saturating_sub(since.elapsed());
        world = changed().wait_timeout(world, left).unwrap_or_else(PoisonError::into_inner).0;
        if world.progress != progress {
            (progress, since) = (world.progress, Instant::now());
        } else if since.elapsed() >= limit && !world.complete(at) {
            let waited = limit.as_secs_f64();
            violation(Detector::Deadlock, format_args!("the host waits, and nothing has happened for {waited} s"));
            return Err(Code::UNKNOWN);
        }
    }
    world.healthy()?;
    Ok(world)
}

/// Waits for all that was submitted to a stream so far.
pub(crate) fn for_stream(stream: usize) -> Result<(), Code> {
    let (at, known) = {
        let mut world = lock();
        world.ready()?;
        let handle = world.stream(stream)?.0;
        newest(&world, handle)
    };
    for_operation(at, &known)
}

/// Waits for all that was submitted to any stream so far.
pub(crate) fn for_all() -> Result<(), Code> {
    all()?.iter().try_for_each(|(at, known)| for_operation(*at, known))
}

/// The same where the driver may wait, but does not promise it: the host learns nothing.
pub(crate) fn for_all_unpromised() -> Result<(), Code> {
    all()?.iter().try_for_each(|(at, _)| complete(*at).map(drop))
}

/// Returns the newest operation of each stream, all of which are to go on.
fn all() -> Result<Vec<(At, Clock)>, Code> {
    let mut world = lock();
    world.ready()?;
    let handles: Vec<usize> = world.streams.keys().copied().collect();
    let all: Vec<_> = handles.into_iter().map(|handle| newest(&world, handle)).collect();
    for (at, _) in &all {
        world.demand(*at);
    }
    Ok(all)
}

fn newest(world: &World, stream: usize) -> (At, Clock) {
    let number = world.streams.get(&stream).map_or(0, |stream| stream.submitted);
    (At { stream, number }, world.knowledge(stream))
}
