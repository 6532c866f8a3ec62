//! Reads the header of a bigWig, and recognizes files that are not one.

use super::file::{BinaryFile, Fields};
use crate::Result;
use crate::ingest::other_formats::{Expected, refusal};
use memchr::memmem;

const BIGWIG: u32 = 0x888F_FC26;
const LENGTH: u64 = 64;

/// How many bytes of a file are read to recognize its format.
const HEAD: u64 = 512;

/// The fields of the header that are used.
pub(super) struct Header {
    /// The offset of the contig tree.
    pub(super) contig_tree: u64,
    /// The offset of the index of data blocks. `None` for a file without values and index, as
    /// libBigWig (pyBigWig) writes it when no value was added.
    pub(super) data_index: Option<u64>,
    /// Whether each data block is a zlib stream.
    pub(super) compressed: bool,
}

impl Header {
    /// Reads the header. The error for another file names its format.
    pub(super) fn read(file: &BinaryFile) -> Result<Header> {
        let head = file.read(0, file.length().min(HEAD), "the header")?;
        if Fields(&head).u32() != BIGWIG {
            return Err(file.error(other(&head)));
        }
        let bytes = file.read(0, LENGTH, "the header")?;
        let mut fields = Fields(&bytes[8..]); // after magic, version and number of zoom levels
        let contig_tree = fields.u64();
        let data = fields.u64();
        let data_index = fields.u64();
        let _field_counts = fields.u32();
        let _auto_sql = fields.u64();
        let _summary = fields.u64();
        let uncompressed_size = fields.u32();
        let data_index = if data_index == 0 { check_empty(file, data).map(|()| None)? } else { Some(data_index) };
        Ok(Header { contig_tree, data_index, compressed: uncompressed_size > 0 })
    }
}

/// Checks that a file without an index was closed and has no values: its number of blocks is 0, and
/// is followed directly by the magic number that ends a closed file. A file whose writer was killed
/// has no index either.
fn check_empty(file: &BinaryFile, data: u64) -> Result<()> {
    let end = file.length().checked_sub(4).ok_or_else(|| file.error("the file is truncated"))?;
    let blocks = file.read(data, 8, "the number of data blocks")?;
    let closed = Fields(&file.read(end, 4, "the end of the file")?).u32() == BIGWIG;
    if closed && data.checked_add(8) == Some(end) && blocks == [0; 8] {
        return Ok(());
    }
    Err(file.error("it has no data index, but is not empty: the program that wrote it did not finish; make it again"))
}

/// Returns the message for a file that is not a bigWig: its format and a remedy.
fn other(head: &[u8]) -> String {
    if head.is_empty() {
        return "this file is empty, where bigWig is expected".into();
    }
    if let Some(refusal) = refusal(head, Expected::Track) {
        return refusal;
    }
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if head.iter().all(is_text) {
        if let Some(looks) = looks_like(head) {
            return looks;
        }
        let tool = if [&b"fixedStep"[..], b"variableStep"].iter().any(|word| memmem::find(head, word).is_some()) {
            "wigToBigWig converts wiggle"
        } else {
            "bedGraphToBigWig converts bedGraph, wigToBigWig wiggle"
        };
        return format!("this is text, where bigWig is expected: {tool}");
    }
    "this is not a bigWig file".into()
}

/// Returns the message for text whose first lines are FASTA, BED or bedGraph.
fn looks_like(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let about = ["#", "track", "browser"];
    let line = text.lines().find(|line| !line.is_empty() && !about.iter().any(|word| line.starts_with(word)))?;
    if line.starts_with('>') {
        return Some("this looks like FASTA, where bigWig is expected: give it as the genome".into());
    }
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, start, end, rest @ ..] = fields.as_slice() else { return None };
    start.parse::<u64>().ok().and(end.parse::<u64>().ok())?;
    Some(match rest {
        [value] if value.parse::<f64>().is_ok() => {
            "this looks like bedGraph, where bigWig is expected: convert it (bedGraphToBigWig)".into()
        }
        _ => "this looks like BED, where bigWig is expected: give peaks and negatives as loci; of reads or fragments, \
              make a bigWig (bedtools genomecov -bg, then bedGraphToBigWig)"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::other;

    #[test]
    fn text_is_told_by_its_first_lines() {
        for (head, format, remedy) in [
            (">chr1\nACGT\n", "FASTA", "as the genome"),
            ("track x\nchr1\t0\t10\t2.5\n", "bedGraph", "bedGraphToBigWig"),
            ("chr1\t0\t10\n", "BED", "as loci"),
            ("chr1\t0\t10\tpeak_1\t7\t.\n", "BED", "as loci"),
        ] {
            let said = other(head.as_bytes());
            assert!(said.contains(&format!("this looks like {format},")) && said.contains(remedy), "{said}");
        }
        assert!(other(b"variableStep chrom=chr1\n1 2\n").contains("wigToBigWig converts wiggle"));
        assert!(other(b"some words\n").contains("this is text"));
    }
}
