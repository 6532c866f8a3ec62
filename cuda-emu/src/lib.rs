//! A CUDA driver for tests on machines without a GPU.
//!
//! The shared library of this crate, `libcuda_emu.so`, exports the functions of the CUDA driver
//! that `atemoya` uses, and some that tests do. A test loads it in place of `libcuda.so`. Its
//! streams are threads that run operations in order and, by choice, late; its device memory is
//! memory of the host; its kernels are interpreted from PTX. It knows what the driver's
//! documentation promises about order (streams, events, page-locked and pageable memory) and
//! reports whatever relies on more.
//!
//! **It says nothing about speed**, and a real driver may behave in ways that it does not model.
//! Nothing here has run on a GPU.
//!
//! # Loading
//!
//! The library's SONAME is `libcuda.so`. A test opens the file by its path, before anything opens
//! the driver, and keeps the handle; opening `libcuda.so` then gives this library. For a
//! package that has this one as a dev-dependency, cargo puts it beside the test's own file:
//! `std::env::current_exe()`, in the same directory. The functions in [`entry::probe`] are looked
//! up by name in the same handle. State is one for the process: run one process for each scenario.
//!
//! # Environment
//!
//! It is read at the first call. A value that makes no sense ends the process.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `CUDA_EMU_MODE` | `random` | `eager`: operations run at once; `random`: after a random delay, with another in the middle of a copy; `lazy`: when the host has to wait for them, the latest legal moment |
//! | `CUDA_EMU_DELAY`, `CUDA_EMU_SEED` | 3000, 1 | the most microseconds of a random delay; the seed of delays |
//! | `CUDA_EMU_LAZY_STREAMS` | none | as `1,3`: these streams are lazy in any mode; streams are numbered as they are created, 0 is the default stream |
//! | `CUDA_EMU_GUARD` | 0 | 1: page-locked memory is write-protected while a copy may read it |
//! | `CUDA_EMU_DEVICES` | 1 | number of devices; 0 for `CUDA_ERROR_NO_DEVICE` |
//! | `CUDA_EMU_POOLS` | 1 | 0: devices have no memory pools, so no `cuMemAllocAsync` |
//! | `CUDA_EMU_DEVICE_BYTES`, `CUDA_EMU_HOST_BYTES` | 8 GiB | all device memory, all page-locked memory |
//! | `CUDA_EMU_FAIL` | none | `name:nth:code` or `any:nth:code`, as [`entry::probe::cuEmuFail`] |
//! | `CUDA_EMU_FAULT` | none | `htod:nth` or `kernel:nth`, as [`entry::probe::cuEmuFault`] |
//! | `CUDA_EMU_DEADLOCK_MS` | 20000 | how long nothing may happen while the host waits |
//!
//! # What is reported
//!
//! Every violation is a line `cuda-emu VIOLATION: [detector] text` on standard error, and is
//! counted.
//!
//! | detector | finds |
//! |---|---|
//! | `[checksum]` | page-locked memory that changed between the call of a copy and its end |
//! | `[guard]` | a write of the host to page-locked memory that a copy may still read, until the host has *waited* for it, in any mode; the write is let go on. A system call into such memory fails with `EFAULT` instead |
//! | `[race]` | two accesses to device memory, one of them a write, that no stream, event or wait puts in order, whatever happened this time; a `cuMemFree` that relies on its own waiting, too. Of kernels, the whole range between the first and last byte of an allocation counts |
//! | `[bounds]`, `[misaligned]` | an access outside every allocation, or at an address that is no multiple of its size: `CUDA_ERROR_ILLEGAL_ADDRESS`, `CUDA_ERROR_MISALIGNED_ADDRESS` in every later call |
//! | `[double-write]`, `[read-write]` | a byte written by two threads of a launch, or read by one and written by another |
//! | `[wrong-context]` | a stream or an event used while another context than its own is current: `CUDA_ERROR_INVALID_CONTEXT` |
//! | `[endless]` | a thread of a kernel that does not end: `CUDA_ERROR_LAUNCH_TIMEOUT` in every later call |
//! | `[freed-while-copied]` | page-locked memory freed while a copy is not known to be complete |
//! | `[unloaded-while-running]` | a module unloaded while a launch of its kernels is not known to be complete |
//! | `[use-after-free]`, `[double-free]` | device memory named in a copy or fill after the call that freed it; memory freed that is not allocated |
//! | `[deadlock]` | a host that waits while nothing happens: `CUDA_ERROR_UNKNOWN` for this call |
//!
//! Fresh device memory is 0xA5, fresh page-locked memory 0xCD, and registers of a kernel are
//! garbage. Device addresses are never used again, and a host that follows one crashes.
//!
//! # Limits
//!
//! - The default stream, of handles 0 and 1, is an ordinary stream: it does not wait for others,
//!   nor they for it. Handle 2 (`CU_STREAM_PER_THREAD`) is `CUDA_ERROR_INVALID_HANDLE`.
//! - Threads of a launch run one after another, and no other stream runs meanwhile. There is no
//!   shared memory, barrier, atomic or warp instruction, no double precision and no call: PTX with
//!   any of them is refused when it is loaded.
//! - What streams do to disjoint parts of *one* allocation in between each other may be reported as
//!   a race.
//! - Memory of the host has no clocks: reading the target of a copy to the host too early is not
//!   found.
//! - All threads of the host share one knowledge: what one has waited for, all have. Flags of
//!   streams, events and page-locked memory are not looked at.
//! - All devices share one memory. There are no registered host mappings, two-dimensional copies,
//!   peers, pools of one's own, graphs or cubins.
//! - After a violation that leaves an error, all calls fail until [`entry::probe::cuEmuReset`].

mod calls;
mod clock;
mod codes;
mod config;
pub mod entry;
mod execute;
mod faults;
mod guard;
mod kernel_memory;
mod memory;
mod pinned;
mod ptx;
mod raw;
mod report;
mod streams;
mod wait;
mod world;
