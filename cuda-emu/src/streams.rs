//! Streams: queues of operations in order, what each operation is known to come after, and when it
//! may run.

use crate::clock::{At, Clock};
use crate::codes::Code;
use crate::config::{Mode, config};
use crate::execute;
use crate::ptx::Kernel;
use crate::report::{Detector, violation};
use crate::world::{World, changed, current_context};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::Arc;
use std::thread;

/// How many queries get no answer before a stream that waits for its host goes on: a host that
/// polls must get on, too.
const QUERIES: u32 = 3;
/// `CU_STREAM_LEGACY`, another name of the default stream.
const LEGACY: usize = 1;
/// `CU_STREAM_PER_THREAD`, which does not exist here.
const PER_THREAD: usize = 2;

/// One stream.
pub(crate) struct Stream {
    /// The context that it was created in.
    context: usize,
    pub(crate) queue: VecDeque<Queued>,
    /// What is known to be complete once the newest operation is, that one included.
    knowledge: Clock,
    /// The number of the newest operation.
    pub(crate) submitted: u64,
    /// The number of the newest operation that is complete.
    pub(crate) done: u64,
    /// The host waits for operations up to this one.
    demanded: u64,
    pub(crate) lazy: bool,
    /// No handle any more; what is queued is still run.
    pub(crate) destroyed: bool,
    questions: u32,
}

/// An operation that waits for its turn.
pub(crate) struct Queued {
    pub(crate) number: u64,
    pub(crate) operation: Operation,
    /// What is known to come before it, itself included.
    pub(crate) before: Clock,
}

/// What a stream does.
pub(crate) enum Operation {
    HostToDevice {
        to: u64,
        from: Source,
        length: usize,
    },
    DeviceToHost {
        to: usize,
        from: u64,
        length: usize,
    },
    DeviceToDevice {
        to: u64,
        from: u64,
        length: usize,
    },
    Set {
        to: u64,
        value: u8,
        length: usize,
    },
    Launch(Launch),
    /// An event is recorded; the event itself remembers which operation that is.
    Record,
    /// What comes next waits for an operation of another stream; `known` is complete once that is.
    Wait {
        on: At,
        known: Clock,
    },
    /// An allocation becomes usable from here on.
    Allocate,
    Free {
        address: u64,
    },
    HostFunction {
        function: extern "C" fn(*mut c_void),
        argument: usize,
    },
}

/// Where a copy to the device comes from.
pub(crate) enum Source {
    /// Pageable memory, copied when the call was made, as a driver does.
    Staged(Vec<u8>),
    /// Page-locked memory, read when the copy runs, with its checksum when the call was made.
    Pinned { address: usize, checksum: u64 },
}

/// A kernel with its arguments.
pub(crate) struct Launch {
    pub(crate) module: Arc<Vec<Kernel>>,
    pub(crate) kernel: usize,
    pub(crate) grid: [u32; 3],
    pub(crate) block: [u32; 3],
    pub(crate) arguments: Vec<u8>,
}

/// An event.
#[derive(Default)]
pub(crate) struct Event {
    /// The context that it was created in.
    context: usize,
    /// The newest record.
    pub(crate) record: Option<At>,
    /// What is known to be complete once the record is.
    pub(crate) known: Clock,
    /// Whether it can tell times.
    pub(crate) timing: bool,
    /// Questions since the record that were answered by "not yet".
    questions: u32,
}

impl Event {
    /// Returns an event without records.
    pub(crate) fn new(timing: bool) -> Event {
        Event { context: current_context(), timing, ..Event::default() }
    }
}

impl Stream {
    fn new(number: usize) -> Stream {
        let lazy = config().mode == Mode::Lazy || config().lazy.contains(&number);
        Stream {
            context: current_context(),
            queue: VecDeque::new(),
            knowledge: Clock::default(),
            submitted: 0,
            done: 0,
            demanded: 0,
            lazy,
            destroyed: false,
            questions: 0,
        }
    }

    /// Returns whether an operation may run as far as this stream is concerned.
    pub(crate) fn wanted(&self, number: u64) -> bool {
        !self.lazy || self.destroyed || number <= self.demanded
    }
}

/// Fails unless a context is current on the calling thread. The driver's documentation says of few
/// calls that another one will do.
fn is_current(context: usize, what: &str) -> Result<(), Code> {
    let current = current_context();
    if context == current {
        return Ok(());
    }
    violation(
        Detector::WrongContext,
        format_args!("{what} of context {context:#x} is used where {current:#x} is current"),
    );
    Err(Code::INVALID_CONTEXT)
}

impl World {
    /// Starts a stream; 0 is the default stream's handle and number.
    pub(crate) fn start_stream(&mut self, handle: usize, number: usize) -> Result<(), Code> {
        let worker = thread::Builder::new().name(format!("cuda-emu-{number}")).spawn(move || execute::work(handle));
        worker.map_err(|_| Code::OUT_OF_MEMORY)?;
        self.streams.insert(handle, Stream::new(number));
        Ok(())
    }

