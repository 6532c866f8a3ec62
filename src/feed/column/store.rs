//! A column that is read from a store: its sequence, or some of its tracks.

use super::{ColumnReader, Examples, Side};
use crate::Result;
use crate::feed::genome::ContigMap;
use crate::feed::layout::ColumnSpec;
use crate::gather::{Pool, Requested, StoreReader, Window};
use crate::store::RowPart;

/// A column of a store, read in windows around selected loci.
#[derive(Debug, Clone)]
pub(in crate::feed) struct StoreColumn {
    reader: StoreReader,
    /// From the contigs of the loci to the store's.
    contigs: ContigMap,
    /// Windows by the store's contigs, in memory that is used again.
    renamed: Pool<Vec<Window>>,
    side: Side,
    /// Bases of a window.
    width: usize,
    /// The number of peaks, if the files are read ahead.
    peaks_ahead: Option<usize>,
}

impl StoreColumn {
    /// Reads windows of `width` bases. With `peaks_ahead`, the number of peaks, the files are read
    /// ahead; the indices of panels are requested here.
    pub(in crate::feed) fn new(
        reader: StoreReader,
        contigs: ContigMap,
        (side, width): (Side, usize),
        peaks_ahead: Option<usize>,
    ) -> StoreColumn {
        if peaks_ahead.is_some() {
            reader.read_indices_ahead();
        }
        StoreColumn { reader, contigs, renamed: Pool::default(), side, width, peaks_ahead }
    }

    /// Calls `work` with the windows of examples as windows of the store's contigs. On a contig
    /// that the store lacks, all of a window is outside.
    fn with_windows<T>(&self, examples: &Examples<'_>, work: impl FnOnce(&[Window]) -> T) -> T {
        let windows = examples.windows(self.side);
        if self.contigs.is_identity() {
            return work(windows);
        }
        let lengths = self.reader.store().contigs();
        self.renamed.with(|renamed| {
            renamed.clear();
            renamed.extend(windows.iter().map(|window| {
                let (contig, length) = self.contigs.id(window.contig).map_or((0, 0), |id| (id, lengths.length(id)));
                Window { contig, length, ..*window }
            }));
            work(renamed)
        })
    }
}

impl ColumnReader for StoreColumn {
    fn spec(&self) -> ColumnSpec {
        let (dtype, channels) = (self.reader.dtype(), self.reader.channels());
        ColumnSpec { dtype, channels, positions: self.reader.positions(self.width) }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        self.with_windows(examples, |windows| self.reader.gather(windows, out))
    }

    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c,
    {
        Box::new(self.clone())
    }

    fn reads_ahead(&self) -> bool {
        self.peaks_ahead.is_some()
    }

    fn read_ahead(&self, examples: &Examples<'_>, part: RowPart) -> Requested {
        let Some(peaks) = self.peaks_ahead else { return Requested::Nothing };
        self.with_windows(examples, |windows| self.reader.read_ahead(windows, part, peaks))
    }
}
