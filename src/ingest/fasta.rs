//! Reads a genome from FASTA, contig after contig, in bounded memory.

use std::collections::HashSet;
use std::path::Path;

use super::field::{contig_name, quote};
use super::source::Source;
use crate::{Error, Result};

/// Longest header line accepted, in bytes.
const MAX_HEADER: usize = 1 << 20;

const STRAY_CR: &str = "a carriage return is not followed by a line feed";

/// The bytes that are a letter of a sequence: ASCII letters of either case, `*` and `-`.
const IS_BASE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphabetic() || byte as u8 == b'*' || byte as u8 == b'-';
        byte += 1;
    }
    table
};

/// A FASTA file being read from its first contig to its last.
///
/// The file may be plain, gzip or BGZF, which its content tells. Lines end in LF or CRLF, the last one need not end.
/// Blank lines are skipped, lines may have any length. The letters are passed on as they are: any ASCII letter of either
/// case, `*` and `-`. A contig may be empty.
///
/// BGZF is read by noodles. The lines are taken apart here: noodles' FASTA reader counts no lines, passes every byte
/// through, takes a `>` for a header wherever its buffer happens to begin, and refuses the `> name` that samtools reads.
///
/// # Examples
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("genome.fa");
/// std::fs::write(&path, ">chrI first\nACG\nTn\n>chrM\nGATTACA")?;
/// let mut fasta = atemoya::ingest::fasta::Fasta::open(&path)?;
/// let mut genome = Vec::new();
/// while let Some(name) = fasta.next_contig()? {
///     let (mut letters, mut buffer) = (Vec::new(), [0; 4]);
///     while let n @ 1.. = fasta.read_bases(&mut buffer)? {
///         letters.extend_from_slice(&buffer[..n]);
///     }
///     genome.push((name, String::from_utf8(letters)?));
/// }
/// assert_eq!(genome, [("chrI".into(), "ACGTn".into()), ("chrM".into(), "GATTACA".to_string())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Fasta {
    source: Source,
    /// The 1-based line at which `source` stands.
    line: u64,
    /// Whether `source` stands at the beginning of a line.
    at_line_start: bool,
    /// Whether the byte before was a CR, so that only LF may follow.
    after_cr: bool,
    in_contig: bool,
    names: HashSet<String>,
}

impl Fasta {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be opened or read; [`Error::Input`] when it is BGZF that has been cut short.
    pub fn open(path: &Path) -> Result<Fasta> {
        Ok(Fasta {
            source: Source::open(path)?,
            line: 1,
            at_line_start: true,
            after_cr: false,
            in_contig: false,
            names: HashSet::new(),
        })
    }

    /// Goes on to the next contig, past what is left of the current one, and returns its name: the first word of its
    /// header. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`read_bases`](Self::read_bases); and [`Error::Input`] with the line for a name that is empty, longer than 255
    /// bytes, not UTF-8 or not printable, or was there before; for anything but blank lines before the first header; and
    /// when the file has no contig at all.
    pub fn next_contig(&mut self) -> Result<Option<String>> {
        let mut rest = [0; 1 << 12];
        while self.read_bases(&mut rest)? > 0 {}
        loop {
            match self.source.fill()?.first() {
                Some(b'\n') => {
                    self.source.consume(1);
                    self.line += 1;
                    self.after_cr = false;
                }
                _ if self.after_cr => return Err(self.error(STRAY_CR)),
                Some(b'\r') => {
                    self.source.consume(1);
                    self.after_cr = true;
                }
                Some(b'>') => return self.header().map(Some),
                Some(_) => {
                    return Err(self.error("there is sequence before the first header (a line that begins with >)"));
                }
                None if self.names.is_empty() => {
                    return Err(Error::input(self.source.path(), None, "there are no sequences in this file"));
                }
                None => return Ok(None),
            }
        }
    }

    /// Fills `buffer` with the next letters of the current contig and returns how many they are: as many as fit unless
    /// the contig ends, 0 at its end (and before the first contig).
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when reading fails; [`Error::Input`] for damaged or truncated compression, and with the line for a byte
    /// that is no letter, `*` or `-`.
    pub fn read_bases(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while self.in_contig && filled < buffer.len() {
            let bytes = self.source.fill()?;
            let Some(first) = bytes.first() else {
                self.in_contig = false;
                break;
            };
            if self.at_line_start && *first == b'>' && !self.after_cr {
                self.in_contig = false;
                break;
            }
            let room = bytes.len().min(buffer.len() - filled);
            if !self.after_cr
                && let lines @ Lines { bytes: 1.., .. } = whole_lines(&bytes[..room], &mut buffer[filled..])
            {
                filled += lines.letters;
                self.line += lines.count;
                self.at_line_start = true;
                self.source.consume(lines.bytes);
                continue;
            }
            let letters = letters(&bytes[..room]);
            if letters > 0 && !self.after_cr {
                buffer[filled..filled + letters].copy_from_slice(&bytes[..letters]);
                filled += letters;
                self.source.consume(letters);
                self.at_line_start = false;
                continue;
            }
            match *first {
                b'\n' => {
                    self.line += 1;
                    self.at_line_start = true;
                    self.after_cr = false;
                }
                _ if self.after_cr => return Err(self.error(STRAY_CR)),
                b'\r' => self.after_cr = true,
                byte => return Err(self.error(format!("{} is no letter of a sequence", quote(&[byte])))),
            }
            self.source.consume(1);
        }
        Ok(filled)
    }

