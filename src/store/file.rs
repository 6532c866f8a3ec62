//! A data file as any file: read at a place, asked for ahead of its use, and looked for in memory,
//! all without its map.

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

    /// Its length when it was opened, in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads the bytes from `offset` on.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corrupt`] when the file ends before them, as it does not when it is
    /// opened.
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

    /// Asks the system to read bytes into memory, and does not wait for them. Where the system
    /// cannot, nothing happens.
    pub(crate) fn readahead(&self, bytes: Range<u64>) {
        system::readahead(self.file, bytes);
    }

    /// Whether the byte at `offset` is in memory, as far as can be told.
    pub(crate) fn in_memory(&self, offset: u64) -> bool {
        system::in_memory(self.file, offset)
    }
}

/// What only Linux offers.
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

    /// Of one request, Linux reads as much as the disk takes at a time or as it would read ahead,
    /// and forgets the rest. This is what it reads ahead unless it is told otherwise.
    const REQUEST: u64 = 128 << 10;

    pub(super) fn readahead(file: &File, bytes: Range<u64>) {
        for start in bytes.clone().step_by(REQUEST as usize) {
            let length = NonZeroU64::new((bytes.end - start).min(REQUEST));
            // An advice: where it is not taken, reading waits.
            let _ = fadvise(file, start, length, Advice::WillNeed);
        }
    }

    /// No read from memory takes so long, and nearly every one from a disk or a network does.
    const WAITED: Duration = Duration::from_micros(30);

    pub(super) fn in_memory(file: &File, offset: u64) -> bool {
        let mut byte = [0];
        // A read that must not wait finds what is in memory, and nothing else.
        match preadv2(file, &mut [IoSliceMut::new(&mut byte)], offset, ReadWriteFlags::NOWAIT) {
            Ok(_) => return true,
            Err(Errno::AGAIN) => return false,
            // File systems without such reads, those of networks among them: whether one waits
            // shows in its time.
            Err(_) => {}
        }
        let since = Instant::now();
        // Who needs the byte finds out what is wrong with it.
        file.read_at(&mut byte, offset).is_err() || since.elapsed() < WAITED
    }
}

/// What only Linux offers.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::ops::Range;

    pub(super) fn readahead(_: &File, _: Range<u64>) {}

    pub(super) fn in_memory(_: &File, _: u64) -> bool {
        true
    }
}
