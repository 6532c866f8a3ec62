//! A loader that is on the host or on a device, for the interfaces to other languages: both have
//! streams, states and counters, and any number of threads may use one at once.

use super::batch::DeviceBatch;
use super::loader::DeviceLoader;
#[cfg(feature = "ffi")]
use super::{Device, Stream};
use crate::feed::{Batch, Column, Loader, State, Wait};
use crate::sample::Draw;
use crate::{DType, Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
#[cfg(feature = "ffi")]
use std::time::Instant;

/// A loader on the host or on a device.
#[derive(Debug)]
pub struct AnyLoader {
    /// The loader on the host, or the host's side of the one on a device. It is dropped first, so
    /// that a device's loader ends its workers before it frees what their slots wait for.
    host: Loader,
    device: Option<Mutex<Box<DeviceLoader>>>,
}

/// Which stream [`AnyLoader::begin`] begins.
#[derive(Debug, Clone)]
pub enum StreamSpec {
    /// Consecutive epochs, as [`Loader::epochs`].
    Epochs {
        /// The first epoch.
        first: u64,
        /// How many epochs.
        count: u64,
    },
    /// Every kept locus once, in order, as [`Loader::validation`].
    Validation {
        /// Whether peaks are streamed.
        peaks: bool,
        /// Whether negatives are streamed.
        negatives: bool,
    },
    /// Draws of the caller's own, as [`Loader::follow`].
    Draws(Vec<Draw>),
    /// The rest of an epoch and some epochs after it, as [`Loader::resume`].
    Resume {
        /// The saved state to begin at.
        state: State,
        /// How many whole epochs follow the rest of the state's epoch.
        further_epochs: u64,
    },
}

/// A batch in the memory of the host or of a device.
#[derive(Debug)]
pub enum AnyBatch {
    /// In the memory of the host.
    Host(Batch),
    /// In the memory of a device.
    Device(DeviceBatch),
}

impl AnyBatch {
    /// Returns the number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            AnyBatch::Host(batch) => batch.len(),
            AnyBatch::Device(batch) => batch.len(),
        }
    }

    /// Returns whether this rank has no example of the batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the epoch that the batch belongs to.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        match self {
            AnyBatch::Host(batch) => batch.epoch(),
            AnyBatch::Device(batch) => batch.epoch(),
        }
    }

    /// Returns the batch's number in its epoch, the same on every rank.
    #[must_use]
    pub fn index(&self) -> u64 {
        match self {
            AnyBatch::Host(batch) => batch.index(),
            AnyBatch::Device(batch) => batch.index(),
        }
    }
}

/// What a loader has counted since it was made. Times are sums over all threads.
#[derive(Debug, Clone, Copy)]
pub struct LoaderStats {
    /// Batches delivered.
    pub batches: u64,
    /// Bytes delivered on the host, without padding between columns. On a device, bytes copied
    /// there, with padding.
    pub bytes: u64,
    /// Time that consumers waited for batches or, without workers, gathered them.
    pub consumer_waited: Duration,
    /// Time that workers waited for a free slot or for work.
    pub workers_waited: Duration,
    /// Page faults that waited for a disk; `None` where the system does not count them.
    pub page_faults: Option<u64>,
    /// Bytes of page-locked memory; 0 without a device.
    pub page_locked_bytes: usize,
    /// Bytes of the device's memory; 0 without a device.
    pub device_bytes: usize,
}

impl From<Loader> for AnyLoader {
    fn from(host: Loader) -> AnyLoader {
        AnyLoader { host, device: None }
    }
}

impl From<DeviceLoader> for AnyLoader {
    fn from(device: DeviceLoader) -> AnyLoader {
        AnyLoader { host: device.host().clone(), device: Some(Mutex::new(Box::new(device))) }
    }
}

impl AnyLoader {
    /// Returns the loader on the host, or the host's side of the one on a device.
    #[must_use]
    pub fn host(&self) -> &Loader {
        &self.host
    }

