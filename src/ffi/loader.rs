//! Loaders: making them, on the host or on a device, and what is known of them.

use super::argument::c_text;
use super::call;
use super::column::column;
use super::dtype;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::options::DeviceSettings;
use super::options::{Settings, atemoya_options, settings};
use super::status::{Failure, atemoya_status};
use crate::cuda::{Device, DeviceGenerator, DeviceLoader, Stream, Transfer};
use crate::feed::{Column, Dataset, Loader};
use crate::{DType, PeakGenerator};
use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A loader: it streams epochs of batches. Free it with `atemoya_loader_free`.
///
/// Batches depend on the options and their place alone: not on threads, on how many slots there
/// are, on what was read before, or on the machine.
pub struct atemoya_loader {
    _private: [u8; 0],
}

/// What a loader counts, from when it was made.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_counter {
    /// Batches delivered.
    ATEMOYA_COUNTER_BATCHES = 0,
    /// Bytes delivered on the host, the padding between columns not counted; on a device, bytes
    /// copied there, padding included.
    ATEMOYA_COUNTER_BYTES = 1,
    /// Nanoseconds that callers waited for batches; without workers, that they gathered. On a
    /// device, calls of the driver are counted too.
    ATEMOYA_COUNTER_CONSUMER_WAITED = 2,
    /// Nanoseconds that workers waited for a free slot or for work, added up over the workers; on a
    /// device, also for copies from their slots.
    ATEMOYA_COUNTER_WORKERS_WAITED = 3,
    /// Page faults of the process that waited for a disk. Where the system does not tell, it cannot
    /// be read.
    ATEMOYA_COUNTER_PAGE_FAULTS = 4,
    /// Bytes of page-locked memory; 0 without a device.
    ATEMOYA_COUNTER_PAGE_LOCKED_BYTES = 5,
    /// Bytes of the device's memory; 0 without a device.
    ATEMOYA_COUNTER_DEVICE_BYTES = 6,
}

/// A loader, and what is known of it.
pub(super) struct OpenLoader {
    pub(super) data: Arc<Dataset<'static>>,
    pub(super) host: Loader,
    pub(super) loader: AnyLoader,
    /// Whether its handle was freed, while another thread goes on with it.
    pub(super) freed: AtomicBool,
    /// Channels and positions, and the type.
    columns: [((usize, usize), DType); 7],
    ledger: CString,
    warnings: CString,
}

/// The loader itself.
pub(super) enum AnyLoader {
    /// `OpenLoader::host` does everything, for any number of threads at once.
    Host,
    Device(Mutex<Box<DeviceLoader>>),
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
        let freed = AtomicBool::new(false);
        let Some(ordinal) = device.device else {
            let loader = generator.build()?;
            let layout = loader.layout();
            let columns = Column::ALL.map(|column| (layout.shape(column), layout.dtype(column)));
            let Shared { data, host, ledger, warnings } = shared(&loader);
            return Ok(OpenLoader { data, host, loader: AnyLoader::Host, freed, columns, ledger, warnings });
        };
        let loader = on_device(ordinal, generator, &device)?;
        let columns = Column::ALL.map(|column| (loader.shape(column), loader.dtype(column)));
        let Shared { data, host, ledger, warnings } = shared(loader.host());
        let loader = AnyLoader::Device(Mutex::new(Box::new(loader)));
        Ok(OpenLoader { data, host, loader, freed, columns, ledger, warnings })
    }

    /// What it has counted, in the order of `atemoya_counter`; `None` where that is not known.
    fn counters(&self) -> [Option<u64>; 7] {
        let nanoseconds = |time: std::time::Duration| Some(time.as_nanos() as u64);
        let host = self.host.stats();
        let workers = nanoseconds(host.workers_waited);
        match &self.loader {
            AnyLoader::Host => {
                let consumer = nanoseconds(host.consumer_waited);
                [Some(host.batches), Some(host.bytes), consumer, workers, host.page_faults, Some(0), Some(0)]
            }
            AnyLoader::Device(loader) => {
                let device = lock(loader).stats();
                let consumer = nanoseconds(device.consumer_waited);
                let [page_locked, memory] = [device.page_locked_bytes, device.device_bytes].map(|n| Some(n as u64));
                let (batches, bytes) = (Some(device.batches), Some(device.bytes_copied));
                [batches, bytes, consumer, workers, host.page_faults, page_locked, memory]
            }
        }
    }
}

