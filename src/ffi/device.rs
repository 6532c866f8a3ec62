//! Batches on a device: the CUDA streams that they are delivered to and that use them.

use super::batch::{OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::atemoya_loader;
use super::status::{Failure, atemoya_status};
use super::stream;
use crate::cuda::{AnyBatch, AnyLoader, Device, DeviceBatch, Stream};
use crate::feed::Wait;
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// Calls a function with a batch on a device and a stream of that device.
pub(super) fn with_stream(
    batch: &OpenBatch,
    stream: *mut c_void,
    then: impl FnOnce(&DeviceBatch, &Stream) -> crate::Result<()>,
) -> Result<(), Failure> {
    let batch = on_device(batch)?;
    // SAFETY: the caller's promise, which is in the comment of the function that takes the stream.
    let stream = unsafe { Stream::borrow(batch.stream().device(), stream) }?;
    Ok(then(batch, &stream)?)
}

fn on_device(batch: &OpenBatch) -> Result<&DeviceBatch, Failure> {
    match &batch.0 {
        AnyBatch::Device(batch) => Ok(batch),
        AnyBatch::Host(_) => Err(Failure::argument("batch", "it is in the memory of the host, not of a device")),
    }
}

/// Writes how many CUDA devices the driver shows to this process. Without a driver it is an error.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_device_count(
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(Device::count()?))
}

/// Writes the next batch, as `atemoya_loader_next`, but delivers it to `stream`: a `CUstream` or
/// `cudaStream_t` of the device's primary context that exists as long as the batch. NULL and 1 are
/// the legacy default stream. 2, the default stream of each thread, is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_next_on(
    loader: *mut atemoya_loader,
    stream: *mut c_void,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    stream::next(loader, batch, error, |loader| {
        let device = loader.device().ok_or_else(AnyLoader::on_host)?;
        // SAFETY: the caller's promise.
        let stream = unsafe { Stream::borrow(&device, stream) }?;
        loader.next_on_device(&stream, Wait::UnlessAllLeased)
    })
}

/// Writes the stream that a batch was delivered to, a `CUstream`. A stream of the loader's is valid
/// until the batch is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_stream(
    batch: *const atemoya_batch,
    stream: Option<&mut MaybeUninit<*mut c_void>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("stream", stream), || Ok(on_device(&*handle::get::<OpenBatch>(batch)?)?.stream().as_raw()))
}

/// Lets another stream use a batch. Work that the stream is given from now on begins when the batch
/// is complete. The memory of the batch is not filled again before the work that the stream is
/// given until the batch is freed. Streams are passed as to `atemoya_loader_next_on`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_wait_on(
    batch: *const atemoya_batch,
    stream: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || with_stream(&*handle::get::<OpenBatch>(batch)?, stream, DeviceBatch::wait_on))
}

/// Declares that a stream is done with a batch: work that it is given from now on does not use the
/// batch, and the stream may be destroyed. All other streams are done when the batch is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_done_on(
    batch: *const atemoya_batch,
    stream: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || with_stream(&*handle::get::<OpenBatch>(batch)?, stream, DeviceBatch::done_on))
}
