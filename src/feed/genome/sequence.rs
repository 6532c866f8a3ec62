//! Sequence from arrays of whole contigs.

use super::contig_arrays::{ContigArrays, read_inside};
use crate::feed::array::Array;
use crate::feed::column::{ColumnReader, Examples, Side};
use crate::feed::layout::ColumnSpec;
use crate::format::Contigs;
use crate::gather::Window;
use crate::{DType, Error, Result};
use std::sync::Arc;

/// The channels of one-hot sequence.
const BASES: usize = 4;

/// An array for each contig.
#[derive(Debug)]
pub(in crate::feed) struct SequenceArrays {
    pub(super) contigs: Contigs,
    arrays: Vec<Array<'static>>,
    pub(super) dtype: DType,
}

impl SequenceArrays {
    pub(super) fn new(arrays: &ContigArrays) -> Result<SequenceArrays> {
        const NAME: &str = "sequences";
        let first = arrays.iter().next().ok_or_else(|| Error::argument(NAME, "there is no contig"))?;
        arrays.check(NAME, BASES)?;
        let dtype = first.1.dtype();
        if let Some((name, array)) = arrays.iter().find(|(_, array)| array.dtype() != dtype) {
            let message = format!("{name} is {}, and {} is {dtype}", array.dtype(), first.0);
            return Err(Error::argument(NAME, message));
        }
        let contigs = Contigs::new(arrays.iter().map(|(name, array)| (name, array.shape()[2] as u64)))?;
        Ok(SequenceArrays { contigs, arrays: arrays.iter().map(|(_, array)| array.clone()).collect(), dtype })
    }

    /// Copies a window. Positions outside the contig are 0. Reverse-complemented, both axes are
    /// reversed.
    fn read(&self, window: &Window, out: &mut [u8]) {
        let array = &self.arrays[window.contig];
        let size = self.dtype.size();
        for (row, out) in out.chunks_exact_mut(window.width * size).enumerate() {
            let row = if window.reverse { BASES - 1 - row } else { row };
            read_inside(window, array.shape()[2], out, (size, 0), |start, out| {
                array.read([0, row, start], window.reverse, out)
            });
        }
    }
}

/// The sequence of a data set, read from arrays of whole contigs.
#[derive(Debug, Clone)]
pub(in crate::feed) struct SequenceColumn {
    pub(in crate::feed) arrays: Arc<SequenceArrays>,
    /// Bases of a window.
    pub(in crate::feed) width: usize,
}

impl ColumnReader for SequenceColumn {
    fn spec(&self) -> ColumnSpec {
        ColumnSpec { dtype: self.arrays.dtype, channels: BASES, positions: self.width }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        let size = self.spec().bytes();
        for (window, out) in examples.windows(Side::Input).iter().zip(out.chunks_exact_mut(size)) {
            self.arrays.read(window, out);
        }
        Ok(())
    }

    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c,
    {
        Box::new(self.clone())
    }
}