    /// Reads a header line and returns its contig's name.
    fn header(&mut self) -> Result<String> {
        let mut header = Vec::new();
        self.source.read_line(&mut header, MAX_HEADER)?;
        if header.len() == MAX_HEADER && !header.ends_with(b"\n") {
            return Err(self.error(format!("the header is longer than {MAX_HEADER} bytes")));
        }
        let text = header.strip_suffix(b"\n").unwrap_or(&header);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.contains(&b'\r') {
            return Err(self.error(STRAY_CR));
        }
        // Blanks before the name are skipped, as samtools does.
        let word = text[1..].trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let name = contig_name(word).map_err(|message| self.error(message))?.to_string();
        if !self.names.insert(name.clone()) {
            return Err(self.error(format!("the contig {name:?} was there before")));
        }
        self.line += 1;
        self.at_line_start = true;
        self.after_cr = false;
        self.in_contig = true;
        Ok(name)
    }

    /// Something wrong at the line at hand.
    fn error(&self, message: impl Into<String>) -> Error {
        Error::input(self.source.path(), self.line, message)
    }
}

/// Lines that were taken whole, line feeds included.
struct Lines {
    bytes: usize,
    letters: usize,
    count: u64,
}

/// Copies the letters of lines that are nothing but letters and a line feed, up to the first that is not. The first may have begun before.
fn whole_lines(bytes: &[u8], buffer: &mut [u8]) -> Lines {
    let mut taken = Lines { bytes: 0, letters: 0, count: 0 };
    // Nearly all lines of a file are as long as the one before.
    let mut length = 0;
    loop {
        let rest = &bytes[taken.bytes..];
        if rest.get(length) != Some(&b'\n') {
            match memchr::memchr(b'\n', rest) {
                Some(at) => length = at,
                None => return taken,
            }
        }
        let line = &rest[..length];
        if !all_letters(line) {
            return taken;
        }
        buffer[taken.letters..taken.letters + length].copy_from_slice(line);
        taken = Lines { bytes: taken.bytes + length + 1, letters: taken.letters + length, count: taken.count + 1 };
    }
}

/// Whether these are ASCII letters all, which is seen without looking at each on its own.
fn all_letters(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & ((byte | 0x20).wrapping_sub(b'a') < 26))
}

