//! Reads a genome from FASTA, contig after contig, in bounded memory.

use super::field::{NUL_BYTES, contig_name, quote};
use super::other_formats::Expected;
use super::text_reader::{LineEnd, TextReader};
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;

/// Longest header line accepted, in bytes.
const MAX_HEADER: usize = 1 << 20;

const STRAY_CR: &str =
    "a carriage return is not followed by a line feed, as it is in the lines before: convert the file (dos2unix)";

const STRAY_LF: &str =
    "there is a line feed, but the lines before end in a carriage return alone: convert the file (tr '\\r' '\\n')";

/// Which bytes are letters of a sequence: ASCII letters of either case, `*` and `-`.
const IS_BASE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphabetic() || byte as u8 == b'*' || byte as u8 == b'-';
        byte += 1;
    }
    table
};

/// Reads a FASTA file from its first contig to its last.
///
/// The file may be plain or compressed by gzip, BGZF, bzip2, xz or zstd, which is recognized by its
/// first bytes. Lines end in LF or CRLF, or all of them in CR alone (classic Mac OS); the last line
/// need not end. Lines may have any length, and blank lines are skipped. The letters are returned
/// as they are: ASCII letters of either case, `*` and `-`. A contig may be empty.
///
/// BGZF is read by noodles, but not the lines: noodles' FASTA reader does not count lines, accepts
/// every byte, takes a `>` for a header wherever its buffer happens to begin, and refuses the
/// `> name` that samtools reads.
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
    reader: TextReader,
    /// The 1-based number of the line that `reader` is in.
    line: u64,
    /// Whether `reader` is at the beginning of a line.
    at_line_start: bool,
    /// The byte that ends a line: LF, which a CR may precede, or CR in files of classic Mac OS.
    line_end: u8,
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
    /// [`Error::Io`] when it cannot be opened or read. [`Error::Input`] for a URL, a file of
    /// another format (which is named), text in UTF-16, and truncated BGZF.
    pub fn open(path: &Path) -> Result<Fasta> {
        Ok(Fasta {
            reader: TextReader::open(path, Expected::Sequence)?,
            line: 1,
            at_line_start: true,
            line_end: b'\n',
            after_cr: false,
            in_contig: false,
            names: HashSet::new(),
        })
    }

    /// Moves to the next contig, past what is left of the current one, and returns its name: the
    /// first word of its header. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`read_bases`](Self::read_bases). [`Error::Input`] with the line for a name that is
    /// empty, longer than 255 bytes, not UTF-8, not printable, or used twice, and for text before
    /// the first header. [`Error::Input`] for a file without contigs.
    pub fn next_contig(&mut self) -> Result<Option<String>> {
        let mut rest = [0; 1 << 12];
        while self.read_bases(&mut rest)? > 0 {}
        if self.after_cr {
            return Err(self.error(STRAY_CR));
        }
        loop {
            match self.reader.fill()?.first() {
                Some(b'>') => return self.header().map(Some),
                // Only before the first header: after a contig comes a header or the end of the
                // file.
                Some(b'\n' | b'\r') => {
                    let mut blank = Vec::new();
                    self.reader.read_line(&mut blank, 1)?;
                    self.line += 1;
                }
                Some(_) => {
                    let message =
                        "this is not FASTA: there is text before the first header (a line that begins with >)";
                    return Err(self.error(message));
                }
                None if self.names.is_empty() => {
                    return Err(Error::input(self.reader.path(), None, "there are no sequences in this file"));
                }
                None => return Ok(None),
            }
        }
    }

    /// Returns the length of the file in bytes, compressed or not; 0 for a pipe.
    pub fn length(&self) -> u64 {
        self.reader.length()
    }

    /// Returns how many bytes of the file have been read, compressed or not. Some are read before
    /// they are needed.
    pub fn position(&self) -> u64 {
        self.reader.position()
    }

    /// Fills `buffer` with the next letters of the current contig. Returns how many they are: fewer
    /// than fit only where the contig ends, and 0 at its end and before the first contig.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when reading fails. [`Error::Input`] for damaged or truncated compression, and
    /// with the line for a byte that is not a letter, `*` or `-`.
    pub fn read_bases(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while self.in_contig && filled < buffer.len() {
            let bytes = self.reader.fill()?;
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
                && let lines @ WholeLines { bytes: 1.., .. } =
                    whole_lines(&bytes[..room], &mut buffer[filled..], self.line_end)
            {
                filled += lines.letters;
                self.line += lines.count;
                self.at_line_start = true;
                self.reader.consume(lines.bytes);
                continue;
            }
            let letters = letters(&bytes[..room]);
            if letters > 0 && !self.after_cr {
                buffer[filled..filled + letters].copy_from_slice(&bytes[..letters]);
                filled += letters;
                self.reader.consume(letters);
                self.at_line_start = false;
                continue;
            }
            match *first {
                byte if byte == self.line_end => {
                    self.line += 1;
                    self.at_line_start = true;
                    self.after_cr = false;
                }
                _ if self.after_cr => return Err(self.error(STRAY_CR)),
                b'\r' => self.after_cr = true,
                b'\n' => return Err(self.error(STRAY_LF)),
                0 => return Err(self.error(NUL_BYTES)),
                byte => return Err(self.error(format!("{} is not a letter of a sequence", quote(&[byte])))),
            }
            self.reader.consume(1);
        }
        Ok(filled)
    }

    /// Reads a header line and returns its contig's name.
    fn header(&mut self) -> Result<String> {
        let mut header = Vec::new();
        let end = self.reader.read_line(&mut header, MAX_HEADER)?;
        if header.len() == MAX_HEADER {
            return Err(self.error(format!("the header is longer than {MAX_HEADER} bytes")));
        }
        match end {
            // The first header decides what ends a line. Later, a CR within a header must not make
            // sequence of the text after it.
            LineEnd::Return if self.names.is_empty() => self.line_end = b'\r',
            LineEnd::Return if self.line_end == b'\n' => return Err(self.error(STRAY_CR)),
            LineEnd::Feed | LineEnd::ReturnAndFeed if self.line_end == b'\r' => return Err(self.error(STRAY_LF)),
            _ => {}
        }
        // Blanks before the name are skipped, as samtools does.
        let word = header[1..].trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let name = contig_name(word).map_err(|message| self.error(message))?.to_string();
        if !self.names.insert(name.clone()) {
            return Err(self.error(format!("the contig {name:?} occurs twice in this file")));
        }
        self.line += 1;
        self.at_line_start = true;
        self.after_cr = false;
        self.in_contig = true;
        Ok(name)
    }

    /// Returns the error for a fault of the current line.
    fn error(&self, message: impl Into<String>) -> Error {
        Error::input(self.reader.path(), self.line, message)
    }
}

