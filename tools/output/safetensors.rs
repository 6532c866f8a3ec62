//! Writes named tensors as one `.safetensors` file.
//!
//! The header comes from the `safetensors` crate, which owns the format and checks names, types,
//! shapes and offsets. The bytes are written from the borrowed slices: the crate's `serialize`
//! would copy all of them into one buffer, and its `serialize_to_file` neither syncs nor keeps to
//! the umask.

use super::atomic::{AtomicFile, Kind, Replace};
use anyhow::{Context, Result};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How the files begin: with the length of a header in JSON, of at most 100 MB.
const KIND: Kind = Kind {
    name: ".safetensors",
    begins: |head| {
        head.first_chunk().is_some_and(|n| u64::from_le_bytes(*n) <= 100_000_000) && head.get(8) == Some(&b'{')
    },
};

/// The items of a tensor, in C order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Items<'a> {
    /// `I8`.
    I8(&'a [i8]),
    /// `U8`.
    U8(&'a [u8]),
    /// `I64`.
    I64(&'a [i64]),
    /// `F32`.
    F32(&'a [f32]),
}

impl<'a> Items<'a> {
    fn dtype(&self) -> Dtype {
        match self {
            Items::I8(_) => Dtype::I8,
            Items::U8(_) => Dtype::U8,
            Items::I64(_) => Dtype::I64,
            Items::F32(_) => Dtype::F32,
        }
    }

    /// Little-endian, as the format and the library's targets are.
    fn bytes(&self) -> &'a [u8] {
        match self {
            Items::I8(items) => bytemuck::cast_slice(items),
            Items::U8(items) => items,
            Items::I64(items) => bytemuck::cast_slice(items),
            Items::F32(items) => bytemuck::cast_slice(items),
        }
    }
}

/// A tensor to write.
#[derive(Clone, Debug)]
pub(crate) struct Tensor<'a> {
    /// Its name in the file.
    pub(crate) name: &'a str,
    /// Its shape; the product is the number of items.
    pub(crate) shape: Vec<usize>,
    /// Its items.
    pub(crate) items: Items<'a>,
}

/// Checks that [`write`] may write to `path`, before there is anything to write.
///
/// # Errors
/// As for making the file.
pub(crate) fn check(path: &Path, replace: Replace) -> Result<()> {
    AtomicFile::create(path, KIND, replace).map(drop)
}

/// Writes `tensors` to `path`, whole or not at all, with `note` (a key and a text) as the file's
/// metadata.
///
/// The same tensors give the same bytes: they are laid out by the size of their items, then by
/// name, so that each is aligned. (There is one note because the crate would write several in no
/// fixed order.)
///
/// # Errors
/// A shape does not fit its items, a name occurs twice, or the file cannot be written.
pub(crate) fn write(path: &Path, tensors: &[Tensor<'_>], note: Option<(&str, &str)>, replace: Replace) -> Result<()> {
    let mut tensors: Vec<&Tensor<'_>> = tensors.iter().collect();
    tensors.sort_by(|a, b| b.items.dtype().cmp(&a.items.dtype()).then(a.name.cmp(b.name)));
    let header = header(&tensors, note).with_context(|| format!("{}: cannot describe the tensors", path.display()))?;

    let mut file = AtomicFile::create(path, KIND, replace)?;
    let mut out = BufWriter::with_capacity(1 << 18, file.file());
    out.write_all(&(header.len() as u64).to_le_bytes())
        .and_then(|()| out.write_all(&header))
        .and_then(|()| tensors.iter().try_for_each(|tensor| out.write_all(tensor.items.bytes())))
        .and_then(|()| out.flush())
        .with_context(|| format!("{}: cannot write", path.display()))?;
    drop(out);
    file.publish()
}

/// Returns the header's JSON, padded to a multiple of 8 bytes.
fn header(tensors: &[&Tensor<'_>], note: Option<(&str, &str)>) -> Result<Vec<u8>> {
    let mut offset = 0;
    let mut infos: Vec<(String, TensorInfo)> = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        anyhow::ensure!(infos.iter().all(|(name, _)| name != tensor.name), "two tensors are named {}", tensor.name);
        let end = offset + tensor.items.bytes().len();
        let shape = tensor.shape.clone();
        infos.push((
            tensor.name.to_owned(),
            TensorInfo { dtype: tensor.items.dtype(), shape, data_offsets: (offset, end) },
        ));
        offset = end;
    }
    let note = note.map(|(key, text)| HashMap::from([(key.to_owned(), text.to_owned())]));
    let mut header = serde_json::to_vec(&Metadata::new(note, infos)?)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::SafeTensors;
    use std::fs;

    fn tensor<'a>(name: &'a str, shape: &[usize], items: Items<'a>) -> Tensor<'a> {
        Tensor { name, shape: shape.to_vec(), items }
    }

    #[test]
    fn every_type_reads_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("b.safetensors");
        let (x, y) = ([0_i8, 1, -1, 5, 6, 7], [0.5_f32, f32::MAX]);
        let (label, locus, bits) = ([1_u8, 0, 1], [1_i64 << 40, -1], [255_u8; 3]);
        let tensors = [
            tensor("x", &[1, 2, 3], Items::I8(&x)),
            tensor("label", &[3], Items::U8(&label)),
            tensor("y", &[2, 1], Items::F32(&y)),
            tensor("bits", &[3], Items::U8(&bits)),
            tensor("locus", &[2], Items::I64(&locus)),
            tensor("none", &[0, 4], Items::F32(&[])),
        ];
        write(&path, &tensors, Some(("atemoya", "{\"step\": 3}")), Replace::Kind).unwrap();

        let bytes = fs::read(&path).unwrap();
        let read = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(read.len(), tensors.len());
        for tensor in &tensors {
            let view = read.tensor(tensor.name).unwrap();
            assert_eq!((view.dtype(), view.shape()), (tensor.items.dtype(), &tensor.shape[..]));
            assert_eq!(view.data(), tensor.items.bytes());
        }
        assert_eq!(read.tensor("label").unwrap().data(), [1, 0, 1]);
        assert_eq!(read.tensor("locus").unwrap().data()[..8], (1_i64 << 40).to_le_bytes());
        assert_eq!(read.tensor("y").unwrap().data()[..4], 0.5_f32.to_le_bytes());

        // The layout itself: length, JSON, then the wider items first.
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(length % 8, 0);
        let json: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        assert_eq!(json["__metadata__"]["atemoya"], "{\"step\": 3}");
        assert_eq!(json["locus"]["data_offsets"], serde_json::json!([0, 16]));
        let again = directory.path().join("c.safetensors");
        let mut reversed = tensors;
        reversed.reverse();
        write(&again, &reversed, Some(("atemoya", "{\"step\": 3}")), Replace::Kind).unwrap();
        assert!(fs::read(&again).unwrap() == bytes);
    }

    #[test]
    fn wrong_shapes_and_names_are_refused_and_nothing_appears() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("b.safetensors");
        let short = [tensor("x", &[2, 3], Items::U8(&[0; 5]))];
        assert!(write(&path, &short, None, Replace::Kind).is_err());
        let twice = [tensor("x", &[1], Items::U8(&[0])), tensor("x", &[1], Items::I8(&[0]))];
        assert!(
            format!("{:#}", write(&path, &twice, None, Replace::Kind).unwrap_err()).contains("two tensors are named x")
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
