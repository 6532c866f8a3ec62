//! Data sets of the model as arrays of whole contigs, in any type that represents their values and
//! any layout.

use super::inputs::Rng;
use super::model::{Data, Group};
use atemoya::feed::{Array, ContigArrays, Genome, Strided};
use atemoya::{DType, Store};
use half::{bf16, f16};
use std::sync::Arc;

/// A number as an element.
pub fn element(dtype: DType, value: f64) -> Vec<u8> {
    match dtype {
        DType::I8 => (value as i8).to_le_bytes().to_vec(),
        DType::U8 => (value as u8).to_le_bytes().to_vec(),
        DType::I16 => (value as i16).to_le_bytes().to_vec(),
        DType::U16 => (value as u16).to_le_bytes().to_vec(),
        DType::I32 => (value as i32).to_le_bytes().to_vec(),
        DType::U32 => (value as u32).to_le_bytes().to_vec(),
        DType::I64 => (value as i64).to_le_bytes().to_vec(),
        DType::U64 => (value as u64).to_le_bytes().to_vec(),
        DType::F16 => f16::from_f64(value).to_le_bytes().to_vec(),
        DType::BF16 => bf16::from_f64(value).to_le_bytes().to_vec(),
        DType::F32 => (value as f32).to_le_bytes().to_vec(),
        DType::F64 => value.to_le_bytes().to_vec(),
        other => panic!("{other}"),
    }
}

/// Returns whether a type represents a number, NaN or an infinity.
fn holds(dtype: DType, value: f32) -> bool {
    match dtype {
        DType::F32 | DType::F64 => true,
        DType::F16 => value.is_nan() || f16::from_f32(value).to_f32() == value,
        DType::BF16 => value.is_nan() || bf16::from_f32(value).to_f32() == value,
        DType::I8 => f32::from(value as i8) == value,
        DType::U8 => f32::from(value as u8) == value,
        DType::I16 => f32::from(value as i16) == value,
        DType::U16 => f32::from(value as u16) == value,
        DType::I32 | DType::I64 => value.abs() < 1e6 && value.fract() == 0.0,
        _ => (0.0..1e6).contains(&value) && value.fract() == 0.0,
    }
}

/// Rows of one length as `(1, rows, length)`: contiguous, exchanged, reversed or with gaps, from
/// any byte on.
pub fn lay(rng: &mut Rng, dtype: DType, rows: &[Vec<f64>]) -> Array<'static> {
    let length = rows[0].len();
    let shape = [1, rows.len(), length];
    let mut strides = match rng.below(3) {
        0 => [0, 1, rows.len() as isize],
        1 => [0, 3 * length as isize + 1, 3],
        _ => [0, length as isize, 1],
    };
    let mut first = 0;
    for axis in [1, 2] {
        if rng.below(3) == 0 {
            first += strides[axis] * (shape[axis] as isize - 1).max(0);
            strides[axis] = -strides[axis];
        }
    }
    let offset = first as usize * dtype.size() + rng.below(9) as usize;
    let view = Strided { dtype, shape, offset, strides };
    let mut memory: Vec<u8> = (0..offset + 3 * (rows.len() + 1) * (length + 1) * 8).map(|_| rng.next() as u8).collect();
    for (row, values) in rows.iter().enumerate() {
        for (position, value) in values.iter().enumerate() {
            let steps = row as isize * strides[1] + position as isize * strides[2];
            let at = (offset as isize + steps * dtype.size() as isize) as usize;
            memory[at..at + dtype.size()].copy_from_slice(&element(dtype, *value));
        }
    }
    Array::shared(Arc::new(memory), view).unwrap()
}

/// The sequence of all contigs, in the order of `contigs`.
pub fn sequences(data: &Data, rng: &mut Rng, dtype: DType, contigs: &[usize]) -> ContigArrays {
    let of = |&contig: &usize| {
        let length = data.contigs[contig].letters.len();
        let bases: Vec<f64> = data.one_hot(contig, 0, length as i64, false).into_iter().map(f64::from).collect();
        let rows: Vec<Vec<f64>> = bases.chunks(length).map(<[f64]>::to_vec).collect();
        (data.contigs[contig].name.clone(), lay(rng, dtype, &rows))
    };
    contigs.iter().map(of).collect()
}

/// A track on all contigs that it has: sometimes without the zeros at their ends, and without
/// contigs of zeros.
pub fn track(data: &Data, rng: &mut Rng, track: usize) -> ContigArrays {
    let mut arrays = vec![("a contig that the genome lacks".to_owned(), lay(rng, DType::F32, &[vec![7.0; 9]]))];
    for (contig, last) in data.contigs.iter().zip((0..data.contigs.len()).rev().map(|left| left == 0)) {
        let values = &contig.tracks[track];
        if last && data.short.contains(&track) {
            continue;
        }
        let end = values.iter().rposition(|value| !value.is_nan() && *value != 0.0).map_or(0, |last| last + 1);
        let zeros = (values.len() - end) as u64;
        let values = &values[..end + rng.below(zeros + 1) as usize];
        if end == 0 && rng.below(2) == 0 {
            continue;
        }
        let types: Vec<DType> =
            DType::ALL.into_iter().filter(|dtype| values.iter().all(|value| holds(*dtype, *value))).collect();
        let dtype = types[rng.below(types.len() as u64) as usize];
        // Beyond f32, an f64 is as good as infinite.
        let wide = |value: f32| if value.is_infinite() { f64::from(value.signum()) * 1e39 } else { f64::from(value) };
        let infinite = rng.below(2) == 0;
        let number = |&value: &f32| if infinite { f64::from(value) } else { wide(value) };
        arrays.push((contig.name.clone(), lay(rng, dtype, &[values.iter().map(number).collect()])));
    }
    arrays.into_iter().collect()
}

/// The channels of some groups, and their sizes.
pub fn tracks(data: &Data, rng: &mut Rng, groups: &[Group]) -> (Vec<ContigArrays>, Vec<usize>) {
    let channels = groups.iter().flat_map(|(_, tracks)| tracks).map(|&channel| track(data, rng, channel)).collect();
    (channels, groups.iter().map(|(_, tracks)| tracks.len()).collect())
}

/// The data set as a genome: the chosen of sequence, signals and controls are arrays, the others
/// are the store's.
pub fn genome(data: &Data, signals: &[Group], rng: &mut Rng, arrays: [bool; 3], store: &Store) -> Genome {
    let contigs: Vec<usize> = (0..data.contigs.len()).collect();
    let mut genome = if arrays[0] {
        let store = (arrays != [true; 3]).then_some(store);
        Genome::from_arrays(&sequences(data, rng, DType::I8, &contigs), store).unwrap()
    } else {
        Genome::from_store(store)
    };
    if arrays[1] {
        let (channels, groups) = tracks(data, rng, signals);
        genome = genome.signals(&channels, Some(&groups)).unwrap();
    }
    if arrays[2] {
        let (channels, groups) = tracks(data, rng, &data.controls);
        genome = genome.controls(&channels, Some(&groups)).unwrap();
    }
    genome
}