    /// Returns the stream of a handle, with the one handle that it is known by here. The default
    /// stream, whose handles are 0 and 1, is an ordinary stream that starts with its first use.
    pub(crate) fn stream(&mut self, handle: usize) -> Result<(usize, &mut Stream), Code> {
        let handle = match handle {
            LEGACY => 0,
            PER_THREAD => return Err(Code::INVALID_HANDLE),
            handle => handle,
        };
        if handle == 0 && !self.streams.contains_key(&0) {
            self.start_stream(0, 0)?;
        }
        let stream = self.streams.get_mut(&handle).filter(|stream| !stream.destroyed).ok_or(Code::INVALID_HANDLE)?;
        // The default stream is each context's own.
        if handle != 0 {
            is_current(stream.context, "a stream")?;
        }
        Ok((handle, stream))
    }

    /// Returns the event of a handle.
    pub(crate) fn event(&mut self, handle: usize) -> Result<&mut Event, Code> {
        let event = self.events.get_mut(&handle).ok_or(Code::INVALID_HANDLE)?;
        is_current(event.context, "an event")?;
        Ok(event)
    }

    /// Puts an operation at the end of a stream and gives its place.
    pub(crate) fn submit(&mut self, stream: usize, operation: Operation) -> Result<At, Code> {
        self.healthy()?;
        let host = self.host.clone();
        let (handle, stream) = self.stream(stream)?;
        stream.submitted += 1;
        stream.questions = 0;
        let at = At { stream: handle, number: stream.submitted };
        stream.knowledge.join(&host);
        // That a stream waits for a lazy one does not make that one go on: only the host does.
        if let Operation::Wait { known, .. } = &operation {
            stream.knowledge.join(known);
        }
        stream.knowledge.add(at);
        let before = stream.knowledge.clone();
        stream.queue.push_back(Queued { number: at.number, operation, before });
        changed().notify_all();
        Ok(at)
    }

    /// Records an event on a stream.
    pub(crate) fn record(&mut self, event: usize, stream: usize) -> Result<(), Code> {
        self.event(event)?;
        let at = self.submit(stream, Operation::Record)?;
        let known = self.knowledge(at.stream);
        if let Some(event) = self.events.get_mut(&event) {
            (event.record, event.known, event.questions) = (Some(at), known, 0);
        }
        Ok(())
    }

    /// Returns what is known to be complete once all that was submitted to a stream is.
    pub(crate) fn knowledge(&self, stream: usize) -> Clock {
        self.streams.get(&stream).map(|stream| stream.knowledge.clone()).unwrap_or_default()
    }

    /// Lets a lazy stream run up to an operation, with all that this waits for.
    pub(crate) fn demand(&mut self, at: At) {
        let mut wanted = vec![at];
        while let Some(at) = wanted.pop() {
            let Some(stream) = self.streams.get_mut(&at.stream) else { continue };
            let fresh = stream.demanded + 1..=at.number;
            stream.demanded = stream.demanded.max(at.number);
            wanted.extend(stream.queue.iter().filter(|queued| fresh.contains(&queued.number)).filter_map(|queued| {
                match &queued.operation {
                    Operation::Wait { on, .. } => Some(*on),
                    _ => None,
                }
            }));
        }
        changed().notify_all();
    }

    /// Returns whether an operation has run. All of a stream that is gone has.
    pub(crate) fn complete(&self, at: At) -> bool {
        self.streams.get(&at.stream).is_none_or(|stream| stream.done >= at.number)
    }

    /// Answers whether an event's record is complete. The host learns from a yes.
    pub(crate) fn ask_event(&mut self, event: usize) -> Result<(), Code> {
        let event = self.event(event)?;
        let Some(at) = event.record else { return Ok(()) };
        event.questions += 1;
        let (known, questions) = (event.known.clone(), event.questions);
        self.answer(at, &known, questions)
    }

    /// Answers whether all of a stream is complete. The host learns from a yes.
    pub(crate) fn ask_stream(&mut self, stream: usize) -> Result<(), Code> {
        let (handle, stream) = self.stream(stream)?;
        stream.questions += 1;
        let (at, known) = (At { stream: handle, number: stream.submitted }, stream.knowledge.clone());
        let questions = stream.questions;
        self.answer(at, &known, questions)
    }

    fn answer(&mut self, at: At, known: &Clock, questions: u32) -> Result<(), Code> {
        if self.complete(at) {
            self.learn(known);
            return Ok(());
        }
        if questions >= QUERIES {
            self.demand(at);
        }
        Err(Code::NOT_READY)
    }

    /// The host now knows that something is complete; page-locked buffers whose copies are among it
    /// are its own again.
    pub(crate) fn learn(&mut self, known: &Clock) {
        self.host.join(known);
        self.pinned.release(&self.host);
    }
}
