//! Reads ranges of a file whose length is known, and parses their little-endian fields.

use crate::ingest::regular_file::refuse_directory;
use crate::{Error, Result};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// An open file of known length.
pub(super) struct BinaryFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl BinaryFile {
    /// Opens a regular file.
    pub(super) fn open(path: &Path) -> Result<BinaryFile> {
        let file = File::open(path).map_err(Error::io(path, "open"))?;
        let metadata = file.metadata().map_err(Error::io(path, "read the metadata of"))?;
        refuse_directory(path, &metadata)?;
        if !metadata.is_file() {
            return Err(Error::input(
                path,
                None,
                "a bigWig must be a regular file, not a pipe, since it is not read in order",
            ));
        }
        Ok(BinaryFile { path: path.to_path_buf(), file, length: metadata.len() })
    }

    /// Returns the path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the length of the file in bytes when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Checks that a range lies within the file. `what` names the range in the error.
    pub(super) fn check(&self, offset: u64, length: u64, what: &str) -> Result<()> {
        if offset.checked_add(length).is_some_and(|end| end <= self.length) {
            return Ok(());
        }
        Err(self.error(format!(
            "{what}, {length} bytes at {offset}, reaches past the end of the file ({} bytes): the file is \
             truncated or damaged",
            self.length
        )))
    }

    /// Reads a range of the file into `bytes`, and sets the length of `bytes` to that of the range.
    pub(super) fn read_into(&self, offset: u64, length: u64, what: &str, bytes: &mut Vec<u8>) -> Result<()> {
        self.check(offset, length, what)?;
        bytes.resize(length as usize, 0);
        self.file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.error("the file became shorter while it was read"),
            _ => Error::io(&self.path, "read")(error),
        })
    }

    /// Reads a range of the file.
    pub(super) fn read(&self, offset: u64, length: u64, what: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(offset, length, what, &mut bytes)?;
        Ok(bytes)
    }

    /// Returns the error for a fault of the file.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::input(&self.path, None, message)
    }
}

/// Consecutive little-endian fields. A field past the end reads as 0: callers check the length of
/// all fields once, before.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *field
    }

    /// Returns the next `n` bytes and skips them.
    pub(super) fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (field, rest) = self.0.split_at_checked(n).unwrap_or_default();
        self.0 = rest;
        field
    }

    pub(super) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}
