//! Writes NumPy's `.npy` arrays, version 1.0, piece by piece.
//!
//! By hand: the header is one line of text, while the crates for it hold or write an array front to
//! back, and an array of several rows comes here by columns.

use super::atomic::{AtomicFile, Kind, Replace};
use anyhow::{Context, Result, ensure};
use std::fmt::Write as _;
use std::io::{Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::Path;

/// How the files begin.
const KIND: Kind = Kind { name: ".npy", begins: |head| head.starts_with(b"\x93NUMPY") };

/// An item type of an array.
pub(crate) trait Item: bytemuck::Pod {
    /// Its name in a header.
    const DESCR: &'static str;
}

impl Item for f32 {
    const DESCR: &'static str = "<f4";
}

impl Item for u8 {
    const DESCR: &'static str = "|u1";
}

/// A `.npy` file in the making: an array of shape `(columns,)` or `(rows, columns)` in C order,
/// filled from its first column to its last. It appears at its path when
/// [`finish`](NpyWriter::finish) is called, whole or not at all.
pub(crate) struct NpyWriter<T> {
    file: AtomicFile,
    /// Bytes before the first item.
    header: u64,
    rows: u64,
    columns: u64,
    /// Columns written so far.
    written: u64,
    item: PhantomData<T>,
}

impl<T: Item> NpyWriter<T> {
    /// Begins an array of shape `(columns,)`.
    ///
    /// # Errors
    /// The file cannot be created.
    pub(crate) fn vector(path: &Path, columns: u64, replace: Replace) -> Result<NpyWriter<T>> {
        Self::create(path, 1, columns, &format!("({columns},)"), replace)
    }

    /// Begins an array of shape `(rows, columns)`.
    ///
    /// # Errors
    /// The file cannot be created.
    pub(crate) fn matrix(path: &Path, rows: u64, columns: u64, replace: Replace) -> Result<NpyWriter<T>> {
        Self::create(path, rows, columns, &format!("({rows}, {columns})"), replace)
    }

    fn create(path: &Path, rows: u64, columns: u64, shape: &str, replace: Replace) -> Result<NpyWriter<T>> {
        let header = header(T::DESCR, shape);
        let mut file = AtomicFile::create(path, KIND, replace)?;
        file.file().write_all(&header).with_context(|| cannot_write(&file))?;
        Ok(NpyWriter { file, header: header.len() as u64, rows, columns, written: 0, item: PhantomData })
    }

    /// Writes the next columns: `piece` has the shape `(n,)` or `(rows, n)`, in C order. Pieces of
    /// a megabyte and more are fast.
    ///
    /// # Errors
    /// The piece is not whole columns, or goes past the last one, or cannot be written.
    pub(crate) fn write(&mut self, piece: &[T]) -> Result<()> {
        let n = piece.len() as u64 / self.rows.max(1);
        ensure!(
            n * self.rows == piece.len() as u64 && self.written + n <= self.columns,
            "{}: a piece of {} items at column {} does not fit {} rows of {}",
            self.file.target().display(),
            piece.len(),
            self.written,
            self.rows,
            self.columns
        );
        if n == 0 {
            return Ok(());
        }
        for (row, items) in (0..).zip(piece.chunks(n as usize)) {
            let at = self.header + (row * self.columns + self.written) * size_of::<T>() as u64;
            let file = self.file.file();
            file.seek(SeekFrom::Start(at))
                .and_then(|_| file.write_all(bytemuck::cast_slice(items)))
                .with_context(|| cannot_write(&self.file))?;
        }
        self.written += n;
        Ok(())
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Columns are missing, or the system cannot write.
    pub(crate) fn finish(self) -> Result<()> {
        let target = self.file.target().display();
        ensure!(self.written == self.columns, "{target}: {} of {} columns were written", self.written, self.columns);
        self.file.publish()
    }
}

/// Returns magic, version, length and the line of text, padded so that the items begin at a
/// multiple of 64 bytes.
fn header(descr: &str, shape: &str) -> Vec<u8> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(text, "{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    while !(10 + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    // Two 20-digit numbers leave it far below 65,536.
    header.extend_from_slice(&(text.len() as u16).to_le_bytes());
    header.extend_from_slice(text.as_bytes());
    header
}

fn cannot_write(file: &AtomicFile) -> String {
    format!("{}: cannot write", file.target().display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Returns the header's text and the bytes after it, by the rules of the format.
    fn parse(path: &Path) -> (String, Vec<u8>) {
        let bytes = fs::read(path).unwrap();
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(end % 64, 0);
        let text = String::from_utf8(bytes[10..end].to_vec()).unwrap();
        assert!(text.ends_with('\n'));
        (text.trim_end().to_owned(), bytes[end..].to_vec())
    }

    #[test]
    fn vector_of_f32_in_pieces() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("v.npy");
        let values = [1.5_f32, -2.0, 3.25, f32::MIN_POSITIVE, 7.0];
        let mut writer = NpyWriter::vector(&path, 5, Replace::Kind).unwrap();
        writer.write(&values[..2]).unwrap();
        writer.write(&[]).unwrap();
        writer.write(&values[2..]).unwrap();
        assert!(!path.exists());
        writer.finish().unwrap();
        let (text, data) = parse(&path);
        assert_eq!(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }");
        assert_eq!(data, values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    #[test]
    fn matrix_of_u8_by_columns_is_in_c_order() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m.npy");
        let mut writer = NpyWriter::<u8>::matrix(&path, 4, 5, Replace::Kind).unwrap();
        // Columns 0..3, then 3..5, each piece row after row.
        writer.write(&[0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]).unwrap();
        writer.write(&[3, 4, 13, 14, 23, 24, 33, 34]).unwrap();
        writer.finish().unwrap();
        let (text, data) = parse(&path);
        assert_eq!(text, "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 5), }");
        assert_eq!(data, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34]);
    }

    #[test]
    fn empty_arrays_are_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("e.npy");
        NpyWriter::<f32>::vector(&path, 0, Replace::Kind).unwrap().finish().unwrap();
        let (text, data) = parse(&path);
        assert_eq!((text.contains("'shape': (0,)"), data.len()), (true, 0));
    }

    #[test]
    fn pieces_that_do_not_fit_are_refused_and_nothing_appears() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m.npy");
        let mut writer = NpyWriter::<u8>::matrix(&path, 4, 2, Replace::Kind).unwrap();
        assert!(writer.write(&[0; 6]).is_err());
        assert!(writer.write(&[0; 12]).is_err());
        writer.write(&[0; 4]).unwrap();
        assert!(writer.finish().unwrap_err().to_string().contains("1 of 2 columns"));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