    /// Locks the loader on a device, or returns `None` on the host. A thread that has the lock does
    /// not wait for another one, but may wait for workers.
    fn lock(&self) -> Option<MutexGuard<'_, Box<DeviceLoader>>> {
        self.device.as_ref().map(|device| device.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns channels, positions and type of an example's column.
    #[must_use]
    pub fn column(&self, column: Column) -> ((usize, usize), DType) {
        match self.lock() {
            None => (self.host.layout().shape(column), self.host.layout().dtype(column)),
            Some(device) => (device.shape(column), device.dtype(column)),
        }
    }

    /// Begins a stream. A stream that was begun before ends.
    ///
    /// # Errors
    /// As the functions of [`Loader`] that the variants name. The stream that was begun before goes
    /// on then.
    pub fn begin(&self, stream: StreamSpec) -> Result<()> {
        // Locked before the stream begins, so that both sides begin streams in the same order.
        let device = self.lock();
        let batches = match stream {
            StreamSpec::Epochs { first, count } => self.host.epochs(first, count),
            StreamSpec::Validation { peaks, negatives } => self.host.validation(peaks, negatives)?,
            StreamSpec::Draws(draws) => self.host.follow(draws)?,
            StreamSpec::Resume { state, further_epochs } => self.host.resume(&state, further_epochs)?,
        };
        match device {
            None => batches.detach(),
            Some(mut device) => device.deliver(batches).detach(),
        }
        Ok(())
    }

    /// Returns the state after the batch that was delivered last.
    #[must_use]
    pub fn state(&self) -> State {
        self.lock().map_or_else(|| self.host.state(), |device| device.state())
    }

    /// Ends what is streamed, also while another thread waits for a batch.
    pub fn stop(&self) {
        self.host.stop();
        if let Some(mut device) = self.lock() {
            device.stop();
        }
    }

    /// Takes the next batch: `None` at the end, and pending after `time`.
    ///
    /// # Errors
    /// The error of the stream, at each call.
    pub fn next_within(&self, time: Duration) -> Result<Poll<Option<AnyBatch>>> {
        match self.lock() {
            None => self.next_on_host(Wait::For(time)),
            Some(mut device) => Ok(device.streaming().next_within(time)?.map(|next| next.map(AnyBatch::Device))),
        }
    }

    /// Takes the next batch: `None` at the end, and pending where it was not waited for. On a
    /// device it is delivered to the loader's stream.
    #[cfg(feature = "ffi")]
    pub(crate) fn next(&self, wait: Wait) -> Result<Poll<Option<AnyBatch>>> {
        let stream = self.lock().map(|device| device.stream().clone());
        match stream {
            None => self.next_on_host(wait),
            Some(stream) => self.next_on_device(&stream, wait),
        }
    }

    fn next_on_host(&self, wait: Wait) -> Result<Poll<Option<AnyBatch>>> {
        match self.host.streaming().poll(wait) {
            // The next call takes a batch of the stream that was begun meanwhile.
            Err(Error::Replaced) => Ok(Poll::Ready(None)),
            polled => Ok(polled?.map(|next| next.map(AnyBatch::Host))),
        }
    }

    /// Takes the next batch of a device, delivered to this stream, as [`AnyLoader::next`]. The
    /// loader is free for other threads while this one waits for workers.
    ///
    /// # Errors
    /// As there; [`Error::Argument`] on the host.
    #[cfg(feature = "ffi")]
    pub(crate) fn next_on_device(&self, stream: &Stream, wait: Wait) -> Result<Poll<Option<AnyBatch>>> {
        let begun = self.host.begun();
        loop {
            let mut device = self.lock().ok_or_else(AnyLoader::on_host)?;
            if self.host.begun() != begun {
                return Ok(Poll::Ready(None));
            }
            let next = device.streaming().poll_on(stream, Wait::Never)?;
            if matches!(wait, Wait::Never | Wait::PollUnlessAllLeased) || next.is_ready() {
                return Ok(next.map(|next| next.map(AnyBatch::Device)));
            }
            drop(device);
            let since = Instant::now();
            self.host.wait();
            if let Some(device) = self.lock() {
                device.waited(since.elapsed());
            }
        }
    }

    /// Makes the error of a loader on the host where one on a device is needed.
    #[cfg(feature = "ffi")]
    pub(crate) fn on_host() -> Error {
        Error::argument("loader", "its batches are in the memory of the host, not of a device")
    }

    /// Returns the device that batches are on, or `None` on the host.
    #[cfg(feature = "ffi")]
    pub(crate) fn device(&self) -> Option<Device> {
        self.lock().map(|device| device.device().clone())
    }

    /// Returns what the loader has counted.
    #[must_use]
    pub fn stats(&self) -> LoaderStats {
        let host = self.host.stats();
        let (workers_waited, page_faults) = (host.workers_waited, host.page_faults);
        match self.lock().map(|device| device.stats()) {
            None => LoaderStats {
                batches: host.batches,
                bytes: host.bytes,
                consumer_waited: host.consumer_waited,
                workers_waited,
                page_faults,
                page_locked_bytes: 0,
                device_bytes: 0,
            },
            Some(device) => LoaderStats {
                batches: device.batches,
                bytes: device.bytes_copied,
                consumer_waited: device.consumer_waited,
                workers_waited,
                page_faults,
                page_locked_bytes: device.page_locked_bytes,
                device_bytes: device.device_bytes,
            },
        }
    }
}
