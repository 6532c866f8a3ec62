//! A track as a plain array of f32 in a file that is mapped into memory: the simplest thing that
//! could be read instead.

#![allow(unsafe_code, reason = "memory-mapping a file is unsafe by nature; this file is the benchmarks' island for it")]

use crate::Fixture;
use crate::panel::PIECE;
use atemoya_measure::{Contestant, OutputBuffers, Windows};
use std::fs::File;
use std::io::{BufWriter, Write};

/// The values of all bases, contig after contig.
#[derive(Debug)]
pub struct Dense {
    map: memmap2::Mmap,
    /// Where each contig begins.
    starts: Vec<usize>,
}

impl Fixture {
    /// Writes a track of a panel as an array, and maps it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn dense(&self, panel: usize, track: usize) -> crate::Result<Dense> {
        let path = self.directory().join(format!("{panel}.{track}.f32"));
        let mut file = BufWriter::with_capacity(1 << 18, File::create_new(&path)?);
        let (mut piece, mut starts, mut bases) = (vec![0.0f32; PIECE], Vec::new(), 0);
        for (id, (_, length)) in self.store.contigs().iter().enumerate() {
            starts.push(bases);
            bases += length as usize;
            for start in (0..length as usize).step_by(PIECE) {
                self.piece((panel, track), id, start, &mut piece);
                file.write_all(bytemuck::cast_slice(&piece[..PIECE.min(length as usize - start)]))?;
            }
        }
        file.flush()?;
        let file = File::open(&path)?;
        // SAFETY:
        // - The file must not change while it is mapped: it lies in a temporary directory of this
        //   process, which has just written it and does not write it again.
        let map = unsafe { memmap2::Mmap::map(&file) }?;
        Ok(Dense { map, starts })
    }
}

impl Dense {
    /// Copies the windows out, over and over, backwards where they are reverse-complemented.
    #[must_use]
    pub fn copy(&self, Windows { width, spans }: Windows) -> Contestant<'_, OutputBuffers<f32>> {
        let values: &[f32] = bytemuck::cast_slice(&self.map);
        let mut at = 0;
        Contestant::new("f32 memmap", move |ring: &mut OutputBuffers<f32>| {
            for out in ring.turn().chunks_exact_mut(width) {
                let span = &spans[at];
                let values = &values[self.starts[span.contig] + span.start as usize..][..width];
                if span.reverse_complement {
                    out.iter_mut().zip(values.iter().rev()).for_each(|(out, value)| *out = *value);
                } else {
                    out.copy_from_slice(values);
                }
                at = (at + 1) % spans.len();
            }
            Ok(())
        })
    }
}
