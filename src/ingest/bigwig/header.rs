//! The header of a bigWig: which kind of file it is, and where its parts are.

use super::file::{BinaryFile, Fields};
use crate::Result;

const BIGWIG: u32 = 0x888F_FC26;
const BIGBED: u32 = 0x8789_F2EB;
const LENGTH: u64 = 64;

/// What of the header is used.
pub(super) struct Header {
    /// Where the tree of contigs is.
    pub(super) contig_tree: u64,
    /// Where the index of the data blocks is.
    pub(super) data_index: u64,
    /// Whether each data block is a zlib stream.
    pub(super) compressed: bool,
}

impl Header {
    /// Reads the header, or says which other kind of file this is.
    pub(super) fn read(file: &BinaryFile) -> Result<Header> {
        const NO_BIGWIG: &str = "this is not a bigWig file";
        if file.length() < 4 {
            return Err(file.error(NO_BIGWIG));
        }
        let magic = Fields(&file.read(0, 4, "the header")?).u32();
        match magic {
            BIGWIG => {}
            BIGBED => return Err(file.error("this is a bigBed file; a track must be a bigWig")),
            _ if matches!(magic.swap_bytes(), BIGWIG | BIGBED) => {
                let message =
                    "this is a big-endian file, which is not read: convert it (bigWigToBedGraph, bedGraphToBigWig)";
                return Err(file.error(message));
            }
            _ => return Err(file.error(NO_BIGWIG)),
        }
        let bytes = file.read(0, LENGTH, "the header")?;
        let mut fields = Fields(&bytes[8..]); // after magic, version and number of zoom levels
        let contig_tree = fields.u64();
        let _data = fields.u64();
        let data_index = fields.u64();
        let _field_counts = fields.u32();
        let _auto_sql = fields.u64();
        let _summary = fields.u64();
        let uncompressed_size = fields.u32();
        Ok(Header { contig_tree, data_index, compressed: uncompressed_size > 0 })
    }
}
