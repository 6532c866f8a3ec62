//! Loaders on the host or a device: making them, their sizes, columns, texts and counters.

use super::argument::c_text;
use super::call;
use super::column::column;
use super::dtype;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::options::{DeviceSettings, Settings, atemoya_options, settings};
use super::status::{Failure, atemoya_status};
use crate::PeakGenerator;
use crate::cuda::{AnyLoader, Device, DeviceGenerator, DeviceLoader, Stream, Transfer};
use crate::feed::Loader;
use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A loader, which streams epochs of batches. Free it with `atemoya_loader_free`.
///
/// A batch depends on the options, its epoch and its number in the epoch alone: not on the threads
/// or slots, on what was read before, or on the machine.
pub struct atemoya_loader {
    _private: [u8; 0],
}

/// A counter of a loader. It counts from when the loader was made.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_counter {
    /// Batches delivered.
    ATEMOYA_COUNTER_BATCHES = 0,
    /// Bytes delivered on the host, without the padding between columns. On a device, bytes copied
    /// there, with padding.
    ATEMOYA_COUNTER_BYTES = 1,
    /// Nanoseconds that callers waited for batches or, without workers, gathered them. On a device,
    /// with the time of calls to the driver.
    ATEMOYA_COUNTER_CONSUMER_WAITED = 2,
    /// Nanoseconds that workers waited for a free slot or for work, summed over the workers. On a
    /// device, with the time that they waited for copies from their slots.
    ATEMOYA_COUNTER_WORKERS_WAITED = 3,
    /// Page faults of the process that waited for a disk. Reading it is an error on a system that
    /// does not count them.
    ATEMOYA_COUNTER_PAGE_FAULTS = 4,
    /// Bytes of page-locked memory; 0 without a device.
    ATEMOYA_COUNTER_PAGE_LOCKED_BYTES = 5,
    /// Bytes of the device's memory; 0 without a device.
    ATEMOYA_COUNTER_DEVICE_BYTES = 6,
}

/// A loader, with its texts as C reads them.
pub(super) struct OpenLoader {
    pub(super) loader: AnyLoader,
    /// Whether its handle was freed, while another thread still uses it.
    pub(super) freed: AtomicBool,
    ledger: CString,
    warnings: CString,
}

impl Object for OpenLoader {
    type Handle = atemoya_loader;
    const NAME: &'static str = "loader";
}

impl OpenLoader {
    fn new(settings: Settings) -> Result<OpenLoader, Failure> {
        let Settings { generator, loci, device } = settings;
        let generator = match loci {
            Some(loci) => generator.loci(loci),
            None => generator,
        };
        let loader: AnyLoader = match device.device {
            None => generator.build()?.into(),
            Some(ordinal) => on_device(ordinal, generator, &device)?.into(),
        };
        let host = loader.host();
        let (ledger, warnings) = (c_text(host.ledger().to_string()), c_text(host.warnings().join("\n")));
        Ok(OpenLoader { loader, freed: AtomicBool::new(false), ledger, warnings })
    }

    /// Returns the loader on the host, or the host's side of the one on a device.
    pub(super) fn host(&self) -> &Loader {
        self.loader.host()
    }

    /// Reads a counter; `None` where the system does not count it.
    fn counter(&self, counter: i32) -> Result<Option<u64>, Failure> {
        use atemoya_counter as number;
        let stats = self.loader.stats();
        let nanoseconds = |time: Duration| Some(time.as_nanos() as u64);
        Ok(match counter {
            _ if counter == number::ATEMOYA_COUNTER_BATCHES as i32 => Some(stats.batches),
            _ if counter == number::ATEMOYA_COUNTER_BYTES as i32 => Some(stats.bytes),
            _ if counter == number::ATEMOYA_COUNTER_CONSUMER_WAITED as i32 => nanoseconds(stats.consumer_waited),
            _ if counter == number::ATEMOYA_COUNTER_WORKERS_WAITED as i32 => nanoseconds(stats.workers_waited),
            _ if counter == number::ATEMOYA_COUNTER_PAGE_FAULTS as i32 => stats.page_faults,
            _ if counter == number::ATEMOYA_COUNTER_PAGE_LOCKED_BYTES as i32 => Some(stats.page_locked_bytes as u64),
            _ if counter == number::ATEMOYA_COUNTER_DEVICE_BYTES as i32 => Some(stats.device_bytes as u64),
            _ => return Err(Failure::argument("counter", format!("there is no atemoya_counter {counter}"))),
        })
    }
}