/// How many bytes at the beginning are letters.
fn letters(bytes: &[u8]) -> usize {
    let line = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = &bytes[..line];
    if all_letters(line) {
        line.len()
    } else {
        line.iter().position(|byte| !IS_BASE[usize::from(*byte)]).unwrap_or(line.len())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn open(content: impl AsRef<[u8]>) -> Result<Fasta> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("genome.fa");
        std::fs::write(&path, content).unwrap();
        Fasta::open(&path)
    }

    /// All contigs, read with a buffer of `size`.
    fn read(content: impl AsRef<[u8]>, size: usize) -> Result<Vec<(String, String)>> {
        let mut fasta = open(content)?;
        let mut contigs = Vec::new();
        while let Some(name) = fasta.next_contig()? {
            let (mut letters, mut buffer) = (Vec::new(), vec![0; size]);
            loop {
                match fasta.read_bases(&mut buffer)? {
                    0 => break,
                    n => letters.extend_from_slice(&buffer[..n]),
                }
            }
            contigs.push((name, String::from_utf8(letters).unwrap()));
        }
        Ok(contigs)
    }

    fn bgzf(content: &[u8]) -> Vec<u8> {
        let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn pairs(contigs: &[(&str, &str)]) -> Vec<(String, String)> {
        contigs.iter().map(|(name, letters)| (name.to_string(), letters.to_string())).collect()
    }

    #[test]
    fn line_ends_blank_lines_case_and_empty_contigs() {
        let expected = pairs(&[("a", "ACGTnRy*-"), ("b", ""), ("c", "T"), ("d", "")]);
        for text in [
            ">a x y\nACGT\nnRy*-\n>b\n>c\nT\n>d\n",
            "\r\n\r\n>a\r\nACGT\r\n\r\nnRy*-\r\n>b\r\n\r\n> c\tz\r\nT\r\n>d",
            "\n>a\nACGTnRy*-\n\n\n>b \n\n>c é\nT\n\n>d\n\n",
        ] {
            for size in [1, 2, 3, 100] {
                assert_eq!(read(text, size).unwrap(), expected, "{text:?}");
            }
        }
        assert_eq!(read(">a\nAC", 9).unwrap(), pairs(&[("a", "AC")]));
    }

    #[test]
    fn what_is_not_read_is_skipped_but_checked() {
        let mut fasta = open(">a\nACGT\nAC\n>b\nT\n").unwrap();
        assert_eq!(fasta.read_bases(&mut [0; 4]).unwrap(), 0);
        assert_eq!(fasta.next_contig().unwrap().as_deref(), Some("a"));
        assert_eq!(fasta.read_bases(&mut [0; 3]).unwrap(), 3);
        assert_eq!(fasta.next_contig().unwrap().as_deref(), Some("b"));
        assert_eq!(fasta.next_contig().unwrap(), None);
        assert_eq!(fasta.next_contig().unwrap(), None);
        let mut fasta = open(">a\nAC1T\n>b\nT\n").unwrap();
        fasta.next_contig().unwrap();
        assert!(fasta.next_contig().is_err());
    }

    #[test]
    fn malformed_files_are_named_with_their_line() {
        for (text, at) in [
            ("ACGT\n", 1),
            ("\n\nACGT\n>a\n", 3),
            (";comment\n>a\n", 1),
            (">a\nAC\n>b\nA\n>a\nT\n", 5),
            (">\nAC\n", 1),
            (">a\nA\n> \t\nAC\n", 3),
            (">a\u{1}\nAC\n", 1),
            (">a\nAC\nA C\n", 3),
            (">a\nAC \n", 2),
            (">a\nA\n\nA1\n", 4),
            (">a\nA\tC\n", 2),
            (">a\nAC>b\nT\n", 2),
            (">a\nAC\0\n", 2),
            (">a\nAé\n", 2),
            (">a\nAC\rGT\n", 2),
            (">a\rAC\r>b\r", 1),
            (">a\n\r\rAC\n", 2),
            (&format!(">{}\nAC\n", "x".repeat(256)), 1),
            (&format!(">a {}\nAC\n", "x".repeat(MAX_HEADER)), 1),
        ] {
            for size in [1, 64] {
                let error = read(text, size).unwrap_err();
                assert!(matches!(error, Error::Input { line: Some(line), .. } if line == at), "{text:?}: {error}");
            }
        }
        for text in ["", "\n", "\r\n\n"] {
            assert!(read(text, 8).unwrap_err().to_string().contains("no sequences"), "{text:?}");
        }
    }

    #[test]
    fn compression_is_told_by_content_and_a_cut_is_an_error() {
        let text: Vec<u8> = [b">a\n".to_vec(), b"ACGTN\n".repeat(30_000), b">b\nT\n".to_vec()].concat();
        let plain = read(&text, 1000).unwrap();
        for packed in [gzip(&text), bgzf(&text)] {
            assert_eq!(read(&packed, 1000).unwrap(), plain);
            for length in (2..packed.len()).filter(|length| length % 7 == 0 || packed.len() - length < 40) {
                assert!(matches!(read(&packed[..length], 1000), Err(Error::Input { .. })), "cut at {length}");
            }
            for bit in (0..packed.len() * 8).step_by(97) {
                let mut flipped = packed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let _ = read(&flipped, 1000);
            }
        }
    }

    #[test]
    fn after_a_failure_there_is_no_false_end() {
        let mut packed = bgzf(&[b">a\n".to_vec(), b"ACGTN\n".repeat(30_000)].concat());
        let middle = packed.len() / 2;
        packed[middle] ^= 0xff;
        let mut fasta = open(&packed).unwrap();
        let mut buffer = [0; 1 << 10];
        let failed = fasta.next_contig().and_then(|_| {
            loop {
                match fasta.read_bases(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(error),
                }
            }
        });
        assert!(failed.is_err());
        assert!(fasta.read_bases(&mut buffer).is_err());
        assert!(fasta.next_contig().is_err());
    }

    proptest! {
        #[test]
        fn round_trip(contigs in proptest::collection::vec("[ACGTNacgtnRYKM*-]{0,200}", 1..6), width in 1usize..70, crlf: bool, size in 1usize..90) {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = String::new();
            for (i, letters) in contigs.iter().enumerate() {
                text += &format!(">c{i} text{end}");
                for line in letters.as_bytes().chunks(width) {
                    text += std::str::from_utf8(line).unwrap();
                    text += end;
                }
            }
            let expected: Vec<_> = contigs.iter().enumerate().map(|(i, letters)| (format!("c{i}"), letters.clone())).collect();
            prop_assert_eq!(&read(&text, size).unwrap(), &expected);
            // noodles' own reader as a second opinion, where there are no empty contigs.
            let mut noodles = noodles_fasta::io::Reader::new(text.as_bytes());
            let records: Vec<_> = noodles.records().map(|record| record.unwrap())
                .map(|record| (String::from_utf8(record.name().to_vec()).unwrap(), String::from_utf8(record.sequence().as_ref().to_vec()).unwrap())).collect();
            prop_assert_eq!(&records, &expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[>AC\n\r 1]{0,60}") {
            let _ = read(bytes, 7);
            let _ = read(text, 7);
        }
    }
}
