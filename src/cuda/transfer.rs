//! The types of each column on the bus and on the device, and the layout of a batch in a slot of
//! the device.

use super::kernel::{Conversion, Expansion};
use super::memory::DeviceMemory;
use crate::feed::{Column, Layout};
use crate::{DType, Error, Result};
use std::ops::Range;

/// The types in which a batch crosses the bus.
///
/// ```no_run
/// use atemoya::cuda::{DeviceGenerator, Transfer};
/// # let store = atemoya::Store::open("yeast.atemoya")?;
/// # let device = atemoya::cuda::Device::open(0)?;
/// # let generator = atemoya::PeakGenerator::new(&store);
/// let generator = DeviceGenerator::new(&device, generator);
/// let compact = generator.build()?.stats().batch_bytes; // the default
/// let dense = generator.transfer(Transfer::Dense).build()?.stats().batch_bytes;
/// assert!(compact < dense);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transfer {
    /// Sequence packed to bits, and tracks that are `f32`, `f16` or `bf16` on the device in the
    /// narrowest type that holds their values. A kernel converts them to the types on the device.
    /// The fewest bytes cross the bus.
    #[default]
    Compact,
    /// The types on the device, which the workers write. Tracks as `f16` and `bf16`, which workers
    /// cannot write, are converted from `f32` on the device.
    Dense,
}

impl Transfer {
    /// Returns the types in which sequence, controls and signal cross the bus. They follow from the
    /// types on the device, from whether the sequence can be packed, and from the narrowest types
    /// that hold the values of controls and signal.
    pub(super) fn types(self, wanted: [DType; 3], packs: bool, narrowest: [DType; 2]) -> Result<[DType; 3]> {
        let tracks = |name, wanted: DType, narrowest: DType| match (wanted, self) {
            // Workers write these types, and check that they hold the values.
            (DType::U8 | DType::U16, _) => Ok(wanted),
            (DType::F32, Transfer::Dense) => Ok(wanted),
            (DType::F16 | DType::BF16, Transfer::Dense) => Ok(DType::F32),
            (DType::F32 | DType::F16 | DType::BF16, Transfer::Compact) => Ok(narrowest),
            (other, _) => {
                let message =
                    format!("tracks on a device must be uint8, uint16, float16, bfloat16 or float32, not {other}");
                Err(Error::argument(name, message))
            }
        };
        if packs {
            crate::gather::types::check_sequence("sequence_type", wanted[0])?;
        }
        let sequence = if packs && self == Transfer::Compact { DType::U64 } else { wanted[0] };
        let controls = tracks("controls_type", wanted[1], narrowest[0])?;
        let signal = tracks("signal_type", wanted[2], narrowest[1])?;
        Ok([sequence, controls, signal])
    }
}

/// Expanded columns start at multiples of this many bytes.
const ALIGNMENT: usize = 256;

/// A column on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeviceColumn {
    pub(super) dtype: DType,
    pub(super) channels: usize,
    pub(super) positions: usize,
    /// Its offset in the expanded memory, and its conversion; `None` if it is used as it crossed
    /// the bus.
    expanded: Option<(usize, Conversion)>,
}

/// The layout of a batch in a slot of the device: columns as they crossed the bus, and expanded
/// ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeviceLayout {
    crossing: Layout,
    columns: [DeviceColumn; 7],
    expanded_bytes: usize,
}

impl DeviceLayout {
    /// Creates the layout from that of the batches on the bus, and from the types of sequence,
    /// controls and signal on the device. `in_window` is the width of a packed sequence.
    pub(super) fn new(crossing: Layout, types: [DType; 3], in_window: usize) -> Result<DeviceLayout> {
        let mut columns = Column::ALL.map(|column| {
            let (channels, positions) = crossing.shape(column);
            DeviceColumn { dtype: crossing.dtype(column), channels, positions, expanded: None }
        });
        let mut expanded_bytes = 0usize;
        for (column, dtype) in [Column::Sequence, Column::Controls, Column::Signal].into_iter().zip(types) {
            let on_device = &mut columns[column as usize];
            let conversion = Conversion::between(on_device.dtype, dtype).filter(|_| on_device.channels > 0);
            let Some(conversion) = conversion else {
                continue;
            };
            if column == Column::Sequence {
                on_device.positions = in_window;
            }
            let items = crossing.batch_size().saturating_mul(on_device.channels).saturating_mul(on_device.positions);
            if items > u32::MAX as usize {
                let message = format!(
                    "a column has {items} elements, and at most {} are possible on a device: give a smaller batch",
                    u32::MAX
                );
                return Err(Error::argument("batch_size", message));
            }
            let offset = expanded_bytes.next_multiple_of(ALIGNMENT);
            on_device.expanded = Some((offset, conversion));
            on_device.dtype = dtype;
            expanded_bytes = offset + items * dtype.size();
        }
        Ok(DeviceLayout { crossing, columns, expanded_bytes })
    }

    /// Returns the bytes of a batch on the bus.
    pub(super) fn crossing_bytes(&self) -> usize {
        self.crossing.bytes()
    }

    /// Returns the bytes of the expanded columns.
    pub(super) fn expanded_bytes(&self) -> usize {
        self.expanded_bytes
    }

    pub(super) fn column(&self, column: Column) -> DeviceColumn {
        self.columns[column as usize]
    }

    /// Returns whether a column lies in the expanded memory, and the range of its first `rows`
    /// examples in bytes.
    pub(super) fn range(&self, column: Column, rows: usize) -> (bool, Range<usize>) {
        let DeviceColumn { dtype, channels, positions, expanded } = self.column(column);
        match expanded {
            Some((offset, _)) => (true, offset..offset + rows * channels * positions * dtype.size()),
            None => (false, self.crossing.range(column, rows)),
        }
    }

    /// Returns the expansions of a batch of `rows` examples.
    pub(super) fn expansions<'a>(
        &self,
        rows: usize,
        (crossed, expanded): (&'a DeviceMemory, &'a DeviceMemory),
    ) -> impl Iterator<Item = Expansion<'a>> {
        Column::ALL.into_iter().filter_map(move |column| {
            let DeviceColumn { channels, positions, expanded: expansion, .. } = self.column(column);
            let (offset, conversion) = expansion?;
            let source = (crossed, self.crossing.range(column, rows).start);
            let rows = rows * channels;
            Some(Expansion { conversion, source, target: (expanded, offset), rows, width: positions })
        })
    }
}
