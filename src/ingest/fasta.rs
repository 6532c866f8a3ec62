//! Reads a genome from FASTA, contig after contig, in bounded memory.

use super::field::{contig_name, quote};
use super::other_formats::Expected;
use super::text_reader::{LineEnd, TextReader};
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;

/// Longest header line accepted, in bytes.
const MAX_HEADER: usize = 1 << 20;

const STRAY_CR: &str = "a carriage return is not followed by a line feed, as in the lines before";

const STRAY_LF: &str =
    "there is a line feed, where the lines before end in a carriage return alone: convert the file (tr '\\r' '\\n')";

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
/// The file may be plain, gzip, BGZF, bzip2, xz or zstd, which its content tells. WholeLines end in LF
/// or CRLF, or all of them in CR alone (old Mac); the last one need not end. Blank lines are
/// skipped, lines may have any length. The letters are passed on as they are: any ASCII letter of
/// either case, `*` and `-`. A contig may be empty.
///
/// BGZF is read by noodles. The lines are taken apart here: noodles' FASTA reader counts no lines,
/// passes every byte through, takes a `>` for a header wherever its buffer happens to begin, and
/// refuses the `> name` that samtools reads.
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
    /// The 1-based line at which `reader` stands.
    line: u64,
    /// Whether `reader` stands at the beginning of a line.
    at_line_start: bool,
    /// What ends a line, perhaps with a CR in front: LF, or in files of an old Mac CR.
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
    /// [`Error::Io`] when it cannot be opened or read; [`Error::Input`] for a URL, a file of
    /// another kind, which is named, text in UTF-16, and BGZF that has been cut short.
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

    /// Goes on to the next contig, past what is left of the current one, and returns its name: the
    /// first word of its header. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`read_bases`](Self::read_bases); and [`Error::Input`] with the line for a name that is
    /// empty, longer than 255 bytes, not UTF-8 or not printable, or was there before; for anything
    /// but blank lines before the first header; and when the file has no contig at all.
    pub fn next_contig(&mut self) -> Result<Option<String>> {
        let mut rest = [0; 1 << 12];
        while self.read_bases(&mut rest)? > 0 {}
        if self.after_cr {
            return Err(self.error(STRAY_CR));
        }
        loop {
            match self.reader.fill()?.first() {
                Some(b'>') => return self.header().map(Some),
                // Only before the first header: behind a contig there is a header or nothing.
                Some(b'\n' | b'\r') => {
                    let mut blank = Vec::new();
                    self.reader.read_line(&mut blank, 1)?;
                    self.line += 1;
                }
                Some(_) => {
                    let message =
                        "this is no FASTA: something stands before the first header (a line that begins with >)";
                    return Err(self.error(message));
                }
                None if self.names.is_empty() => {
                    return Err(Error::input(self.reader.path(), None, "there are no sequences in this file"));
                }
                None => return Ok(None),
            }
        }
    }

    /// How many bytes the file has, compressed as it is; 0 for a pipe.
    pub fn length(&self) -> u64 {
        self.reader.length()
    }

    /// How many bytes of the file have been read so far, compressed as it is. Some are read before
    /// they are needed.
    pub fn position(&self) -> u64 {
        self.reader.position()
    }

    /// Fills `buffer` with the next letters of the current contig and returns how many they are: as
    /// many as fit unless the contig ends, 0 at its end (and before the first contig).
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when reading fails; [`Error::Input`] for damaged or truncated compression, and
    /// with the line for a byte that is no letter, `*` or `-`.
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
                0 => {
                    return Err(
                        self.error("there are NUL bytes: the file was not written whole, or is no text in UTF-8")
                    );
                }
                byte => return Err(self.error(format!("{} is no letter of a sequence", quote(&[byte])))),
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
            // The first header tells what ends lines: a CR within a line must not make a sequence
            // of what follows it.
            LineEnd::Return if self.names.is_empty() => self.line_end = b'\r',
            LineEnd::Return if self.line_end == b'\n' => return Err(self.error(STRAY_CR)),
            LineEnd::Feed | LineEnd::ReturnAndFeed if self.line_end == b'\r' => return Err(self.error(STRAY_LF)),
            _ => {}
        }
        // Blanks before the name are skipped, as samtools does.
        let word = header[1..].trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
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
        Error::input(self.reader.path(), self.line, message)
    }
}

/// WholeLines that were taken whole, their ends included.
struct WholeLines {
    bytes: usize,
    letters: usize,
    count: u64,
}

/// Copies the letters of lines that are nothing but letters and `end`, up to the first that is not.
/// The first may have begun before.
fn whole_lines(bytes: &[u8], buffer: &mut [u8], end: u8) -> WholeLines {
    let mut taken = WholeLines { bytes: 0, letters: 0, count: 0 };
    // Nearly all lines of a file are as long as the one before.
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

/// Whether these are ASCII letters all, which is seen without looking at each on its own.
fn all_letters(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & ((byte | 0x20).wrapping_sub(b'a') < 26))
}

/// How many bytes at the beginning are letters.
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
