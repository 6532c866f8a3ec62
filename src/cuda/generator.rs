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

/// The most batches ahead.
const MAX_AHEAD: usize = 1024;

/// Builds a [`DeviceLoader`]: a loader whose batches are on a GPU.
///
/// What the batches hold is said by a [`PeakGenerator`] or an [`ArrayGenerator`], with the types
/// that the columns are to have on the device: sequence `i8`, `u8`, `f16`, `bf16`, `f32` or packed
/// (`u64`), and tracks also `f16` and `bf16`, rounded to the nearest, ties to even, where `f16` has
/// room for all their values. Of arrays, all columns keep their types.
///
/// | parameter | default | |
/// |---|---|---|
/// | `transfer` | compact | in which types batches cross the bus: [`Transfer::Compact`], [`Transfer::Dense`] |
/// | `prefetch_to_device` | 2 | up to so many batches are under way to the device, or there, before they are asked for: as many as are gathered when the one before them is |
/// | `device_slots` | `prefetch_to_device + 2` | batches on the device at once, those that the consumer holds included |
/// | `stream` | its own | the stream that batches are delivered to; the default stream does not wait for the loader's own |
/// | `write_combined` | false | whether the page-locked memory is write-combined |
///
/// Without workers, the first batch that is asked for gathers those that go ahead, too. The
/// generator's `slots`, batches in page-locked memory at once, are
/// `num_workers + 2 + prefetch_to_device` where they are not set.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DeviceGenerator {
    device: Device,
    examples: Examples,
    transfer: Transfer,
    prefetch_to_device: usize,
    device_slots: Option<usize>,
    stream: Option<Stream>,
    write_combined: bool,
}

#[derive(Debug, Clone)]
enum Examples {
    Store(Box<PeakGenerator>),
    Arrays(Box<ArrayGenerator<'static>>),
}

impl DeviceGenerator {
    /// Starts from what the batches hold, and from the defaults.
    pub fn new(device: &Device, generator: PeakGenerator) -> DeviceGenerator {
        DeviceGenerator::of(device, Examples::Store(Box::new(generator)))
    }

    /// The same for arrays.
    pub fn with_arrays(device: &Device, generator: ArrayGenerator<'static>) -> DeviceGenerator {
        DeviceGenerator::of(device, Examples::Arrays(Box::new(generator)))
    }

    fn of(device: &Device, examples: Examples) -> DeviceGenerator {
        DeviceGenerator {
            device: device.clone(),
            examples,
            transfer: Transfer::default(),
            prefetch_to_device: 2,
            device_slots: None,
            stream: None,
            write_combined: false,
        }
    }

    crate::feed::setters::setters! {
        /// Sets in which types batches cross the bus. It changes no value.
        transfer: Transfer;
        /// Sets how many batches are under way to the device, or there, before they are asked for.
        /// They set out when a batch is asked for, as far as workers have gathered them by then.
        prefetch_to_device: usize;
        /// Sets how many batches are on the device at once, more than `prefetch_to_device`.
        device_slots: Option<usize>;
        /// Sets the stream that batches are delivered to, `None` for one of the loader's own.
        stream: Option<Stream>;
        /// Sets whether the page-locked memory is write-combined: faster to copy from on some
        /// machines, slow to read for the host.
        write_combined: bool;
    }

    /// Selects the loci, allocates page-locked memory and the device's, and starts the workers.
    ///
    /// # Errors
    /// As [`PeakGenerator::build`]; [`Error::Argument`] for a stream of another device;
    /// [`Error::Driver`], with code 2 where the host or the device lacks memory. Nothing stays
    /// allocated then.
    pub fn build(&self) -> Result<DeviceLoader> {
        let ahead = self.prefetch_to_device;
        if ahead > MAX_AHEAD {
            return Err(Error::argument("prefetch_to_device", format!("{ahead} is more than {MAX_AHEAD}")));
        }
        let slots = self.device_slots.unwrap_or(ahead + 2);
        if slots <= ahead || slots > 2 * MAX_AHEAD {
            let message =
                format!("{slots} is not between prefetch_to_device + 1, {}, and {}", ahead + 1, 2 * MAX_AHEAD);
            return Err(Error::argument("device_slots", message));
        }
        if let Some(stream) = &self.stream {
            check(stream, &self.device)?;
        }
        let copy = Stream::new(&self.device)?;
        let allocate = |bytes| Ok(Slot::new(PageLocked::new(&copy, bytes, self.write_combined)?));
        let (loader, types, in_window) = match &self.examples {
            Examples::Store(generator) => {
                let types = generator.types();
                let packs = generator.packs_sequence();
                let [sequence, controls, signal] = self.transfer.types(types, packs, generator.narrowest_types()?)?;
                let generator = (**generator).clone().sequence_type(sequence);
                let generator = generator.controls_type(controls).signal_type(signal);
                (generator.build_in(ahead, &allocate)?, types, generator.sequence_width())
            }
            Examples::Arrays(generator) => {
                let loader = generator.build_in(ahead, &allocate)?;
                let types = [Column::Sequence, Column::Controls, Column::Signal].map(|c| loader.layout().dtype(c));
                (loader, types, 0)
            }
        };
        let layout = DeviceLayout::new(loader.layout().clone(), types, in_window)?;
        let stream = self.stream.clone().map_or_else(|| Stream::new(&self.device), Ok)?;
        let pipeline = Pipeline::new(copy, layout, slots)?;
        Ok(DeviceLoader::new(loader, pipeline, stream, ahead))
    }
}