fn on_device(ordinal: usize, generator: PeakGenerator, settings: &DeviceSettings) -> Result<DeviceLoader, Failure> {
    let device = Device::open(ordinal)?;
    let stream = settings.stream.map(|address| {
        let raw = std::ptr::with_exposed_provenance_mut(address);
        // SAFETY: the promise of the caller that has set it, which `atemoya_options_set_stream`
        // requires.
        unsafe { Stream::borrow(&device, raw) }
    });
    let generator = DeviceGenerator::new(&device, generator)
        .transfer(if settings.dense { Transfer::Dense } else { Transfer::Compact })
        .prefetch_to_device(settings.prefetch_to_device)
        .device_slots(settings.device_slots)
        .stream(stream.transpose()?)
        .write_combined(settings.write_combined);
    Ok(generator.build()?)
}

/// Makes a loader: selects the loci, allocates memory for the batches and starts the workers. For a
/// loader on a device, it opens the device first. A missing driver or device is an error.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_new(
    options: *const atemoya_options,
    loader: Option<&mut MaybeUninit<*mut atemoya_loader>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, loader, || OpenLoader::new(settings(options)?))
}

/// Frees a loader and ends its workers. A thread that waits for its next batch gets `ATEMOYA_END`.
/// Batches that were delivered stay valid.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_free(loader: *mut atemoya_loader) -> atemoya_status {
    call::run(None, || {
        if let Some(loader) = handle::take::<OpenLoader>(loader)? {
            loader.freed.store(true, Ordering::SeqCst);
            loader.host().stop();
        }
        Ok(())
    })
}

/// Writes how many examples an epoch has, in all processes together.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_length(
    loader: *const atemoya_loader,
    length: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("length", length), || Ok(handle::get::<OpenLoader>(loader)?.host().len()))
}

/// Writes how many batches an epoch has, the same number in every process. The last one may be
/// short.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_batches_per_epoch(
    loader: *const atemoya_loader,
    batches: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("batches", batches), || Ok(handle::get::<OpenLoader>(loader)?.host().batches_per_epoch()))
}

/// Writes how many batches are in the memory of the host at once.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_slots(
    loader: *const atemoya_loader,
    slots: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("slots", slots), || Ok(handle::get::<OpenLoader>(loader)?.host().slots()))
}

/// Writes the channels and positions that an example has in an `atemoya_column`, and the type of
/// the values, an `atemoya_dtype`. A column that the batches do not have has 0 channels. A column
/// with one number an example has 1 channel and 1 position. Any of the three may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_column(
    loader: *const atemoya_loader,
    column: i32,
    channels: Option<&mut MaybeUninit<usize>>,
    positions: Option<&mut MaybeUninit<usize>>,
    dtype: Option<&mut MaybeUninit<i32>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenLoader>(loader)?;
        let ((of_channels, of_positions), of_dtype) = open.loader.column(self::column(column)?);
        if let Some(channels) = channels {
            channels.write(of_channels);
        }
        if let Some(positions) = positions {
            positions.write(of_positions);
        }
        if let Some(dtype) = dtype {
            dtype.write(dtype::number(of_dtype));
        }
        Ok(())
    })
}

/// Writes the ledger of the loci, as text of one line: how many were kept, and how many each rule
/// left out. It is valid until the loader is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_ledger(
    loader: *const atemoya_loader,
    ledger: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("ledger", ledger), || Ok(handle::get::<OpenLoader>(loader)?.ledger.as_ptr()))
}

/// Writes warnings for users: what looks like a mistake in the options, loci or tracks and is no
/// error. There is a line for each, and "" where there is none. Names of parameters are in
/// backquotes. The text is valid until the loader is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_warnings(
    loader: *const atemoya_loader,
    warnings: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("warnings", warnings), || Ok(handle::get::<OpenLoader>(loader)?.warnings.as_ptr()))
}

/// Writes an `atemoya_counter` of a loader. Where callers waited for nearly no time and workers for
/// long, the loader is faster than the consumer of its batches.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_counter(
    loader: *const atemoya_loader,
    counter: i32,
    value: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("value", value), || {
        let value = handle::get::<OpenLoader>(loader)?.counter(counter)?;
        value.ok_or_else(|| Failure::argument("counter", "the system does not count it"))
    })
}
