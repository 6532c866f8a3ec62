//! What crosses the bus and what is made of it: the types of each column on either side, and where
//! the columns of a batch lie in a slot of the device.

use super::kernel::{Conversion, Piece};
use super::memory::DeviceMemory;
use crate::feed::{Column, Layout};
use crate::{DType, Error, Result};
use std::ops::Range;

/// In which types a batch crosses the bus.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transfer {
    /// Packed sequence, a bit for each element, and tracks in the narrowest type that holds their
    /// values, where they are asked for as `f32`, `f16` or `bf16`; a kernel makes of them what was
    /// asked for. It moves the fewest bytes that hold the store's values.
    #[default]
    Compact,
    /// The types that were asked for, made by the workers; only tracks as `f16` and `bf16`, which
    /// they cannot make, are converted from `f32` on the device.
    Dense,
}

impl Transfer {
    /// The types in which sequence, controls and signal cross the bus, from those on the device,
    /// whether the sequence can be packed, and the narrowest types that hold the values of controls
    /// and signal.
    pub(super) fn types(self, wanted: [DType; 3], packs: bool, narrowest: [DType; 2]) -> Result<[DType; 3]> {
        let tracks = |name, wanted: DType, narrowest: DType| match (wanted, self) {
            // What is not of the kernel's making is checked, and made, by the workers.
            (DType::U8 | DType::U16, _) => Ok(wanted),
            (DType::F32, Transfer::Dense) => Ok(wanted),
            (DType::F16 | DType::BF16, Transfer::Dense) => Ok(DType::F32),
            (DType::F32 | DType::F16 | DType::BF16, Transfer::Compact) => Ok(narrowest),
            (other, _) => {
                let message =
                    format!("tracks on a device are uint8, uint16, float16, bfloat16 or float32, not {other}");
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

/// Expanded columns start on multiples of this.
const ALIGNMENT: usize = 256;

/// A column on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) dtype: DType,
    pub(super) channels: usize,
    pub(super) positions: usize,
    /// Where it begins in the expanded memory, and how it gets there; `None` where it is used as it
    /// crossed the bus.
    expanded: Option<(usize, Conversion)>,
}

/// Where the columns of a batch lie in a slot of the device: as they crossed the bus, or expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeviceLayout {
    crossing: Layout,
    forms: [Form; 7],
    expanded_bytes: usize,
}

impl DeviceLayout {
    /// From the layout of the batches as they cross the bus, the types of sequence, controls and
    /// signal on the device, and the width of the sequence, which a packed one does not tell.
    pub(super) fn new(crossing: Layout, types: [DType; 3], in_window: usize) -> Result<DeviceLayout> {
        let mut forms = Column::ALL.map(|column| {
            let (channels, positions) = crossing.shape(column);
            Form { dtype: crossing.dtype(column), channels, positions, expanded: None }
        });
        let mut expanded_bytes = 0usize;
        for (column, dtype) in [Column::Sequence, Column::Controls, Column::Signal].into_iter().zip(types) {
            let form = &mut forms[column as usize];
            let Some(conversion) = Conversion::between(form.dtype, dtype).filter(|_| form.channels > 0) else {
                continue;
            };
            if column == Column::Sequence {
                form.positions = in_window;
            }
            let items = crossing.batch_size().saturating_mul(form.channels).saturating_mul(form.positions);
            if items > u32::MAX as usize {
                let message = format!("{items} elements of a column are too many for a device: at most {}", u32::MAX);
                return Err(Error::argument("batch_size", message));
            }
            let offset = expanded_bytes.next_multiple_of(ALIGNMENT);
            form.expanded = Some((offset, conversion));
            form.dtype = dtype;
            expanded_bytes = offset + items * dtype.size();
        }
        Ok(DeviceLayout { crossing, forms, expanded_bytes })
    }

    /// Bytes of a batch as it crosses the bus.
    pub(super) fn crossing_bytes(&self) -> usize {
        self.crossing.bytes()
    }

    /// Bytes of the columns that are expanded.
    pub(super) fn expanded_bytes(&self) -> usize {
        self.expanded_bytes
    }

    pub(super) fn form(&self, column: Column) -> Form {
        self.forms[column as usize]
    }

    /// Whether the first `rows` examples of a column lie in the expanded memory, and where, in
    /// bytes.
    pub(super) fn place(&self, column: Column, rows: usize) -> (bool, Range<usize>) {
        let Form { dtype, channels, positions, expanded } = self.form(column);
        match expanded {
            Some((offset, _)) => (true, offset..offset + rows * channels * positions * dtype.size()),
            None => (false, self.crossing.range(column, rows)),
        }
    }

    /// What the kernel has to do for a batch of `rows` examples.
    pub(super) fn pieces<'a>(
        &self,
        rows: usize,
        (crossed, expanded): (&'a DeviceMemory, &'a DeviceMemory),
    ) -> impl Iterator<Item = Piece<'a>> {
        Column::ALL.into_iter().filter_map(move |column| {
            let form = self.form(column);
            let (offset, conversion) = form.expanded?;
            let source = (crossed, self.crossing.range(column, rows).start);
            let rows = rows * form.channels;
            Some(Piece { conversion, source, target: (expanded, offset), rows, width: form.positions })
        })
    }
}
