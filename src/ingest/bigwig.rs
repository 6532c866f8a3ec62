//! Reads the values of a bigWig track, base by base, from any number of threads.
//!
//! The reader is the crate's own. The crate `bigtools` reads valid files rightly, and the tests
//! compare with it, but it panics on damaged blocks and node sizes, allocates what a damaged header
//! asks for (which aborts and cannot be caught), follows index loops for ever, and gives
//! overlapping intervals one after the other. Here every count is checked against the file's length
//! before it is believed, every node is read once, and every interval is checked before it is used.

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
/// Opening reads the header, the contigs and the data index (24 bytes a block) into memory; values
/// are read on demand. Reading takes `&self`, so one reader serves all threads: the file is read at
/// given positions, and each thread borrows buffers that are kept for the next.
///
/// Local little-endian bigWigs are read, with sections of all three kinds (bedGraph, varStep,
/// fixedStep), compressed or not, with or without zoom levels (which are not used).
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
    /// The file's own number of each contig, which blocks repeat.
    ids: Vec<u32>,
    positions: HashMap<String, usize>,
    index: Index,
    /// Buffers that no thread is using.
    idle: Mutex<Vec<Inflater>>,
}

impl BigWig {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be opened or read. [`Error::Input`] when it is no little-endian
    /// bigWig on a local file system (but a bigBed, a URL, big-endian ...), is truncated, or its
    /// contigs or its index are damaged: nodes that are met twice or lie past the end of the file,
    /// contigs listed twice, blocks that are out of order or on contigs that are not listed.
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

    /// The names and lengths (bases) of the contigs that the file lists, by their number in the
    /// file (which is the order of the contig tree in files of every known writer). A contig may be
    /// without data.
    pub fn contigs(&self) -> &[(String, u64)] {
        &self.contigs
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes the value of each base of `start .. end` on a contig to `out`, which has
    /// `end - start` items.
    ///
    /// # Errors
    ///
    /// Those of [`BigWig::intervals`], and [`Error::Argument`] for an `out` of another length.
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

    /// Calls `each(start, end, value)` for every interval of `start .. end` on a contig that has a
    /// value, in ascending order, cut where it reaches past the range.
    ///
    /// The values are the file's, exactly, but for these: a base without a value and NaN are 0,
    /// which is what bases that no interval has are; infinities are the finite value next to them
    /// (±3.4028235e38); -0.0 is 0.0. After an error, what was given is not specified.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for a contig that the file does not list, and a range that is reversed
    /// or reaches past the contig's end. [`Error::Io`] when reading fails. [`Error::Input`], with
    /// the contig and the place, for a damaged block, and for intervals that overlap, are out of
    /// order, or lie outside the range that the index gives for their block: readers disagree on
    /// such values.
    pub fn intervals(&self, contig: &str, start: u64, end: u64, each: impl FnMut(u64, u64, f32)) -> Result<()> {
        let position = self.positions.get(contig);
        let position = *position
            .ok_or_else(|| Error::argument("contig", format!("{} has no contig {contig:?}", self.path().display())))?;
        let length = self.contigs[position].1;
        if start > end || end > length {
            let message = format!("{start}..{end} is not a range of {contig}, which has {length} bases");
            return Err(Error::argument("end", message));
        }

        let mut window = Window { start, end, each, reach: 0 };
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
            section::items(bytes, self.ids[position], |from, to, value| window.put(block, from, to, value))
                .map_err(|message| at(&message))?;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(inflater);
        Ok(())
    }

    /// Returns buffers that no other thread uses.
    fn borrow_inflater(&self) -> Inflater {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// The part of a contig that is being read.
struct Window<F> {
    start: u64,
    end: u64,
    each: F,
    /// The end of the last interval.
    reach: u64,
}

impl<F: FnMut(u64, u64, f32)> Window<F> {
    /// Passes on the part of an interval that is in the window, or says what is wrong with the
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