/// What is taken of a loader on the host's side.
struct Shared {
    data: Arc<Dataset<'static>>,
    host: Loader,
    ledger: CString,
    warnings: CString,
}

fn shared(loader: &Loader) -> Shared {
    let (data, host) = (Arc::clone(loader.dataset()), loader.clone());
    let (ledger, warnings) = (c_text(loader.ledger().to_string()), c_text(loader.warnings().join("\n")));
    Shared { data, host, ledger, warnings }
}

/// A loader on a device, for one thread at a time, which waits for workers and for nothing that
/// another thread could hold.
pub(super) fn lock(loader: &Mutex<Box<DeviceLoader>>) -> MutexGuard<'_, Box<DeviceLoader>> {
    loader.lock().unwrap_or_else(PoisonError::into_inner)
}

fn on_device(ordinal: usize, generator: PeakGenerator, settings: &DeviceSettings) -> Result<DeviceLoader, Failure> {
    let device = Device::open(ordinal)?;
    let stream = settings.stream.map(|address| {
        let raw = std::ptr::with_exposed_provenance_mut(address);
        // SAFETY: the promise of whoever set it in the options, as is said there.
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

/// Makes a loader: selects the loci, allocates memory for the batches and starts the workers. On a
/// device, also opens it; without a driver or without that device, nothing is allocated and the
/// error says so.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_new(
    options: *const atemoya_options,
    loader: Option<&mut MaybeUninit<*mut atemoya_loader>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, loader, || OpenLoader::new(settings(options)?))
}

/// Frees a loader, and ends its workers. A thread that waits for its next batch gets `ATEMOYA_END`.
/// Batches that were delivered stay valid.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_free(loader: *mut atemoya_loader) -> atemoya_status {
    call::run(None, || {
        if let Some(loader) = handle::take::<OpenLoader>(loader)? {
            loader.freed.store(true, Ordering::SeqCst);
            loader.host.stop();
        }
        Ok(())
    })
}

/// Writes how many examples an epoch has, those of all processes together.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_length(
    loader: *const atemoya_loader,
    length: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("length", length), || Ok(handle::get::<OpenLoader>(loader)?.data.len()))
}

/// Writes how many batches an epoch has, the same for every process; the last one may be short.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_batches_per_epoch(
    loader: *const atemoya_loader,
    batches: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("batches", batches), || Ok(handle::get::<OpenLoader>(loader)?.host.batches_per_epoch()))
}

/// Writes how many batches are in the host's memory at once.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_slots(
    loader: *const atemoya_loader,
    slots: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("slots", slots), || Ok(handle::get::<OpenLoader>(loader)?.host.slots()))
}

/// Writes the channels and positions of an example in an `atemoya_column`, and the type of its
/// values, an `atemoya_dtype`. It has no channel where the batches do not have the column, and 1
/// and 1 where it is one number. Any of the three may be NULL.
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
        let loader = handle::get::<OpenLoader>(loader)?;
        let ((of_channels, of_positions), of_dtype) = loader.columns[self::column(column)? as usize];
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

/// Writes the account of the loci that were kept and why the others were not, as text of one line;
/// valid until the loader is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_ledger(
    loader: *const atemoya_loader,
    ledger: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("ledger", ledger), || Ok(handle::get::<OpenLoader>(loader)?.ledger.as_ptr()))
}

/// Writes what looks like a mistake in what the loader was made of and is no error, as text: one
/// line for each, none when all is well; valid until the loader is freed. It is for users to read,
/// each time. Names of parameters stand in backquotes.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_warnings(
    loader: *const atemoya_loader,
    warnings: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("warnings", warnings), || Ok(handle::get::<OpenLoader>(loader)?.warnings.as_ptr()))
}

/// Writes what a loader has counted, an `atemoya_counter`. When callers waited for nearly no time,
/// and workers long, the loader is faster than what consumes its batches.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_counter(
    loader: *const atemoya_loader,
    counter: i32,
    value: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("value", value), || {
        let loader = handle::get::<OpenLoader>(loader)?;
        let counters = loader.counters();
        let known = usize::try_from(counter).ok().and_then(|at| counters.get(at).copied());
        let known =
            known.ok_or_else(|| Failure::argument("counter", format!("there is no atemoya_counter {counter}")))?;
        known.ok_or_else(|| Failure::argument("counter", "the system does not tell"))
    })
}
