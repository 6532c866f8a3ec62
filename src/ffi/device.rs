//! Batches on a device: the streams that use them. In a library without CUDA there are none, and
//! these functions say so.

use super::batch::{OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::loader::atemoya_loader;
use super::status::{Failure, atemoya_status};
use std::ffi::c_void;
use std::mem::MaybeUninit;

#[cfg(feature = "cuda")]
use super::{
    batch::AnyBatch,
    handle,
    loader::{AnyLoader, lock},
    stream,
};
#[cfg(feature = "cuda")]
use crate::cuda::{Device, DeviceBatch, Stream};

/// Does something with a batch on a device and a stream of its device.
#[cfg(feature = "cuda")]
pub(super) fn with_stream(
    batch: &OpenBatch,
    stream: *mut c_void,
    then: impl FnOnce(&DeviceBatch, &Stream) -> crate::Result<()>,
) -> Result<(), Failure> {
    let batch = on_device(batch)?;
    // SAFETY: the caller's promise, as is said where it passes the stream.
    let stream = unsafe { Stream::borrow(batch.stream().device(), stream) }?;
    Ok(then(batch, &stream)?)
}

#[cfg(feature = "cuda")]
fn on_device(batch: &OpenBatch) -> Result<&DeviceBatch, Failure> {
    match &batch.0 {
        AnyBatch::Device(batch) => Ok(batch),
        AnyBatch::Host(_) => Err(Failure::argument("batch", "it is in the memory of the host")),
    }
}

/// Writes how many CUDA devices the driver shows to this process.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_device_count(
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || {
        #[cfg(feature = "cuda")]
        return Ok(Device::count()?);
        #[cfg(not(feature = "cuda"))]
        Err(Failure::without_cuda())
    })
}

/// Writes the next batch, as `atemoya_loader_next`, but delivers it to `stream`, a `CUstream` or
/// `cudaStream_t` of the device's primary context that exists as long as the batch; NULL and 1 are
/// the legacy default stream, and 2, the default stream of each thread, is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_next_on(
    loader: *mut atemoya_loader,
    stream: *mut c_void,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    #[cfg(feature = "cuda")]
    return stream::next(loader, batch, error, |open| {
        let AnyLoader::Device(loader) = &open.loader else {
            return Err(Failure::argument("loader", "its batches are in the memory of the host"));
        };
        let device = lock(loader).device().clone();
        // SAFETY: the caller's promise.
        let stream = unsafe { Stream::borrow(&device, stream) }?;
        open.next_on(loader, &stream, true)
    });
    #[cfg(not(feature = "cuda"))]
    {
        let _ = (loader, stream);
        call::make::<OpenBatch>(error, batch, || Err(Failure::without_cuda()))
    }
}

/// Writes the stream that a batch was delivered to, a `CUstream`; valid until the batch is freed,
/// or longer if it is the caller's.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_stream(
    batch: *const atemoya_batch,
    stream: Option<&mut MaybeUninit<*mut c_void>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("stream", stream), || {
        #[cfg(feature = "cuda")]
        return Ok(on_device(&*handle::get::<OpenBatch>(batch)?)?.stream().as_raw());
        #[cfg(not(feature = "cuda"))]
        {
            let _ = batch;
            Err(Failure::without_cuda())
        }
    })
}

/// Lets another stream use a batch: what it is given from now on finds the batch complete, and the
/// batch's memory is not used again before what the stream was given until the batch is freed.
/// Streams are named as in `atemoya_loader_next_on`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_wait_on(
    batch: *const atemoya_batch,
    stream: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        #[cfg(feature = "cuda")]
        return with_stream(&*handle::get::<OpenBatch>(batch)?, stream, DeviceBatch::wait_on);
        #[cfg(not(feature = "cuda"))]
        {
            let _ = (batch, stream);
            Err(Failure::without_cuda())
        }
    })
}

/// Says that a stream is done with a batch: what it is given from now on does not use it, and the
/// stream need not exist any longer. Streams of which this is not said are done when the batch is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_done_on(
    batch: *const atemoya_batch,
    stream: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        #[cfg(feature = "cuda")]
        return with_stream(&*handle::get::<OpenBatch>(batch)?, stream, DeviceBatch::done_on);
        #[cfg(not(feature = "cuda"))]
        {
            let _ = (batch, stream);
            Err(Failure::without_cuda())
        }
    })
}
