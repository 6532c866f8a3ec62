//! What a loader streams: beginning, the next batch, and ending.

use super::batch::{AnyBatch, OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::lock;
use super::loader::{AnyLoader, OpenLoader, atemoya_loader};
use super::status::{Failure, atemoya_status};
use crate::cuda::{DeviceLoader, Stream};
use crate::feed::{State, Wait};
use crate::sample::Draw;
use std::mem::MaybeUninit;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Instant;

/// A stream to be begun.
pub(super) enum Begin {
    Epochs(u64, u64),
    Validation(bool, bool),
    Follow(Vec<Draw>),
    Resume(State, u64),
}

impl OpenLoader {
    /// Begins a stream in place of whatever is streamed.
    pub(super) fn begin(&self, stream: Begin) -> Result<(), Failure> {
        match &self.loader {
            AnyLoader::Host => match stream {
                Begin::Epochs(first, count) => self.host.epochs(first, count).detach(),
                Begin::Validation(peaks, negatives) => self.host.validation(peaks, negatives)?.detach(),
                Begin::Follow(draws) => self.host.follow(draws)?.detach(),
                Begin::Resume(state, more) => self.host.resume(&state, more)?.detach(),
            },
            AnyLoader::Device(loader) => {
                let mut loader = lock(loader);
                let batches = match stream {
                    Begin::Epochs(first, count) => loader.epochs(first, count),
                    Begin::Validation(peaks, negatives) => loader.validation(peaks, negatives)?,
                    Begin::Follow(draws) => loader.follow(draws)?,
                    Begin::Resume(state, more) => loader.resume(&state, more)?,
                };
                batches.detach();
            }
        }
        // Nobody has a handle to stop it by, and someone may wait for it.
        if self.freed.load(Ordering::SeqCst) {
            self.host.stop();
        }
        Ok(())
    }

    /// Ends what is streamed, also while another thread waits for a batch.
    fn stop(&self) {
        self.host.stop();
        if let AnyLoader::Device(loader) = &self.loader {
            lock(loader).stop();
        }
    }

    fn next(&self, wait: Wait) -> Result<Poll<Option<AnyBatch>>, Failure> {
        Ok(match &self.loader {
            AnyLoader::Host => self.host.streaming().poll(wait)?.map(|next| next.map(AnyBatch::Host)),
            AnyLoader::Device(loader) => {
                let stream = lock(loader).stream().clone();
                self.next_on(loader, &stream, !matches!(wait, Wait::Look))?
            }
        })
    }

    /// The next batch of a loader on a device, which is free for other threads while this one waits
    /// for workers.
    pub(super) fn next_on(
        &self,
        loader: &Mutex<Box<DeviceLoader>>,
        stream: &Stream,
        wait: bool,
    ) -> Result<Poll<Option<AnyBatch>>, Failure> {
        let begun = self.host.begun();
        loop {
            let mut device = lock(loader);
            if self.host.begun() != begun {
                return Ok(Poll::Ready(None));
            }
            let next = device.streaming().poll_on(stream, Wait::Never)?;
            if !wait || next.is_ready() {
                return Ok(next.map(|next| next.map(AnyBatch::Device)));
            }
            drop(device);
            let since = Instant::now();
            self.host.wait();
            lock(loader).waited(since.elapsed());
        }
    }
}

/// Begins to stream one epoch. Whatever the loader was streaming is abandoned: a thread that waits
/// for its next batch gets `ATEMOYA_END`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_set_epoch(
    loader: *mut atemoya_loader,
    epoch: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    atemoya_loader_stream_epochs(loader, epoch, 1, error)
}

/// Begins to stream `count` consecutive epochs, from `first` on: the next one is gathered ahead
/// while the last batches of one are consumed, and `atemoya_batch_epoch` tells them apart. After
/// epoch UINT64_MAX comes epoch 0. Whatever the loader was streaming is abandoned.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stream_epochs(
    loader: *mut atemoya_loader,
    first: u64,
    count: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        loader.begin(Begin::Epochs(first, count))
    })
}

/// Begins to stream every kept peak, or negative, or both (peaks first), once and in order, neither
/// shifted nor reverse-complemented, the short batch at the end included: for validation. Whatever
/// the loader was streaming is abandoned; its state stays.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stream_validation(
    loader: *mut atemoya_loader,
    peaks: bool,
    negatives: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        loader.begin(Begin::Validation(peaks, negatives))
    })
}

/// Ends what the loader streams, if anything, also while another thread waits for its next batch,
/// which gets `ATEMOYA_END`. Batches that were delivered stay valid, and another stream can be
/// begun.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_stop(
    loader: *mut atemoya_loader,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        handle::get::<OpenLoader>(loader)?.stop();
        Ok(())
    })
}

/// Writes the next batch of what the loader streams, after waiting until it is gathered; free it
/// with `atemoya_batch_free`. At the end it returns `ATEMOYA_END`, and writes NULL. When all slots
/// are held by the caller, it is `ATEMOYA_ERROR_ALL_LEASED`: free a batch and ask again. After any
/// other error the stream has ended, and whoever asks gets the error again until another stream is
/// begun. Before a stream was begun it is `ATEMOYA_ERROR_ARGUMENT`. A call that fails to begin one
/// leaves what is streamed as it was.
///
/// Any number of threads may take batches of one loader: each batch is given to one of them.
///
/// On a device, the batch is delivered to the stream of the options: what that is given from then
/// on finds it complete, and this thread does not wait for the device.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::UnlessAllLeased))
}

/// Writes the next batch as `atemoya_loader_next`, but waits when all slots are held: for callers
/// that free batches on another thread. On a device it is the same as `atemoya_loader_next`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next_waiting(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::Always))
}

/// Writes the next batch as `atemoya_loader_next`, but never waits for workers: it returns
/// `ATEMOYA_PENDING`, and writes NULL, while the next batch is not gathered. Without workers it is
/// gathered here. When all slots are held, it is `ATEMOYA_ERROR_ALL_LEASED`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_next_if_ready(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    next(loader, batch, error, |loader| loader.next(Wait::Look))
}

/// Writes the next batch that `take` gets of a loader.
pub(super) fn next(
    loader: *mut atemoya_loader,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
    take: impl FnOnce(&OpenLoader) -> Result<Poll<Option<AnyBatch>>, Failure>,
) -> atemoya_status {
    call::status(error, || {
        let batch = batch.ok_or_else(|| Failure::null("batch"))?;
        let batch = batch.write(std::ptr::null_mut());
        let loader = handle::get::<OpenLoader>(loader)?;
        if loader.host.begun() == 0 {
            return Err(Failure::argument("loader", "it streams nothing yet: set an epoch, or begin a stream"));
        }
        Ok(match take(&loader)? {
            Poll::Pending => atemoya_status::ATEMOYA_PENDING,
            Poll::Ready(None) => atemoya_status::ATEMOYA_END,
            Poll::Ready(Some(next)) => {
                *batch = handle::put(OpenBatch(next));
                atemoya_status::ATEMOYA_OK
            }
        })
    })
}
