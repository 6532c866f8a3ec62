//! Reads a data file without its map, by pread; also readahead, and whether bytes are in memory.

use super::map::Map;
use crate::{Error, Result};
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// An open data file of a store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DataFile<'a> {
    path: &'a Path,
    file: &'a File,
    length: u64,
}

impl<'a> DataFile<'a> {
    pub(super) fn new(path: &'a Path, map: &'a Map) -> DataFile<'a> {
        DataFile { path, file: map.file(), length: map.len() as u64 }
    }

    /// Returns the length in bytes that the file had when it was opened.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads the bytes from `offset` on.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corrupt`] when the file has been truncated since it was opened.
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        self.file.read_exact_at(out, offset).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                let expected = format!("at least {}", offset + out.len() as u64);
                let got = self.file.metadata().map_or_else(|error| error.to_string(), |now| now.len().to_string());
                Error::corrupt(self.path, offset, "length of the file", expected, got)
            }
            _ => Error::io(self.path, "read")(error),
        })
    }

    /// Asks the system to read bytes into memory, and does not wait for them. Does nothing where
    /// the system has no readahead.
    pub(crate) fn readahead(&self, bytes: Range<u64>) {
        system::readahead(self.file, bytes);
    }

    /// Returns whether the byte at `offset` is in memory, as far as the system tells; true on
    /// systems that do not tell.
    pub(crate) fn in_memory(&self, offset: u64) -> bool {
        system::in_memory(self.file, offset)
    }
}

/// Readahead on Linux.
#[cfg(target_os = "linux")]
mod system {
    use rustix::fs::{Advice, fadvise};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    use std::fs::File;
    use std::io::IoSliceMut;
    use std::num::NonZeroU64;
    use std::ops::Range;
    use std::os::unix::fs::FileExt;
    use std::time::{Duration, Instant};

    /// The bytes of one request. Linux drops what a request has beyond the disk's own limit or the
    /// readahead setting; this is the default setting.
    const REQUEST: u64 = 128 << 10;

    pub(super) fn readahead(file: &File, bytes: Range<u64>) {
        for start in bytes.clone().step_by(REQUEST as usize) {
            let length = NonZeroU64::new((bytes.end - start).min(REQUEST));
            // An error changes nothing but the time of the later read.
            let _ = fadvise(file, start, length, Advice::WillNeed);
        }
    }

    /// A read from memory takes less time, and nearly every read from a disk or a network more.
    const WAITED: Duration = Duration::from_micros(30);

    pub(super) fn in_memory(file: &File, offset: u64) -> bool {
        let mut byte = [0];
        // A read that must not wait succeeds only for bytes in memory.
        match preadv2(file, &mut [IoSliceMut::new(&mut byte)], offset, ReadWriteFlags::NOWAIT) {
            Ok(_) => return true,
            Err(Errno::AGAIN) => return false,
            // Some file systems, network ones among them, have no such reads. There the time of a
            // plain read tells.
            Err(_) => {}
        }
        let since = Instant::now();
        // An error is reported by the read that needs the byte.
        file.read_at(&mut byte, offset).is_err() || since.elapsed() < WAITED
    }
}

/// No readahead elsewhere.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::ops::Range;

    pub(super) fn readahead(_: &File, _: Range<u64>) {}

    pub(super) fn in_memory(_: &File, _: u64) -> bool {
        true
    }
}
