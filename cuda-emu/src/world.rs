//! The state of the emulated driver, behind one mutex.

#![allow(unsafe_code, reason = "device addresses are reserved as pages that nobody can touch")]

use crate::clock::Clock;
use crate::codes::Code;
use crate::config::{Mode, config};
use crate::faults::Fault;
use crate::guard;
use crate::memory::DeviceMemory;
use crate::pinned::Pinned;
use crate::ptx::Kernel;
use crate::report::note;
use crate::streams::{Event, Stream};
use std::cell::Cell;
use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many addresses are kept for device memory.
const ADDRESSES: usize = 1 << 40;
/// The handle of the first device's primary context; those of the others follow.
const FIRST_CONTEXT: usize = 0xC0DE_0000;

/// Everything that calls and streams share.
pub(crate) struct World {
    pub(crate) initialized: bool,
    /// The error that a device's failure leaves in every later call.
    pub(crate) sticky: Option<Code>,
    pub(crate) streams: HashMap<usize, Stream>,
    /// Streams created so far: the next one's number.
    pub(crate) created: usize,
    pub(crate) events: HashMap<usize, Event>,
    pub(crate) pinned: Pinned,
    pub(crate) memory: DeviceMemory,
    pub(crate) modules: HashMap<usize, Arc<Vec<Kernel>>>,
    /// The newest launch of a module's kernels on each stream.
    pub(crate) launched: HashMap<usize, Clock>,
    /// Functions, with the module that each is of and its place there.
    pub(crate) functions: HashMap<usize, (usize, Arc<Vec<Kernel>>, usize)>,
    /// What the host knows to be complete.
    pub(crate) host: Clock,
    /// Retains minus releases of each device's primary context.
    pub(crate) retained: Vec<u64>,
    pub(crate) stats: Stats,
    pub(crate) fault: Option<Fault>,
    /// Operations executed so far. As long as it grows there is no deadlock.
    pub(crate) progress: u64,
    last_handle: usize,
    random: u64,
}

/// What has been executed.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) to_device_bytes: u64,
    pub(crate) to_host_bytes: u64,
    pub(crate) launches: u64,
    pub(crate) instructions: u64,
    pub(crate) pageable_to_device: u64,
    pub(crate) to_device: u64,
}

thread_local! {
    /// The context that is current on this thread, or 0.
    static CONTEXT: Cell<usize> = const { Cell::new(0) };
}

struct Shared {
    world: Mutex<World>,
    changed: Condvar,
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| Shared { world: Mutex::new(World::new()), changed: Condvar::new() })
}

/// Returns the state, locked. A thread that has panicked left it as it was between two operations.
pub(crate) fn lock() -> MutexGuard<'static, World> {
    shared().world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the condition that is notified when a stream, or a host that waits for one, may be able
/// to go on.
pub(crate) fn changed() -> &'static Condvar {
    &shared().changed
}

impl World {
    fn new() -> World {
        let config = config();
        if config.guard {
            guard::install();
        }
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new anonymous mapping at an address of the system's choice takes no memory that
        // is in use.
        let start = unsafe { libc::mmap(ptr::null_mut(), ADDRESSES, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            note("cannot reserve addresses for device memory");
            std::process::abort();
        }
        World {
            initialized: false,
            sticky: None,
            streams: HashMap::new(),
            created: 0,
            events: HashMap::new(),
            pinned: Pinned::default(),
            memory: DeviceMemory::new(start.addr() as u64, config.device_bytes),
            modules: HashMap::new(),
            launched: HashMap::new(),
            functions: HashMap::new(),
            host: Clock::default(),
            retained: vec![0; usize::try_from(config.devices).unwrap_or(0)],
            stats: Stats::default(),
            fault: config.fault,
            progress: 0,
            last_handle: 0x1000,
            random: config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    /// Returns a handle that was never given before.
    pub(crate) fn handle(&mut self) -> usize {
        self.last_handle += 16;
        self.last_handle
    }

    /// Returns the microseconds by which an operation is late.
    pub(crate) fn delay(&mut self) -> u64 {
        if config().mode != Mode::Random {
            return 0;
        }
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % (config().delay + 1)
    }

    /// Notes that the device has failed: nothing runs any more, and no buffer is read.
    pub(crate) fn break_down(&mut self, code: Code) {
        self.sticky.get_or_insert(code);
        self.pinned.release_all();
    }

    /// Fails with the code that a device's failure left.
    pub(crate) fn healthy(&self) -> Result<(), Code> {
        self.sticky.map_or(Ok(()), Err)
    }

    /// Fails unless `cuInit` has succeeded.
    pub(crate) fn initialized(&self) -> Result<(), Code> {
        if self.initialized { Ok(()) } else { Err(Code::NOT_INITIALIZED) }
    }

    /// Fails unless the calling thread has a context that exists.
    pub(crate) fn has_context(&self) -> Result<(), Code> {
        self.initialized()?;
        let device = device_of(CONTEXT.get()).ok_or(Code::INVALID_CONTEXT)?;
        if self.retained.get(device).is_some_and(|&count| count > 0) { Ok(()) } else { Err(Code::CONTEXT_IS_DESTROYED) }
    }

    /// Fails unless the calling thread can work: it has a context, and its device has not failed.
    pub(crate) fn ready(&self) -> Result<(), Code> {
        self.has_context()?;
        self.healthy()
    }
}

/// Returns the handle of a device's primary context.
pub(crate) fn context_of(device: usize) -> usize {
    FIRST_CONTEXT + 16 * device
}

/// Returns the device of a context.
pub(crate) fn device_of(context: usize) -> Option<usize> {
    context.checked_sub(FIRST_CONTEXT).map(|distance| distance / 16)
}

/// Returns the context that is current on this thread, or 0.
pub(crate) fn current_context() -> usize {
    CONTEXT.get()
}

/// Makes a context current on this thread; 0 for none.
pub(crate) fn set_current_context(context: usize) {
    CONTEXT.set(context);
}