/// Lines that were read whole, including their ends.
struct WholeLines {
    bytes: usize,
    letters: usize,
    count: u64,
}

/// Copies the letters of consecutive lines that hold only letters before their `end`. `bytes` may
/// begin within a line.
fn whole_lines(bytes: &[u8], buffer: &mut [u8], end: u8) -> WholeLines {
    let mut taken = WholeLines { bytes: 0, letters: 0, count: 0 };
    // Nearly all lines of a file have the same length.
    let mut length = 0;
    loop {
        let rest = &bytes[taken.bytes..];
        if rest.get(length) != Some(&end) {
            match memchr::memchr(end, rest) {
                Some(at) => length = at,
                None => return taken,
            }
        }
        let line = &rest[..length];
        if !all_letters(line) {
            return taken;
        }
        buffer[taken.letters..taken.letters + length].copy_from_slice(line);
        taken = WholeLines { bytes: taken.bytes + length + 1, letters: taken.letters + length, count: taken.count + 1 };
    }
}

/// Returns whether all bytes are ASCII letters. It has no branches, so that it is vectorized.
fn all_letters(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & ((byte | 0x20).wrapping_sub(b'a') < 26))
}

/// Returns how many letters `bytes` begins with.
fn letters(bytes: &[u8]) -> usize {
    let line = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let line = &bytes[..line];
    if all_letters(line) {
        line.len()
    } else {
        line.iter().position(|byte| !IS_BASE[usize::from(*byte)]).unwrap_or(line.len())
    }
}

#[cfg(test)]
mod tests;
