//! Reads the values of a bigWig track, base by base, from any number of threads.
//!
//! The reader is our own. The crate `bigtools` reads valid files correctly, and the tests compare
//! with it. But on damaged files it panics, allocates as much as a header says (which aborts the
//! process), follows loops of the index for ever, and returns overlapping intervals. Here every
//! count is checked against the length of the file before it is used, every node is read once, and
//! every interval is checked.

mod contigs;
mod file;
mod header;
mod index;
mod inflate;
mod section;

use self::file::BinaryFile;
use self::header::Header;
use self::index::{Block, Index};
use self::inflate::Inflater;
use crate::{Error, Result};
use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// An open bigWig file.
///
/// Opening reads the header, the contigs and the data index (24 bytes a block) into memory. Values
/// are read on demand, by any number of threads: reading takes `&self`, and buffers are reused.
///
/// Reads local little-endian bigWigs with sections of all three types (bedGraph, varStep,
/// fixedStep), compressed or not. Zoom levels are not used.
///
/// # Examples
///
/// ```no_run
/// # use std::path::Path;
/// use atemoya::ingest::bigwig::BigWig;
///
/// let track = BigWig::open(Path::new("atac.bw"))?;
/// for (name, length) in track.contigs() {
///     let mut values = vec![0.0; 1000.min(*length as usize)];
///     track.read(name, 0, values.len() as u64, &mut values)?;
/// }
/// # Ok::<(), atemoya::Error>(())
/// ```
pub struct BigWig {
    file: BinaryFile,
    compressed: bool,
    contigs: Vec<(String, u64)>,
    /// The id of each contig in the file, which its blocks repeat.
    ids: Vec<u32>,
    positions: HashMap<String, usize>,
    index: Index,
    /// Buffers that no thread uses at present.
    idle: Mutex<Vec<Inflater>>,
}

impl BigWig {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be opened or read. [`Error::Input`] when it is not a local
    /// little-endian bigWig, is truncated, or its contigs or index are damaged: nodes that form a
    /// loop or lie past the end of the file, contigs listed twice, blocks that are out of order or
    /// on contigs that are not listed.
    pub fn open(path: &Path) -> Result<BigWig> {
        let file = BinaryFile::open(path)?;
        let header = Header::read(&file)?;
        let listed = contigs::read(&file, header.contig_tree)?;
        let ids: Vec<u32> = listed.iter().map(|contig| contig.id).collect();
        let index = Index::read(&file, header.data_index, &ids)?;
        let positions = listed.iter().enumerate().map(|(position, contig)| (contig.name.clone(), position)).collect();
        let contigs = listed.into_iter().map(|contig| (contig.name, contig.length)).collect();
        let idle = Mutex::default();
        Ok(BigWig { file, compressed: header.compressed, contigs, ids, positions, index, idle })
    }

    /// Returns the names and lengths in bases of the contigs that the file lists, in the order of
    /// their ids. A contig may have no values.
    pub fn contigs(&self) -> &[(String, u64)] {
        &self.contigs
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes the value of each base of `start .. end` on a contig to `out`, which has
    /// `end - start` items.
    ///
    /// # Errors
    ///
    /// As [`BigWig::intervals`]; [`Error::Argument`] for an `out` of another length.
    pub fn read(&self, contig: &str, start: u64, end: u64, out: &mut [f32]) -> Result<()> {
        if end.checked_sub(start).is_some_and(|bases| bases != out.len() as u64) {
            let message = format!("{} items are given for the {} bases {start}..{end}", out.len(), end - start);
            return Err(Error::argument("out", message));
        }
        out.fill(0.0);
        self.intervals(contig, start, end, |from, to, value| {
            out[(from - start) as usize..(to - start) as usize].fill(value);
        })
    }

    /// Calls `each(start, end, value)` for every interval of bases with a value in `start .. end`
    /// of a contig, in ascending order. An interval that reaches past the range is clipped to it.
    ///
    /// The values are exactly those of the file, with these exceptions: an interval of NaN is left
    /// out, as bases without a value are; an infinity is the nearest finite value (±3.4028235e38);
    /// -0.0 is 0.0. After an error, it is not specified which intervals were passed.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for a contig that the file does not list, and for a range that is
    /// reversed or reaches past the contig's end. [`Error::Io`] when reading fails.
    /// [`Error::Input`], with the contig and the range, for a damaged block, and for intervals that
    /// overlap, are out of order, or lie outside the range that the index gives for their block.
    /// Other readers disagree on such values.
    pub fn intervals(&self, contig: &str, start: u64, end: u64, each: impl FnMut(u64, u64, f32)) -> Result<()> {
        let position = self.positions.get(contig);
        let position = *position
            .ok_or_else(|| Error::argument("contig", format!("{} has no contig {contig:?}", self.path().display())))?;
        let length = self.contigs[position].1;
        if start > end || end > length {
            let message = format!("{start}..{end} is not a range of {contig}, which has {length} bases");
            return Err(Error::argument("end", message));
        }

        let mut range = Range { start, end, each, reach: 0 };
        let mut inflater = self.borrow_inflater();
        for block in self.index.overlapping(position, start, end) {
            let at = |what: &dyn Display| {
                let (from, to) = (block.start, block.end);
                self.file.error(format!("contig {contig:?}, data block of {from}..{to}: {what}"))
            };
            let (offset, size) = (block.offset, u64::from(block.size));
            let bytes = if self.compressed {
                self.file.read_into(offset, size, "a data block", inflater.input())?;
                inflater.inflate().map_err(|message| at(&message))?
            } else {
                self.file.read_into(offset, size, "a data block", inflater.output())?;
                inflater.output()
            };
            section::items(bytes, self.ids[position], |from, to, value| range.put(block, from, to, value))
                .map_err(|message| at(&message))?;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(inflater);
        Ok(())
    }

    /// Takes buffers that no other thread uses.
    fn borrow_inflater(&self) -> Inflater {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// The range of a contig that is being read.
struct Range<F> {
    start: u64,
    end: u64,
    each: F,
    /// The end of the last interval.
    reach: u64,
}

impl<F: FnMut(u64, u64, f32)> Range<F> {
    /// Passes on the part of an interval within the range. The error says what is wrong with the
    /// interval.
    #[inline]
    fn put(&mut self, block: &Block, start: u64, end: u64, value: f32) -> Result<(), String> {
        if end < start {
            return Err(format!("the interval {start}..{end} ends before it starts"));
        }
        if start < u64::from(block.start) || end > u64::from(block.end) {
            return Err(format!(
                "the interval {start}..{end} lies outside the range that the index gives for its block"
            ));
        }
        if start < self.reach {
            let reach = self.reach;
            return Err(format!(
                "the interval {start}..{end} overlaps the one before, or is out of order (that ends at {reach})"
            ));
        }
        self.reach = end;
        let (from, to) = (start.max(self.start), end.min(self.end));
        if from < to && !value.is_nan() {
            // Adding 0 turns -0.0 into 0.0 and changes nothing else.
            (self.each)(from, to, value.clamp(f32::MIN, f32::MAX) + 0.0);
        }
        Ok(())
    }
}
