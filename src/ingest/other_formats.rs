//! Recognizes files of other formats by their first bytes, and says what to do with them.

/// What a reader expects. It decides which remedy a user is given for a file of another format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Loci: BED or narrowPeak.
    Loci,
    /// A text table with these contents, in words.
    Table(&'static str),
    /// A genome: FASTA.
    #[cfg_attr(not(feature = "ingest"), allow(dead_code, reason = "FASTA is read with the feature `ingest`"))]
    Sequence,
    /// A track: bigWig.
    #[cfg_attr(not(feature = "ingest"), allow(dead_code, reason = "bigWig is read with the feature `ingest`"))]
    Track,
}

impl Expected {
    /// Returns the name of the expected format.
    fn name(self) -> &'static str {
        match self {
            Expected::Loci => "BED or narrowPeak",
            Expected::Table(name) => name,
            Expected::Sequence => "FASTA",
            Expected::Track => "bigWig",
        }
    }
}

/// A format that no reader accepts, or only a reader of another input.
struct OtherFormat {
    /// The offset of `magic` in the file.
    at: usize,
    /// The bytes that identify the format.
    magic: &'static [u8],
    /// The name of the format, with its article.
    name: &'static str,
    /// What to do with such a file where loci, a genome and a track are expected; empty where there
    /// is no remedy.
    remedies: [&'static str; 3],
}

const fn at_start(magic: &'static [u8], name: &'static str, remedies: [&'static str; 3]) -> OtherFormat {
    OtherFormat { at: 0, magic, name, remedies }
}

/// Returns the same remedy for loci, genomes and tracks.
const fn any(remedy: &'static str) -> [&'static str; 3] {
    [remedy; 3]
}

const ARRAYS: [&str; 3] = any("read it in Python and give the arrays");
const ALIGNMENTS: [&str; 3] = [
    "call peaks on it (macs3 callpeak) and give those",
    "it holds reads: give the FASTA that they were aligned to",
    "compute a bigWig from it (bamCoverage of deepTools)",
];
const VARIANTS: [&str; 3] = ["convert it (bcftools query -f '%CHROM\\t%POS0\\t%END\\n')", "", ""];
const TRACK: [&str; 3] = ["call peaks on it first, or give it as a signal", "give it as a signal", ""];
const BIG_ENDIAN: [&str; 3] = any("convert it with the UCSC tools (bigWigToBedGraph, bedGraphToBigWig)");
const EXCEL: [&str; 3] = any("save it as tab-separated text");
const DOWNLOAD: [&str; 3] = any("the download failed: look into the file and download it again");
const LZ: [&str; 3] = any("unpack it first, or compress it with gzip, bzip2, xz or zstd");
const COMPRESSED: [&str; 3] = any("unpack it first: it was compressed twice, or it is not text");

/// All formats that are recognized. The first match counts, so longer magic comes first. No magic
/// is the beginning of a line of BED, since a contig may be named PAR1 or CRAM.
const OTHER_FORMATS: &[OtherFormat] = &[
    // archives and compression
    OtherFormat { at: 30, magic: b"[Content_Types].xml", name: "an Excel file", remedies: EXCEL },
    at_start(b"PK\x03\x04", "a zip archive", any("unpack it first (unzip); of an .npz, give the arrays in Python")),
    at_start(b"PK\x05\x06", "an empty zip archive", any("")),
    OtherFormat { at: 257, magic: b"ustar", name: "a tar archive", remedies: any("unpack it first (tar -xf)") },
    at_start(b"7z\xbc\xaf\x27\x1c", "a 7z archive", any("unpack it first (7z x)")),
    at_start(b"Rar!\x1a\x07", "a rar archive", any("unpack it first (unrar x)")),
    at_start(b"\x1f\x9d", "a file compressed by compress (.Z)", LZ),
    at_start(b"\x04\x22\x4d\x18", "a file compressed by lz4", LZ),
    at_start(b"LZIP\x01", "a file compressed by lzip", LZ),
    at_start(b"\x1f\x8b", "a gzip file", COMPRESSED),
    OtherFormat { at: 4, magic: b"1AY&SY", name: "a bzip2 file", remedies: COMPRESSED },
    at_start(b"\xfd7zXZ\x00", "an xz file", COMPRESSED),
    at_start(b"\x28\xb5\x2f\xfd", "a zstd file", COMPRESSED),
    // genomes, tracks, loci and reads
    at_start(b"\x43\x27\x41\x1a", "a 2bit file", ["", "convert it to FASTA (twoBitToFa)", ""]),
    at_start(b"\x1a\x41\x27\x43", "a 2bit file", ["", "convert it to FASTA (twoBitToFa)", ""]),
    at_start(b"\x26\xfc\x8f\x88", "a bigWig file", TRACK),
    at_start(b"\x88\x8f\xfc\x26", "a big-endian bigWig file", BIG_ENDIAN),
    at_start(
        b"\xeb\xf2\x89\x87",
        "a bigBed file",
        ["convert it to BED (bigBedToBed)", "", "give it as loci, as BED (bigBedToBed)"],
    ),
    at_start(b"\x87\x89\xf2\xeb", "a big-endian bigBed file", BIG_ENDIAN),
    at_start(b"BAM\x01", "a BAM file", ALIGNMENTS),
    at_start(b"CRAM\x02", "a CRAM file", ALIGNMENTS),
    at_start(b"CRAM\x03", "a CRAM file", ALIGNMENTS),
    at_start(b"@HD\t", "a SAM file", ALIGNMENTS),
    at_start(b"@SQ\t", "a SAM file", ALIGNMENTS),
    at_start(b"BCF\x02", "a BCF file", VARIANTS),
    at_start(b"##fileformat=VCF", "a VCF file", VARIANTS),
    at_start(b"##gff-version", "a GFF file", ["convert it to BED (its coordinates are 1-based)", "", ""]),
    at_start(b"TBI\x01", "a tabix index", any("give the file that it is an index of")),
    at_start(b"BAI\x01", "a BAM index", any("give the file that it is an index of")),
    at_start(b"HIC\x00", "a .hic file", any("")),
    // arrays and tables
    at_start(b"\x89HDF\r\n\x1a\n", "an HDF5 file", ARRAYS),
    at_start(b"\x93NUMPY", "a .npy file", ARRAYS),
    at_start(b"\x80\x02", "a Python pickle", ARRAYS),
    at_start(b"\x80\x03", "a Python pickle", ARRAYS),
    at_start(b"\x80\x04\x95", "a Python pickle", ARRAYS),
    at_start(b"\x80\x05\x95", "a Python pickle", ARRAYS),
    at_start(b"PAR1\x15", "a parquet file", any("write it as tab-separated text")),
    at_start(b"ARROW1\x00\x00", "an Arrow file", any("write it as tab-separated text")),
    at_start(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file", EXCEL),
    at_start(b"SQLite format 3\x00", "an SQLite database", any("")),
    // files in place of the requested file
    at_start(
        b"version https://git-lfs.github.com/",
        "a pointer of Git LFS",
        any("fetch the file itself (git lfs pull)"),
    ),
    at_start(b"/annex/objects/", "a pointer of git-annex", any("fetch the file itself (git annex get)")),
    at_start(b"%PDF-", "a PDF document", DOWNLOAD),
];

/// The beginnings, in lower case, of web pages that servers send in place of a file.
const PAGES: [&[u8]; 3] = [b"<!doctype html", b"<html", b"<?xml"];

/// Returns the message for a file of another format than expected: its format and a remedy. `head`
/// is the beginning of the file. `None` for a file that is not recognized.
pub(super) fn refusal(head: &[u8], expected: Expected) -> Option<String> {
    let (name, remedies) = recognize(head)?;
    let remedy = match expected {
        Expected::Loci => remedies[0],
        Expected::Sequence => remedies[1],
        Expected::Track => remedies[2],
        // A remedy that holds for loci and genomes also holds for a table.
        Expected::Table(_) if remedies[0] == remedies[1] => remedies[0],
        Expected::Table(_) => "",
    };
    let colon = if remedy.is_empty() { "" } else { ": " };
    Some(format!("this is {name}, where {} is expected{colon}{remedy}", expected.name()))
}

/// Returns the name and the remedies of a file's format.
fn recognize(head: &[u8]) -> Option<(&'static str, [&'static str; 3])> {
    let fits = |format: &&OtherFormat| head.get(format.at..).is_some_and(|rest| rest.starts_with(format.magic));
    if let Some(format) = OTHER_FORMATS.iter().find(fits) {
        return Some((format.name, format.remedies));
    }
    let text = head.trim_ascii_start();
    let page = |start: &&[u8]| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    PAGES.iter().any(page).then_some(("a web page", DOWNLOAD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_named_for_each_reader() {
        for format in OTHER_FORMATS {
            let mut head = vec![b' '; format.at];
            head.extend_from_slice(format.magic);
            head.extend_from_slice(b"\x00rest");
            for (expected, remedy) in
                [Expected::Loci, Expected::Sequence, Expected::Track].into_iter().zip(format.remedies)
            {
                let said = refusal(&head, expected).unwrap();
                assert!(
                    said.contains(format.name) && said.contains(expected.name()) && said.ends_with(remedy),
                    "{said}"
                );
            }
            assert!(refusal(&head[..head.len() - 6], Expected::Loci).is_none_or(|said| !said.contains(format.name)));
        }
        assert_eq!(
            refusal(b"PK\x03\x04", Expected::Table("chromosome sizes")).unwrap(),
            "this is a zip archive, where chromosome sizes is expected: unpack it first (unzip); of an .npz, give \
             the arrays in Python"
        );
        assert!(refusal(b"BAM\x01", Expected::Table("x")).unwrap().ends_with("is expected"));
    }

    #[test]
    fn pages_are_told_and_text_is_not_refused() {
        for page in ["<!DOCTYPE html><html>", "\r\n <HTML>\n", "<?xml version=\"1.0\"?><Error><Code>AccessDenied"] {
            assert!(refusal(page.as_bytes(), Expected::Track).unwrap().contains("web page"), "{page}");
        }
        for text in [
            "",
            "chr1\t1\t2\n",
            ">chr1\nACGT\n",
            "#x\n",
            "track name=x\n",
            "PAR1\t1\t2\n",
            "P",
            "CRAM\t1\t2",
            "BZh1\t1\t2",
        ] {
            assert_eq!(refusal(text.as_bytes(), Expected::Loci), None, "{text}");
        }
    }
}
