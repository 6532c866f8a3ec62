//! A thin and safe face of the driver's functions, and tests that have a process of their own.

#![allow(unsafe_code, reason = "the driver's functions take pointers; here they are given those of living memory")]
#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "this is part of tests")]

use cuda_emu::entry::{copy, device, event, launch, memory, module, probe, stream};
use std::ffi::{CString, c_void};
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::ptr;

const CHILD: &str = "CUDA_EMU_TEST_CHILD";

/// All orders in which the emulator may do things, for tests in which nothing must be found.
pub(crate) const ALL: [&str; 6] = [
    "CUDA_EMU_MODE=eager",
    "CUDA_EMU_MODE=random CUDA_EMU_DELAY=2000",
    "CUDA_EMU_MODE=lazy",
    "CUDA_EMU_MODE=eager CUDA_EMU_LAZY_STREAMS=1",
    "CUDA_EMU_MODE=eager CUDA_EMU_GUARD=1",
    "CUDA_EMU_MODE=lazy CUDA_EMU_GUARD=1",
];

/// Runs a test's body in a process of its own for each environment, given as `A=1 B=2`. The name is
/// the test's.
pub(crate) fn alone(name: &str, environments: &[&str], body: fn()) {
    if std::env::var(CHILD).is_ok() {
        body();
        return;
    }
    for environment in environments {
        let output = child(name, environment);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && out.contains("1 passed"), "{name} with {environment:?}:\n{out}\n{err}");
    }
}

/// Runs a test's body in a process of its own that must die by a signal.
pub(crate) fn dies_alone(name: &str, environment: &str, signal: i32, body: fn()) {
    if std::env::var(CHILD).is_ok() {
        body();
        return;
    }
    let output = child(name, environment);
    assert_eq!(output.status.signal(), Some(signal), "{output:?}");
}

fn child(name: &str, environment: &str) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--nocapture", "--test-threads=1"]);
    for (key, _) in std::env::vars().filter(|(key, _)| key.starts_with("CUDA_EMU_")) {
        command.env_remove(key);
    }
    command.env(CHILD, "1").envs(environment.split_whitespace().map(|pair| pair.split_once('=').unwrap()));
    command.output().unwrap()
}

