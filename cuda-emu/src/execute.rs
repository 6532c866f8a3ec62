//! The worker of a stream: takes operations off its queue in order, and does what each of them
//! does.

#![allow(unsafe_code, reason = "copies follow the addresses of host memory that the program gave")]

use crate::clock::{At, Clock};
use crate::codes::Code;
use crate::faults::FaultKind;
use crate::kernel_memory::KernelMemory;
use crate::ptx::{self, FaultKind as Broken};
use crate::raw;
use crate::report::{Detector, violation};
use crate::streams::{Launch, Operation, Queued, Source};
use crate::world::{World, changed, lock};
use std::ops::Range;
use std::sync::{MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

type Locked = MutexGuard<'static, World>;

/// An operation's place and what is known to come before it.
struct Context {
    at: At,
    before: Clock,
    /// Microseconds by which it is late.
    delay: u64,
}

/// Runs the operations of a stream until it is destroyed and its queue is empty.
pub(crate) fn work(handle: usize) {
    let mut world = lock();
    loop {
        let Some(stream) = world.streams.get(&handle) else { return };
        let ready = match stream.queue.front() {
            None if stream.destroyed => {
                world.streams.remove(&handle);
                changed().notify_all();
                return;
            }
            None => false,
            Some(next) => stream.wanted(next.number) && may_run(&world, &next.operation),
        };
        if !ready {
            world = changed().wait(world).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        let delay = world.delay();
        world = pause(world, delay);
        // Nobody else takes operations off this queue, so that the one that was ready is still its
        // first.
        let Some(next) = world.streams.get_mut(&handle).and_then(|stream| stream.queue.pop_front()) else { continue };
        let Queued { number, operation, before } = next;
        let context = Context { at: At { stream: handle, number }, before, delay };
        world = if world.sticky.is_none() { execute(world, operation, &context) } else { clean(world, &operation) };
        world.progress += 1;
        if let Some(stream) = world.streams.get_mut(&handle) {
            stream.done = number;
        }
        changed().notify_all();
    }
}

fn may_run(world: &World, operation: &Operation) -> bool {
    match operation {
        Operation::Wait { on, .. } => world.complete(*on),
        _ => true,
    }
}

/// Gives the state free for a while.
fn pause(world: Locked, microseconds: u64) -> Locked {
    if microseconds == 0 {
        return world;
    }
    drop(world);
    thread::sleep(Duration::from_micros(microseconds));
    lock()
}

/// Returns what is still done after the device has failed: memory is freed.
fn clean(mut world: Locked, operation: &Operation) -> Locked {
    if let Operation::Free { address } = operation {
        world.memory.remove(*address);
    }
    world
}

fn execute(mut world: Locked, operation: Operation, context: &Context) -> Locked {
    match operation {
        Operation::HostToDevice { to, from, length } => return host_to_device(world, to, from, length, context),
        Operation::DeviceToHost { to, from, length } => device_to_host(&mut world, to, from, length, context),
        Operation::DeviceToDevice { to, from, length } => {
            touch(&mut world, range(from, length), false, "a copy on the device", context);
            touch(&mut world, range(to, length), true, "a copy on the device", context);
            match world.memory.bytes(from, length).map(<[u8]>::to_vec) {
                Some(bytes) => fill(&mut world, to, &bytes, "a copy on the device"),
                None => outside(&mut world, from, length, "a copy on the device"),
            }
        }
        Operation::Set { to, value, length } => {
            touch(&mut world, range(to, length), true, "a memset", context);
            fill(&mut world, to, &vec![value; length], "a memset");
        }
        Operation::Launch(launch) => run(&mut world, &launch, context),
        Operation::Record | Operation::Wait { .. } | Operation::Allocate => {}
        Operation::Free { address } => {
            let end = address + world.memory.length(address);
            touch(&mut world, address..end, true, "cuMemFreeAsync", context);
            world.memory.remove(address);
        }
        Operation::HostFunction { function, argument } => {
            drop(world);
            function(std::ptr::with_exposed_provenance_mut(argument));
            world = lock();
        }
    }
    world
}

fn host_to_device(mut world: Locked, to: u64, from: Source, length: usize, context: &Context) -> Locked {
    const WHAT: &str = "a copy from the host";
    if world.fault.as_mut().is_some_and(|fault| fault.due(FaultKind::HostToDevice)) {
        world.break_down(Code::ILLEGAL_ADDRESS);
        return world;
    }
    world.stats.to_device_bytes += length as u64;
    world.stats.to_device += 1;
    touch(&mut world, range(to, length), true, WHAT, context);
    let (address, expected) = match from {
        Source::Staged(bytes) => {
            fill(&mut world, to, &bytes, WHAT);
            return world;
        }
        Source::Pinned { address, checksum } => (address, checksum),
    };
    let middle = length / 2;
    for part in [0..middle, middle..length] {
        if part.start > 0 {
            world = pause(world, context.delay / 2);
            if world.sticky.is_some() {
                return world;
            }
        }
        if world.pinned.containing(address, length).is_none() {
            violation(Detector::FreedWhileCopied, "page-locked memory was freed before the end of a copy from it");
            return world;
        }
        let mut bytes = vec![0; part.len()];
        // SAFETY: the range lies in a page-locked buffer, as was just asked, which cannot be freed
        // while the state is locked; the vector is this function's own.
        unsafe { raw::read(address + part.start, &mut bytes) };
        if world.memory.bytes(to, length).is_none() {
            outside(&mut world, to, length, WHAT);
            return world;
        }
        fill(&mut world, to + part.start as u64, &bytes, WHAT);
    }
    // SAFETY: as above; the state has been locked since.
    if unsafe { raw::checksum(address, length) } != expected {
        let text = format!(
            "{length} bytes of page-locked memory at {address:#x} changed between the call of a copy and its end"
        );
        violation(Detector::Checksum, text);
    }
    world
}

fn device_to_host(world: &mut World, to: usize, from: u64, length: usize, context: &Context) {
    const WHAT: &str = "a copy to the host";
    world.stats.to_host_bytes += length as u64;
    touch(world, range(from, length), false, WHAT, context);
    let Some(bytes) = world.memory.bytes(from, length) else {
        outside(world, from, length, WHAT);
        return;
    };
    // SAFETY: pageable memory was promised by a caller who waits for this operation; page-locked
    // memory was in a buffer when the call was made, and freeing one while a copy uses it is a
    // violation that has been reported. Device memory is a vector of the emulator's, which no host
    // range overlaps.
    let copy = || unsafe { raw::write(to, bytes) };
    match world.pinned.containing(to, length) {
        Some(base) => world.pinned.unguarded(base, copy),
        None => copy(),
    }
}

fn run(world: &mut World, launch: &Launch, context: &Context) {
    if world.fault.as_mut().is_some_and(|fault| fault.due(FaultKind::Kernel)) {
        world.break_down(Code::ILLEGAL_ADDRESS);
        return;
    }
    world.stats.launches += 1;
    let kernel = &launch.module[launch.kernel];
    let mut memory = KernelMemory::new(&mut world.memory);
    let outcome = ptx::run(kernel, launch.grid, launch.block, &launch.arguments, &mut memory);
    let seen = memory.finish();
    for (range, write) in seen.ranges {
        touch(world, range, write, if write { "a kernel's write" } else { "a kernel's read" }, context);
    }
    for (detector, text) in seen.conflicts {
        violation(detector, format_args!("kernel {}: {text}", kernel.name()));
    }
    match outcome {
        Ok(instructions) => world.stats.instructions += instructions,
        Err(fault) => {
            let (detector, code) = match fault.kind {
                Broken::Bounds => (Detector::Bounds, Code::ILLEGAL_ADDRESS),
                Broken::Misaligned => (Detector::Misaligned, Code::MISALIGNED_ADDRESS),
                Broken::Endless => (Detector::Endless, Code::LAUNCH_TIMEOUT),
            };
            violation(detector, format_args!("kernel {}: {}", kernel.name(), fault.text));
            world.break_down(code);
        }
    }
}

fn range(address: u64, length: usize) -> Range<u64> {
    address..address.saturating_add(length as u64)
}

fn touch(world: &mut World, range: Range<u64>, write: bool, what: &'static str, context: &Context) {
    if let Some(race) = world.memory.touch(range, write, what, context.at, &context.before) {
        violation(Detector::Race, race);
    }
}

fn fill(world: &mut World, to: u64, bytes: &[u8], what: &str) {
    match world.memory.bytes_mut(to, bytes.len()) {
        Some(place) => place.copy_from_slice(bytes),
        None => outside(world, to, bytes.len(), what),
    }
}

fn outside(world: &mut World, address: u64, length: usize, what: &str) {
    violation(Detector::Bounds, format_args!("{what}: {length} bytes at {address:#x} are not within one allocation"));
    world.break_down(Code::ILLEGAL_ADDRESS);
}
