//! The fixture's genome and tracks as the files that real data comes in: FASTA, and bigWig written
//! by bigtools.

use crate::fixture::{LETTERS, letters};
use crate::panel::PIECE;
use crate::{Fixture, Result};
use bigtools::beddata::BedParserStreamingIterator;
use bigtools::{BigWigWrite, Value};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Bases on a line of FASTA.
const LINE: usize = 60;
const _: () = assert!(LETTERS.is_multiple_of(LINE));

impl Fixture {
    /// Writes the genome as FASTA.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_fasta(&self) -> Result<PathBuf> {
        let path = self.directory().join("genome.fa");
        let mut file = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        for (id, (name, length)) in self.store.contigs().iter().enumerate() {
            writeln!(file, ">{name}")?;
            letters(id, length, |piece| {
                for line in piece.chunks(LINE) {
                    file.write_all(line)?;
                    file.write_all(b"\n")?;
                }
                Ok(())
            })?;
        }
        file.flush()?;
        Ok(path)
    }

    /// Writes each track of a panel as a bigWig, as bigtools does unless told otherwise:
    /// compressed, with zoom levels.
    ///
    /// # Errors
    /// What bigtools or the file system says.
    pub fn write_bigwigs(&self, panel: usize) -> Result<Vec<PathBuf>> {
        let tracks = self.store.panels()[panel].tracks();
        let write = |track: usize| {
            let path = self.directory().join(format!("{panel}.{track}.bw"));
            self.write_bigwig((panel, track), &path).map(|()| path).map_err(|error| error.to_string())
        };
        let written: std::result::Result<Vec<_>, String> = (0..tracks).into_par_iter().map(write).collect();
        Ok(written?)
    }

    fn write_bigwig(&self, track: (usize, usize), path: &Path) -> Result<()> {
        let contigs = self.store.contigs();
        let lengths: HashMap<String, u32> = contigs.iter().map(|(name, n)| (name.to_owned(), n as u32)).collect();
        let values = contigs.iter().enumerate().flat_map(|(id, (name, length))| {
            let starts = (0..length as usize).step_by(PIECE);
            starts.flat_map(move |start| self.intervals(track, id, start).into_iter().map(move |value| (name, value)))
        });
        let source = BedParserStreamingIterator::wrap_infallible_iter(values, true);
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        BigWigWrite::create_file(path, lengths)?.write(source, runtime)?;
        Ok(())
    }

    /// Returns the stretches of equal values of a piece that are not zero.
    fn intervals(&self, track: (usize, usize), contig: usize, start: usize) -> Vec<Value> {
        let mut piece = vec![0.0; PIECE];
        self.piece(track, contig, start, &mut piece);
        let mut at = start as u32;
        let stretches = piece.chunk_by(|a, b| a == b).map(|stretch| {
            let start = at;
            at += stretch.len() as u32;
            Value { start, end: at, value: stretch[0] }
        });
        stretches.filter(|value| value.value != 0.0).collect()
    }
}
