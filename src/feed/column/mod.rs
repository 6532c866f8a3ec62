//! The columns of a batch that are gathered: sequence, controls and signal, each read from a store,
//! from arrays of whole contigs, or from arrays of windows.

mod examples;
mod store;
mod window_arrays;

pub(super) use examples::{ExampleBuffer, Examples, LocusWindows, Side};
pub(super) use store::StoreColumn;
pub(super) use window_arrays::{Arrays, WindowArrays};

use super::layout::ColumnSpec;
use crate::Result;
use crate::gather::Requested;
use crate::store::RowPart;
use std::fmt::Debug;

/// Where a column comes from.
pub(super) trait ColumnReader: Debug + Send + Sync {
    /// Returns the type, the channels and the positions of an example.
    fn spec(&self) -> ColumnSpec;

    /// Gathers examples into their `(examples, channels, positions)` elements, which are aligned
    /// for their type.
    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()>;

    /// Returns a reader of the same column that shares no lock with this one.
    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c;

    /// Returns whether there are files that can be read ahead.
    fn reads_ahead(&self) -> bool {
        false
    }

    /// Requests a part of the pages that examples need, where they are not in memory. It changes
    /// nothing but how long gathering takes.
    fn read_ahead(&self, _: &Examples<'_>, _: RowPart) -> Requested {
        Requested::Nothing
    }
}

/// Sequence, controls and signal of a data set.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    /// Their types and shapes; no channel where there is no reader.
    specs: [ColumnSpec; 3],
    readers: [Option<Box<dyn ColumnReader + 'a>>; 3],
}

impl<'a> Columns<'a> {
    /// Takes sequence, controls and signal. `absent` has the types and positions of columns without
    /// a reader.
    pub(super) fn new(absent: [ColumnSpec; 3], readers: [Option<Box<dyn ColumnReader + 'a>>; 3]) -> Columns<'a> {
        let mut specs = absent.map(|spec| ColumnSpec { channels: 0, ..spec });
        for (spec, reader) in specs.iter_mut().zip(&readers) {
            *spec = reader.as_ref().map_or(*spec, |reader| reader.spec());
        }
        Columns { specs, readers }
    }

    pub(super) fn specs(&self) -> [ColumnSpec; 3] {
        self.specs
    }

    /// Gathers examples into the memory of sequence, controls and signal.
    pub(super) fn gather(&self, examples: &Examples<'_>, out: [&mut [u8]; 3]) -> Result<()> {
        for (reader, out) in self.readers.iter().zip(out) {
            if let Some(reader) = reader {
                reader.gather(examples, out)?;
            }
        }
        Ok(())
    }

    /// Returns the same columns, sharing no lock with these.
    pub(super) fn unshared(&self) -> Columns<'a> {
        let readers = [0, 1, 2].map(|i| self.readers[i].as_ref().map(|reader| reader.unshared()));
        Columns { specs: self.specs, readers }
    }

    /// Returns whether there are files that can be read ahead.
    pub(super) fn reads_ahead(&self) -> bool {
        self.readers.iter().flatten().any(|reader| reader.reads_ahead())
    }

    /// Requests the pages that examples need. Returns whether any were requested, which they are
    /// not where a few looks find them in memory.
    pub(super) fn read_ahead(&self, examples: &Examples<'_>) -> bool {
        let requested = self.readers.each_ref().map(|reader| match reader {
            Some(reader) => reader.read_ahead(examples, RowPart::Rows),
            None => Requested::Nothing,
        });
        for (reader, requested) in self.readers.iter().zip(requested) {
            if let (Some(reader), Requested::AllButTiles) = (reader, requested) {
                reader.read_ahead(examples, RowPart::Tiles);
            }
        }
        requested.iter().any(|requested| *requested != Requested::Nothing)
    }
}