/// Reads device memory as if it were the host's, which ends the process.
pub(crate) fn follow(address: u64) -> u8 {
    let address = usize::try_from(address).unwrap();
    // SAFETY: the page at a device's address cannot be read, so that this ends the process and
    // gives no value. There is no object whose memory it could be.
    unsafe { ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}

/// Returns what the environment says.
pub(crate) fn is_set(key: &str, value: &str) -> bool {
    std::env::var(key).is_ok_and(|found| found == value)
}

type Answer<T> = Result<T, u32>;

fn done(code: u32) -> Answer<()> {
    if code == 0 { Ok(()) } else { Err(code) }
}

fn answer<T>(function: impl FnOnce(Option<&mut MaybeUninit<T>>) -> u32) -> Answer<T> {
    let mut place = MaybeUninit::uninit();
    let code = function(Some(&mut place));
    // SAFETY: a function that succeeds has written its answer.
    done(code).map(|()| unsafe { place.assume_init() })
}

/// Retains the primary context of a device.
pub(crate) fn retain(ordinal: i32) -> Answer<usize> {
    answer(|out| device::cuDevicePrimaryCtxRetain(out, ordinal))
}

/// Starts the driver and makes the first device's context current.
pub(crate) fn start() {
    done(device::cuInit(0)).unwrap();
    enter(answer(|out| device::cuDevicePrimaryCtxRetain(out, 0)).unwrap());
}

/// Makes a context current.
pub(crate) fn enter(context: usize) {
    done(device::cuCtxSetCurrent(context)).unwrap();
}

pub(crate) fn context() -> usize {
    answer(|out| device::cuCtxGetCurrent(out)).unwrap()
}

pub(crate) fn new_stream() -> Answer<usize> {
    answer(|out| stream::cuStreamCreate(out, 1))
}

pub(crate) fn new_event() -> Answer<usize> {
    answer(|out| event::cuEventCreate(out, 2))
}

pub(crate) fn device_memory(bytes: usize) -> Answer<u64> {
    answer(|out| memory::cuMemAlloc_v2(out, bytes))
}

pub(crate) fn device_memory_on(bytes: usize, stream: usize) -> Answer<u64> {
    answer(|out| memory::cuMemAllocAsync(out, bytes, stream))
}

pub(crate) fn free(address: u64) -> Answer<()> {
    done(memory::cuMemFree_v2(address))
}

pub(crate) fn free_on(address: u64, stream: usize) -> Answer<()> {
    done(memory::cuMemFreeAsync(address, stream))
}

pub(crate) fn record(event: usize, stream: usize) -> Answer<()> {
    done(event::cuEventRecord(event, stream))
}

pub(crate) fn wait_for(event: usize) -> Answer<()> {
    done(event::cuEventSynchronize(event))
}

pub(crate) fn order(stream: usize, event: usize) -> Answer<()> {
    done(stream::cuStreamWaitEvent(stream, event, 0))
}

pub(crate) fn synchronize(stream: usize) -> Answer<()> {
    done(stream::cuStreamSynchronize(stream))
}

/// Page-locked memory; it is freed only by [`Pinned::free`], whatever uses it then.
#[derive(Clone, Copy)]
pub(crate) struct Pinned {
    base: *mut u8,
    length: usize,
}

impl Pinned {
    pub(crate) fn new(length: usize) -> Answer<Pinned> {
        let base: *mut c_void = answer(|out| memory::cuMemHostAlloc(out, length, 0))?;
        Ok(Pinned { base: base.cast(), length })
    }

    /// Writes to all of it, whether a copy reads it or not.
    pub(crate) fn fill(self, value: u8) {
        // SAFETY: the tests do not write to memory that they have freed.
        unsafe { ptr::write_bytes(self.base, value, self.length) }
    }

    pub(crate) fn first(self) -> u8 {
        // SAFETY: the tests do not read memory that they have freed.
        unsafe { self.base.read() }
    }

    pub(crate) fn copy_to(self, to: u64, stream: usize) -> Answer<()> {
        // SAFETY: the memory is page-locked, and the emulator looks whether it still is when it
        // reads.
        done(unsafe { copy::cuMemcpyHtoDAsync_v2(to, self.base.cast(), self.length, stream) })
    }

    pub(crate) fn copy_from(self, from: u64, stream: usize) -> Answer<()> {
        // SAFETY: the tests wait for copies to the host before they free their targets.
        done(unsafe { copy::cuMemcpyDtoHAsync_v2(self.base.cast(), from, self.length, stream) })
    }

    pub(crate) fn free(self) -> Answer<()> {
        done(memory::cuMemFreeHost(self.base.cast()))
    }
}

/// Copies pageable memory on a stream.
pub(crate) fn upload(bytes: &[u8], to: u64, stream: usize) -> Answer<()> {
    // SAFETY: the slice is readable, and pageable memory is copied before the call returns.
    done(unsafe { copy::cuMemcpyHtoDAsync_v2(to, bytes.as_ptr().cast(), bytes.len(), stream) })
}

/// Copies to pageable memory on a stream.
pub(crate) fn download(length: usize, from: u64, stream: usize) -> Answer<Vec<u8>> {
    let mut bytes = vec![0; length];
    // SAFETY: the vector is writable, and the call returns when the copy is complete.
    done(unsafe { copy::cuMemcpyDtoHAsync_v2(bytes.as_mut_ptr().cast(), from, length, stream) }).map(|()| bytes)
}

pub(crate) fn load(source: &str) -> Answer<usize> {
    let source = CString::new(source).unwrap();
    // SAFETY: the text ends with a zero byte.
    answer(|out| unsafe { module::cuModuleLoadData(out, source.as_ptr().cast()) })
}

/// Unloads a module.
pub(crate) fn unload(module: usize) -> Answer<()> {
    done(module::cuModuleUnload(module))
}

pub(crate) fn function(module: usize, name: &str) -> Answer<usize> {
    let name = CString::new(name).unwrap();
    // SAFETY: the text ends with a zero byte.
    answer(|out| unsafe { module::cuModuleGetFunction(out, module, name.as_ptr()) })
}

/// Launches a kernel whose parameters are all addresses.
pub(crate) fn launch(function: usize, threads: u32, arguments: &[u64], stream: usize) -> Answer<()> {
    let pointers: Vec<*const c_void> = arguments.iter().map(|argument| ptr::from_ref(argument).cast()).collect();
    // SAFETY: there is a pointer for each of the kernel's parameters, all of 64 bits.
    let code =
        unsafe { launch::cuLaunchKernel(function, 1, 1, 1, threads, 1, 1, 0, stream, pointers.as_ptr(), ptr::null()) };
    done(code)
}

/// Returns the detector of each violation, in order.
pub(crate) fn found() -> Vec<String> {
    // SAFETY: null is allowed; then only the length is given.
    let length = unsafe { probe::cuEmuViolationText(ptr::null_mut(), 0) };
    let mut text = vec![0u8; length + 1];
    // SAFETY: the vector has room for this many bytes.
    unsafe { probe::cuEmuViolationText(text.as_mut_ptr().cast(), text.len()) };
    text.pop();
    let text = String::from_utf8(text).unwrap();
    text.lines().map(|line| line.split_inclusive(']').next().unwrap().to_owned()).collect()
}

pub(crate) fn live() -> [u64; 8] {
    let mut numbers = [0; 8];
    // SAFETY: there is room for eight numbers.
    unsafe { probe::cuEmuLive(numbers.as_mut_ptr(), 8) };
    numbers
}

pub(crate) fn stats() -> [u64; 8] {
    let mut numbers = [0; 8];
    // SAFETY: there is room for eight numbers.
    unsafe { probe::cuEmuStats(numbers.as_mut_ptr(), 8) };
    numbers
}

/// Makes a call fail; an empty name stands for any.
pub(crate) fn fail(name: &str, nth: u64, code: u32) {
    let text = CString::new(name).unwrap();
    // SAFETY: null, or a text that ends with a zero byte.
    unsafe { probe::cuEmuFail(if name.is_empty() { ptr::null() } else { text.as_ptr() }, nth, code) };
}

pub(crate) fn fault(kind: &str, nth: u64) {
    let kind = CString::new(kind).unwrap();
    // SAFETY: the text ends with a zero byte.
    unsafe { probe::cuEmuFault(kind.as_ptr(), nth) };
}

pub(crate) fn calls(name: &str) -> u64 {
    let text = CString::new(name).unwrap();
    // SAFETY: null, or a text that ends with a zero byte.
    unsafe { probe::cuEmuCalls(if name.is_empty() { ptr::null() } else { text.as_ptr() }) }
}

/// Returns the text that an address is of, or nothing for null.
pub(crate) fn text_at(place: MaybeUninit<*const std::ffi::c_char>) -> Option<&'static std::ffi::CStr> {
    // SAFETY: the function that was given the place writes it whenever it is not null, also with an
    // error.
    let address = unsafe { place.assume_init() };
    // SAFETY: texts of the driver are constants that end with a zero byte.
    (!address.is_null()).then(|| unsafe { std::ffi::CStr::from_ptr(address) })
}

/// Returns the bytes of device memory that are left, and that there are.
pub(crate) fn memory_sizes() -> [usize; 2] {
    let mut total = None;
    let free = answer(|free| {
        let mut code = 0;
        total = answer(|total| {
            code = memory::cuMemGetInfo_v2(free, total);
            code
        })
        .ok();
        code
    });
    [free.unwrap(), total.unwrap()]
}
