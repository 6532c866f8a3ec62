//! Feeding a GPU: batches are gathered into page-locked memory, cross the bus in one asynchronous
//! copy each, are expanded on the device, and are handed to the consumer's stream without a wait of
//! the host.
//!
//! ```no_run
//! use atemoya::cuda::{Device, DeviceGenerator};
//! use atemoya::{DType, PeakGenerator, Store};
//!
//! let store = Store::open("yeast.atemoya")?;
//! let device = Device::open(0)?; // an error, not a panic, where there is no driver or no such device
//! let generator = PeakGenerator::new(&store).sequence_type(DType::F16).batch_size(64).num_workers(2);
//! let mut loader = DeviceGenerator::new(&device, generator).prefetch_to_device(2).build()?;
//! for batch in loader.epoch(0) {
//!     let batch = batch?; // the work that follows on `batch.stream()` finds it complete
//!     let x = batch.sequence().unwrap();
//!     println!("f16 {:?} at {:#x}", x.shape(), x.pointer());
//! } // dropping a batch lets its memory be filled again, behind what the stream was given to do before
//! # Ok::<(), atemoya::Error>(())
//! ```
//!
//! With `cudarc` (`=0.19.10`, with its feature `cuda-12090`), whose context is the same:
//!
//! ```no_run
//! use atemoya::cuda::{Device, DeviceGenerator, Stream};
//! use atemoya::{PeakGenerator, Store};
//! use cudarc::driver::CudaContext;
//!
//! let context = CudaContext::new(0)?; // current on this thread from now on
//! let compute = context.new_stream()?;
//! let device = Device::open(0)?;
//! // SAFETY: the stream is of the device's primary context, and outlives the loader and its batches.
//! let stream = unsafe { Stream::borrow(&device, compute.cu_stream().cast()) }?;
//! let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
//! let mut loader = DeviceGenerator::new(&device, generator).stream(Some(stream)).build()?;
//! for batch in loader.epoch(0) {
//!     let batch = batch?;
//!     let y = batch.signal().unwrap();
//!     // SAFETY: so many f32 lie there as long as the batch lives.
//!     let view = unsafe { compute.upgrade_device_ptr::<f32>(y.pointer(), y.byte_len() / 4) };
//!     // ... launches on `compute` ...
//!     view.leak(); // the memory is the batch's
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a batch gets there
//! Two streams belong to a loader. On the first each batch is copied, as one contiguous piece, from
//! its slot of page-locked memory into a slot of the device; on the second a kernel writes the
//! columns that are to be of another type than they crossed the bus in. The consumer's stream waits
//! for that, on the device. All that is reused is reused behind an event:
//!
//! | what | waits for |
//! |---|---|
//! | a worker that refills page-locked memory | the copy from it |
//! | the copy into a slot of the device | the consumers' streams, as they stood when the last batch in it was dropped; or the kernel, where it was never delivered |
//! | the kernel | the copy |
//! | the consumer's stream | the kernel, or the copy where there is nothing to expand |
//! | freeing device memory | the same as the copy into it |
//! | freeing page-locked memory | the copy from it, on the host |
//!
//! The consumer's thread waits for none of these; it waits for workers where they are slower than
//! it is. (Without workers it gathers itself, and so does what a worker does.) Where nobody can
//! know whether the device still uses some memory, because a wait for it failed, that memory is
//! never freed nor used again.
//!
//! Streams that capture a CUDA graph are not provided for: no batch may be asked for, waited on, or
//! dropped while one of its streams captures; copy it into memory of the graph's own before.
//!
//! # What has been checked, and how
//! The CUDA path is functionally checked by PTX interpretation and a driver emulator; it was never
//! run or timed on a GPU. The emulator follows the documented ordering rules of the driver API
//! (streams, events, page-locked and pageable copies) and reports missing waits, races,
//! out-of-bounds and misaligned accesses. It says nothing about speed, and a real driver may behave
//! in ways it does not model. Register counts come from `ptxas -v`; no throughput figure in this
//! project comes from a GPU. To check on a real device run `gpu_smoke`.
//!
//! # Needs
//! A driver for CUDA 11.8 or newer, on Linux, and a device of compute capability 7.0 or higher. The
//! driver is looked for when a device is opened; neither it nor the toolkit is needed to build. The
//! bindings are `cudarc`'s for CUDA 12.9, which give a driver's answer as an enumeration: an answer
//! that is newer than they are would be undefined behaviour. All crates of a program that use
//! `cudarc` 0.19 must use the same one, `=0.19.10`, with the same feature for its version,
//! `cuda-12090`; it does not compile otherwise.

mod batch;
mod batches;
mod device;
mod driver;
mod event;
mod generator;
mod kernel;
mod lease;
mod loader;
mod memory;
mod page_locked;
mod pipeline;
mod pool;
mod slot;
mod stats;
mod stream;
#[cfg(test)]
mod tests;
mod transfer;
mod waits;
mod yardstick;

pub use batch::{DeviceBatch, DeviceTensor};
pub use batches::DeviceBatches;
pub use device::Device;
pub use generator::DeviceGenerator;
pub use loader::DeviceLoader;
pub use stats::DeviceStats;
pub use stream::Stream;
pub use transfer::Transfer;
pub use yardstick::{Copied, PlainCopies, kernel_time};
