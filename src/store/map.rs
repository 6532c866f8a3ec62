//! Maps data files read-only. The only file of the store with unsafe code.

#![allow(unsafe_code, reason = "memory-mapping a file is unsafe by nature; this file is the island for it")]

use crate::{Error, Result};
use std::fs::File;
use std::ops::Deref;
use std::path::Path;

/// A whole file mapped read-only. It derefs to the bytes of the file, which begin on a page
/// boundary.
#[derive(Debug)]
pub(crate) struct Map {
    bytes: memmap2::Mmap,
    /// Kept open, so that reads without the map are of the same file, even if another file takes
    /// its name.
    file: File,
}

impl Map {
    /// Maps a file, whose length must be `length` bytes.
    ///
    /// A published data file never changes (section 2 of the format). A program that truncates a
    /// mapped file breaks that rule, and this process may then die by SIGBUS, which no check can
    /// prevent.
    pub(crate) fn open(path: &Path, length: u64) -> Result<Map> {
        let file = File::open(path).map_err(Error::io(path, "open"))?;
        let metadata = file.metadata().map_err(Error::io(path, "read the length of"))?;
        if !metadata.is_file() {
            return Err(Error::corrupt(path, 0, "kind of file", "a regular file", "something else"));
        }
        if metadata.len() != length {
            return Err(Error::corrupt(path, 0, "length of the file", length, metadata.len()));
        }
        // SAFETY:
        // - `Mmap::map` requires that the file is not modified while it is mapped. The format
        //   forbids changing a published file, every writer of this library replaces whole
        //   directories by renaming, and the map is private to this process and read-only, so that
        //   this process cannot change it either.
        // - The bytes are only ever read as plain integers and floats, for which every bit pattern
        //   is valid, and all that is computed from them is bounds-checked; a violation by another
        //   process therefore gives wrong values or SIGBUS, not a wild access.
        let bytes = unsafe { memmap2::Mmap::map(&file) }.map_err(Error::io(path, "map"))?;
        Ok(Map { bytes, file })
    }

    /// Returns the mapped file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
