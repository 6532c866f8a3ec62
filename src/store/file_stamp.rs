//! What tells one file, and one state of it, from another without reading it.

use serde::Serialize;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// The identity, length and times of a file, as the system gives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FileStamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    /// In bytes.
    pub(crate) length: u64,
    /// When the contents changed, in seconds and nanoseconds since 1970-01-01 UTC.
    pub(crate) modified: (i64, i64),
    /// When the contents or the metadata changed, likewise. No program can set it back.
    pub(crate) changed: (i64, i64),
}

impl FileStamp {
    /// Takes the stamp from a file's metadata.
    pub(crate) fn of(metadata: &Metadata) -> FileStamp {
        FileStamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Returns whether this is the same file with the same contents, as far as device, inode,
    /// length and modification time tell. Another name or other permissions make no difference.
    #[cfg(feature = "ingest")]
    pub(crate) fn same_contents(&self, other: &FileStamp) -> bool {
        let key = |stamp: &FileStamp| (stamp.device, stamp.inode, stamp.length, stamp.modified);
        key(self) == key(other)
    }
}
