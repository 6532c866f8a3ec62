//! The batches that a device must have: those of the host, converted by plain code.

use crate::feed::{Batch, Column};
use crate::{DType, PeakGenerator};
use half::{bf16, f16};

/// The bytes and the type of each column of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) rows: usize,
    pub(super) place: (u64, u64),
    columns: Vec<Option<Vec<u8>>>,
}

impl Expected {
    pub(super) fn column(&self, column: Column) -> Option<&[u8]> {
        self.columns[column as usize].as_deref()
    }
}

/// Converts a number to a type.
fn convert(value: f32, dtype: DType, out: &mut Vec<u8>) {
    match dtype {
        DType::I8 | DType::U8 => out.push(value as u8),
        DType::U16 => out.extend((value as u16).to_le_bytes()),
        DType::F16 => out.extend(f16::from_f32(value).to_le_bytes()),
        DType::BF16 => out.extend(bf16::from_f32(value).to_le_bytes()),
        DType::F32 => out.extend(value.to_le_bytes()),
        other => panic!("{other}"),
    }
}

fn column(batch: &Batch, column: Column, dtype: DType) -> Option<Vec<u8>> {
    let tensor = batch.column(column)?;
    if tensor.dtype() == dtype {
        return Some(tensor.bytes().to_vec());
    }
    let mut out = Vec::new();
    match tensor.dtype() {
        DType::I8 => tensor.typed::<i8>().unwrap().iter().for_each(|&value| convert(f32::from(value), dtype, &mut out)),
        _ => tensor.typed::<f32>().unwrap().iter().for_each(|&value| convert(value, dtype, &mut out)),
    }
    Some(out)
}

/// Returns the batches of some epochs, as a loader on the host gives them as `i8` and `f32`,
/// converted to the types of the device.
pub(super) fn expected(generator: &PeakGenerator, types: [DType; 3], epochs: (u64, u64)) -> Vec<Expected> {
    let plain = generator.clone().sequence_type(DType::I8).controls_type(DType::F32).signal_type(DType::F32);
    let loader = plain.num_workers(0).build().unwrap();
    from(loader.epochs(epochs.0, epochs.1).map(Result::unwrap), types)
}

/// Converts batches of the host.
pub(super) fn from(batches: impl Iterator<Item = Batch>, types: [DType; 3]) -> Vec<Expected> {
    let one = |batch: Batch| {
        let dtype = |c: Column| types.get(c as usize).copied().unwrap_or_else(|| batch.column(c).unwrap().dtype());
        let columns = Column::ALL.map(|c| column(&batch, c, dtype(c)));
        Expected { rows: batch.len(), place: (batch.epoch(), batch.index()), columns: columns.into() }
    };
    batches.map(one).collect()
}
