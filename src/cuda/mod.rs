//! Batches on a GPU. Workers gather a batch into page-locked memory. One asynchronous copy brings
//! it to the device, where a kernel expands it. The consumer's CUDA stream waits for it on the
//! device; the host does not wait. Needs the feature `cuda`.
//!
//! [`Device::open`] finds a GPU, and [`DeviceGenerator`] builds a [`DeviceLoader`] on it of what a
//! [`PeakGenerator`](crate::PeakGenerator) describes. The program `examples/rust/train_gpu.rs` uses
//! both. The examples on these pages are compiled and not run, since they need a GPU; the tests run
//! that program on an emulator.
//!
//! In this module, a stream is a `CUstream` of the driver's. A stream of batches is called a stream
//! of a loader.
//!
//! ```no_run
//! use atemoya::cuda::{Device, DeviceGenerator};
//! use atemoya::{DType, PeakGenerator, Store};
//!
//! let store = Store::open("yeast.atemoya")?;
//! let device = Device::open(0)?; // an error if there is no driver or no such device
//! let generator = PeakGenerator::new(&store).sequence_type(DType::F16).num_workers(2);
//! let mut loader = DeviceGenerator::new(&device, generator).prefetch_to_device(2).build()?;
//! for batch in loader.epoch(0) {
//!     let batch = batch?; // complete for work that `batch.stream()` is given from now on
//!     let x = batch.sequence().unwrap();
//!     println!("f16 {:?} at {:#x}", x.shape(), x.pointer());
//! } // the memory of a dropped batch is filled again after the work that its stream has been given
//! # Ok::<(), atemoya::Error>(())
//! ```
//!
//! With `cudarc` (`=0.19.10`, with its feature `cuda-12090`), which uses the same context:
//!
//! ```no_run
//! use atemoya::cuda::{Device, DeviceGenerator, Stream};
//! use atemoya::{PeakGenerator, Store};
//! use cudarc::driver::CudaContext;
//!
//! let context = CudaContext::new(0)?; // current on this thread from now on
//! let compute = context.new_stream()?;
//! let device = Device::open(0)?;
//! // SAFETY: the stream is of the device's primary context, and outlives the loader and batches.
//! let stream = unsafe { Stream::borrow(&device, compute.cu_stream().cast()) }?;
//! let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
//! let mut loader = DeviceGenerator::new(&device, generator).stream(Some(stream)).build()?;
//! for batch in loader.epoch(0) {
//!     let batch = batch?;
//!     let y = batch.signal().unwrap();
//!     // SAFETY: the column has this many f32, and lives as long as the batch.
//!     let view = unsafe { compute.upgrade_device_ptr::<f32>(y.pointer(), y.byte_len() / 4) };
//!     // ... launches on `compute` ...
//!     view.leak(); // the batch owns the memory
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a batch gets there
//! A loader has two streams of its own. The first copies each batch, in one piece, from its slot of
//! page-locked memory into a slot of the device. On the second a kernel writes the columns whose
//! type on the device is not the one in which they crossed the bus.
//!
//! Memory is used again only after an event:
//!
//! - A worker that refills page-locked memory waits for the copy from it.
//! - The copy into a slot of the device waits for the work that the consumer's streams had been
//!   given when the last batch in the slot was dropped. If that batch was never delivered, it waits
//!   for the kernel.
//! - The kernel waits for the copy.
//! - The consumer's stream waits for the kernel, or for the copy if nothing is expanded.
//! - Device memory is freed after what a copy into it would wait for.
//! - Page-locked memory is freed after the copy from it, for which the host waits.
//!
//! The consumer's thread waits for none of these. It waits for workers if they are slower than it
//! is. Without workers it gathers the batches itself, and waits as a worker does. If a wait fails,
//! the device may still use the memory: that memory is never freed nor used again.
//!
//! CUDA graphs are not supported. While a stream captures one, no batch may be asked for, waited on
//! or dropped on it. Copy the batch into memory of the graph before the capture.
//!
//! # What has been checked, and how
//! The CUDA path is checked by PTX interpretation and a driver emulator; it was never run or timed
//! on a GPU. The emulator follows the documented ordering rules of the driver API (streams, events,
//! page-locked and pageable copies) and reports missing waits, races, out-of-bounds and misaligned
//! accesses. It says nothing about speed, and a real driver may behave in ways it does not model.
//! Register counts come from `ptxas -v`; no throughput figure in this project comes from a GPU. To
//! check a real device, run the test `gpu_smoke`.
//!
//! # Requirements
//! A driver for CUDA 11.8 or newer, on Linux, and a device of compute capability 7.0 or higher. The
//! driver is loaded when a device is opened. Neither it nor the toolkit is needed to build.
//!
//! The bindings are those of `cudarc` for CUDA 12.9. They turn the driver's result codes into an
//! enumeration, and a code that they do not know would be undefined behaviour. All crates of a
//! program that use `cudarc` 0.19 must use `=0.19.10` with its feature `cuda-12090`; otherwise the
//! program does not compile.

mod any_loader;
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
mod sync_points;
#[cfg(test)]
mod tests;
mod transfer;
mod yardstick;

#[doc(hidden)]
pub use any_loader::{AnyBatch, AnyLoader, LoaderStats, StreamSpec};
pub use batch::{DeviceBatch, DeviceTensor};
pub use batches::DeviceBatches;
pub use device::Device;
pub use generator::DeviceGenerator;
pub use loader::DeviceLoader;
pub use stats::DeviceStats;
pub use stream::Stream;
pub use transfer::Transfer;
#[doc(hidden)]
pub use yardstick::{Copied, PlainCopies, kernel_time};
