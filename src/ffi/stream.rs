//! Streams of a loader: beginning one, taking its batches, and ending it.

use super::batch::{OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::{OpenLoader, atemoya_loader};
use super::status::{Failure, atemoya_status};
use crate::cuda::{AnyBatch, AnyLoader, StreamSpec};
use crate::feed::Wait;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;
use std::task::Poll;

impl OpenLoader {
    /// Begins a stream. A stream that was begun before ends.
    pub(super) fn begin(&self, stream: StreamSpec) -> Result<(), Failure> {
        self.loader.begin(stream)?;
        // Nobody has a handle to stop it by, and another thread may wait for its batches.
        if self.freed.load(Ordering::SeqCst) {
            self.host().stop();
        }
        Ok(())
    }
}

/// Begins to stream one epoch. A stream that was begun before ends: a thread that waits for its
/// next batch gets `ATEMOYA_END`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_set_epoch(
    loader: *mut atemoya_loader,
    epoch: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    atemoya_loader_stream_epochs(loader, epoch, 1, error)
}

/// Begins to stream `count` consecutive epochs, from `first` on. While the last batches of an epoch
/// are consumed, the first ones of the next are gathered. `atemoya_batch_epoch` tells the epochs
/// apart. After epoch UINT64_MAX comes epoch 0. A stream that was begun before ends.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stream_epochs(
    loader: *mut atemoya_loader,
    first: u64,
    count: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        loader.begin(StreamSpec::Epochs { first, count })
    })
}

/// Begins to stream every kept peak, or negative, or both (peaks first), for validation: once and
/// in order, neither shifted nor reverse-complemented, with the short batch at the end. A stream
/// that was begun before ends. The state of the loader stays as it is.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stream_validation(
    loader: *mut atemoya_loader,
    peaks: bool,
    negatives: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        loader.begin(StreamSpec::Validation { peaks, negatives })
    })
}

/// Ends what the loader streams, if anything. A thread that waits for its next batch gets
/// `ATEMOYA_END`. Batches that were delivered stay valid, and another stream can be begun.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stop(
    loader: *mut atemoya_loader,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        handle::get::<OpenLoader>(loader)?.loader.stop();
        Ok(())
    })
}

/// Writes the next batch of what the loader streams, after waiting until it is gathered. Free it
/// with `atemoya_batch_free`. At the end of the stream it returns `ATEMOYA_END` and writes NULL.
///
/// When the caller holds all slots, it is `ATEMOYA_ERROR_ALL_LEASED`: free a batch and call it
/// again. Any other error of the stream ends the stream, and every further call returns that error
/// until another stream is begun. Before the first stream is begun, it is `ATEMOYA_ERROR_ARGUMENT`.
/// A call that fails to begin a stream leaves the one before as it is.
///
/// Any number of threads may take batches of one loader. Each batch is given to one of them.
///
/// On a device, the batch is delivered to the stream of the options: work that this stream is given
/// from then on begins when the batch is complete. The calling thread does not wait for the device.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::UnlessAllLeased))
}

/// Writes the next batch as `atemoya_loader_next`, but also waits while all slots are held: for
/// callers that free batches on another thread. On a device it is the same as
/// `atemoya_loader_next`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next_waiting(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::Always))
}

/// Writes the next batch as `atemoya_loader_next`, but never waits for workers: while the batch is
/// not gathered, it returns `ATEMOYA_PENDING` and writes NULL. Without workers, the calling thread
/// gathers the batch. When the caller holds all slots, it is `ATEMOYA_ERROR_ALL_LEASED`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next_if_ready(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::PollUnlessAllLeased))
}

/// Writes the next batch, which `take` takes from a loader.
pub(super) fn next(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
    take: impl FnOnce(&AnyLoader) -> crate::Result<Poll<Option<AnyBatch>>>,
) -> atemoya_status {
    call::status(error, || {
        let batch = batch.ok_or_else(|| Failure::null("batch"))?;
        let batch = batch.write(std::ptr::null_mut());
        let loader = handle::get::<OpenLoader>(loader)?;
        if loader.host().begun() == 0 {
            return Err(Failure::argument("loader", "it streams nothing yet: set an epoch or begin a stream first"));
        }
        Ok(match take(&loader.loader)? {
            Poll::Pending => atemoya_status::ATEMOYA_PENDING,
            Poll::Ready(None) => atemoya_status::ATEMOYA_END,
            Poll::Ready(Some(next)) => {
                *batch = handle::put(OpenBatch(next));
                atemoya_status::ATEMOYA_OK
            }
        })
    })
}
