//! Decompresses gzip, bzip2, xz and zstd files, which are recognized by their first bytes.
//!
//! A file may consist of several members, one after the other, as `cat a.gz b.gz` and parallel
//! compressors make them. Zeros after a member are padding (of tapes and block devices) and are
//! skipped. Other bytes there are refused. The readers of the crates either end silently there or
//! report damage.

use super::field::quote;
use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use std::io::{self, BufRead, Read};

/// The most memory that decompressing xz may take, in KiB. `xz -9` takes 65 MiB.
const XZ_MEMORY: u32 = 1 << 20;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Compression {
    /// Recognizes the compression by the first bytes of a file.
    pub(super) fn of(head: &[u8]) -> Option<Compression> {
        match head {
            [0x1f, 0x8b, ..] => Some(Compression::Gzip),
            // The digit is the level. The rest begins a block, or the end of a file without blocks.
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Compression::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
            // A frame, or a skippable frame, with which parallel compressors begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// Returns the name of the compression.
    pub(super) fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
            Compression::Zstd => "zstd",
        }
    }

    /// Returns whether a member may begin with these bytes, of which there is at least one.
    fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Compression::Gzip => starts_alike(bytes, &[0x1f, 0x8b]),
            Compression::Bzip2 => starts_alike(bytes, b"BZh"),
            Compression::Xz => starts_alike(bytes, &[0xfd, b'7', b'z', b'X', b'Z', 0]),
            Compression::Zstd => {
                let skipped = matches!(bytes, [0x50..=0x5f, rest @ ..] if starts_alike(rest, &[0x2a, 0x4d, 0x18]));
                skipped || starts_alike(bytes, &[0x28, 0xb5, 0x2f, 0xfd])
            }
        }
    }
}

/// Returns whether two byte strings are equal up to the length of the shorter one.
fn starts_alike(bytes: &[u8], magic: &[u8]) -> bool {
    bytes.iter().zip(magic).all(|(a, b)| a == b)
}

/// Returns the message for bytes after compressed data that are neither padding nor more data.
pub(super) fn trailing(compression: &str, bytes: &str) -> String {
    format!(
        "the {compression} data is followed by {bytes}: the file was damaged or appended to; make it again from its \
         source or, if the data before is complete, unpack it and compress it again"
    )
}

/// The error of bytes after the last member that are neither zeros nor another member.
#[derive(Debug, thiserror::Error)]
#[error("{}", trailing(compression.name(), &format!("other bytes ({beginning})")))]
pub(super) struct TrailingBytes {
    compression: Compression,
    beginning: String,
}

/// Reads the decompressed bytes of all members of a file.
pub(super) struct Members<R: BufRead> {
    compression: Compression,
    /// `None` after the last member, and after an error between two members.
    member: Option<Member<R>>,
}

enum Member<R: BufRead> {
    Gzip(Box<GzDecoder<R>>),
    Bzip2(BzDecoder<R>),
    Xz(Box<XzReader<R>>),
    Zstd(zstd::Decoder<'static, R>),
}

impl<R: BufRead> Member<R> {
    fn begin(compression: Compression, file: R) -> io::Result<Member<R>> {
        Ok(match compression {
            Compression::Gzip => Member::Gzip(Box::new(GzDecoder::new(file))),
            Compression::Bzip2 => Member::Bzip2(BzDecoder::new(file)),
            Compression::Xz => Member::Xz(Box::new(XzReader::new_mem_limit(file, false, XZ_MEMORY))),
            Compression::Zstd => Member::Zstd(zstd::Decoder::with_buffer(file)?.single_frame()),
        })
    }

    fn into_file(self) -> R {
        match self {
            Member::Gzip(member) => member.into_inner(),
            Member::Bzip2(member) => member.into_inner(),
            Member::Xz(member) => member.into_inner(),
            Member::Zstd(member) => member.finish(),
        }
    }
}

impl<R: BufRead> Read for Member<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Member::Gzip(member) => member.read(buffer),
            Member::Bzip2(member) => member.read(buffer),
            Member::Xz(member) => member.read(buffer),
            Member::Zstd(member) => member.read(buffer),
        }
    }
}

impl<R: BufRead> Members<R> {
    /// Begins with the first member, at the position of `file`.
    pub(super) fn new(compression: Compression, file: R) -> io::Result<Members<R>> {
        Ok(Members { compression, member: Some(Member::begin(compression, file)?) })
    }

    /// Begins the next member. `file` is at the end of the member before. `None` at the end of the
    /// file.
    fn next(&self, mut file: R) -> io::Result<Option<Member<R>>> {
        loop {
            let bytes = file.fill_buf()?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                if self.compression.begins(bytes) {
                    return Ok(Some(Member::begin(self.compression, file)?));
                }
                let (compression, beginning) = (self.compression, quote(bytes));
                return Err(io::Error::new(io::ErrorKind::InvalidData, TrailingBytes { compression, beginning }));
            }
            file.consume(zeros);
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            if let Some(ended) = self.member.take() {
                self.member = self.next(ended.into_file())?;
            }
        }
        Ok(0)
    }
}
