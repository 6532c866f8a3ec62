//! The builder of loaders on a device.

use super::device::Device;
use super::lease::check;
use super::loader::DeviceLoader;
use super::page_locked::PageLocked;
use super::pipeline::Pipeline;
use super::stream::Stream;
use super::transfer::{DeviceLayout, Transfer};
use crate::feed::Column;
use crate::feed::slot::Slot;
use crate::{ArrayGenerator, Error, PeakGenerator, Result};

/// The most batches that are copied before they are asked for.
const MAX_PREFETCH: usize = 1024;

/// Builds a [`DeviceLoader`]: a loader whose batches are on a GPU.
///
/// A [`PeakGenerator`] or an [`ArrayGenerator`] defines the batches, with the types of their
/// columns on the device. Sequence may be `i8`, `u8`, `f16`, `bf16`, `f32` or packed (`u64`).
/// Tracks may also be `f16` and `bf16`, rounded to the nearest, ties to even; `f16` must be able to
/// hold all their values. Columns of arrays keep their types.
///
/// Parameters and their defaults:
///
/// - `transfer` ([`Transfer::Compact`]): the types in which batches cross the bus.
/// - `prefetch_to_device` (2): how many batches are copied to the device before they are asked for.
///   They are copied when a batch is asked for, as far as workers have gathered them by then.
/// - `device_slots` (`prefetch_to_device + 2`): how many batches fit on the device, those that the
///   consumer holds included.
/// - `stream` (the loader's own): the CUDA stream that batches are delivered to. The default stream
///   does not wait for the loader's own.
/// - `write_combined` (false): whether the page-locked memory is write-combined.
///
/// Without workers, asking for the first batch also gathers those that are copied with it. The
/// generator's `slots`, the batches in page-locked memory, are by default
/// `num_workers + 2 + prefetch_to_device`.
///
/// ```no_run
/// use atemoya::cuda::{Device, DeviceGenerator};
/// use atemoya::{DType, PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let generator = PeakGenerator::new(&store).sequence_type(DType::BF16).num_workers(4);
/// let generator = DeviceGenerator::new(&Device::open(0)?, generator).prefetch_to_device(3);
/// let mut loader = generator.build()?;
/// let batch = loader.epoch(0).next().unwrap()?;
/// assert_eq!(batch.sequence().unwrap().dtype(), DType::BF16);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DeviceGenerator {
    device: Device,
    batches: Batches,
    transfer: Transfer,
    prefetch_to_device: usize,
    device_slots: Option<usize>,
    stream: Option<Stream>,
    write_combined: bool,
}

#[derive(Debug, Clone)]
enum Batches {
    Store(Box<PeakGenerator>),
    Arrays(Box<ArrayGenerator<'static>>),
}

impl DeviceGenerator {
    /// Creates a builder with defaults, for the batches of a [`PeakGenerator`].
    pub fn new(device: &Device, generator: PeakGenerator) -> DeviceGenerator {
        DeviceGenerator::of(device, Batches::Store(Box::new(generator)))
    }

    /// Creates a builder with defaults, for the batches of an [`ArrayGenerator`].
    pub fn with_arrays(device: &Device, generator: ArrayGenerator<'static>) -> DeviceGenerator {
        DeviceGenerator::of(device, Batches::Arrays(Box::new(generator)))
    }

    fn of(device: &Device, batches: Batches) -> DeviceGenerator {
        DeviceGenerator {
            device: device.clone(),
            batches,
            transfer: Transfer::default(),
            prefetch_to_device: 2,
            device_slots: None,
            stream: None,
            write_combined: false,
        }
    }

    crate::feed::setters! {
        /// Sets the types in which batches cross the bus. The values are the same.
        transfer: Transfer;
        /// Sets how many batches are copied to the device before they are asked for.
        prefetch_to_device: usize;
        /// Sets how many batches fit on the device, more than `prefetch_to_device`.
        device_slots: Option<usize>;
        /// Sets the CUDA stream that batches are delivered to; `None` is the loader's own.
        stream: Option<Stream>;
        /// Sets whether the page-locked memory is write-combined: faster to copy from on some
        /// machines, slow to read on the host.
        write_combined: bool;
    }

    /// Selects the loci, allocates page-locked memory and device memory, and starts the workers.
    ///
    /// # Errors
    /// Those of [`PeakGenerator::build`]. [`Error::Argument`] for a stream of another device.
    /// [`Error::Driver`], with code 2 if the host or the device lacks memory. Nothing stays
    /// allocated then.
    pub fn build(&self) -> Result<DeviceLoader> {
        let prefetch = self.prefetch_to_device;
        if prefetch > MAX_PREFETCH {
            return Err(Error::argument(
                "prefetch_to_device",
                format!("must be at most {MAX_PREFETCH}, got {prefetch}"),
            ));
        }
        let slots = self.device_slots.unwrap_or(prefetch + 2);
        if slots <= prefetch || slots > 2 * MAX_PREFETCH {
            let (least, most) = (prefetch + 1, 2 * MAX_PREFETCH);
            let message = format!("must be from {least} (`prefetch_to_device` + 1) to {most}, got {slots}");
            return Err(Error::argument("device_slots", message));
        }
        if let Some(stream) = &self.stream {
            check(stream, &self.device)?;
        }
        let copy = Stream::new(&self.device)?;
        let allocate = |bytes| Ok(Slot::new(PageLocked::new(&copy, bytes, self.write_combined)?));
        let (loader, types, in_window) = match &self.batches {
            Batches::Store(generator) => {
                let types = generator.types();
                let packs = generator.packs_sequence();
                let [sequence, controls, signal] = self.transfer.types(types, packs, generator.narrowest_types()?)?;
                let generator = (**generator).clone().sequence_type(sequence);
                let generator = generator.controls_type(controls).signal_type(signal);
                (generator.build_in(prefetch, &allocate)?, types, generator.sequence_width())
            }
            Batches::Arrays(generator) => {
                let loader = generator.build_in(prefetch, &allocate)?;
                let types = [Column::Sequence, Column::Controls, Column::Signal].map(|c| loader.layout().dtype(c));
                (loader, types, 0)
            }
        };
        let layout = DeviceLayout::new(loader.layout().clone(), types, in_window)?;
        let stream = self.stream.clone().map_or_else(|| Stream::new(&self.device), Ok)?;
        let pipeline = Pipeline::new(copy, layout, slots)?;
        Ok(DeviceLoader::new(loader, pipeline, stream, prefetch))
    }
}
