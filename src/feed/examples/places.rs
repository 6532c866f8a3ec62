//! Where the windows of examples lie: around the selected loci of a genome.

use crate::gather::Window;
use crate::loci::Locus;
use crate::sample::Draw;

/// The selected loci, and the sizes of their windows.
#[derive(Debug)]
pub(in crate::feed) struct Places {
    pub(in crate::feed) peaks: Vec<Locus>,
    pub(in crate::feed) negatives: Vec<Locus>,
    pub(in crate::feed) in_window: usize,
    pub(in crate::feed) out_window: usize,
    pub(in crate::feed) max_jitter: usize,
}

impl Places {
    pub(super) fn loci(&self, is_peak: bool) -> &[Locus] {
        if is_peak { &self.peaks } else { &self.negatives }
    }

    /// The input window and the output window of an example. `contig` gives the id of a contig, and
    /// its length, where they are read.
    #[inline]
    pub(super) fn windows(&self, draw: Draw, contig: impl FnOnce(usize) -> (usize, u64)) -> [Window; 2] {
        let locus = self.loci(draw.is_peak)[draw.source as usize];
        let (contig, length) = contig(locus.contig as usize);
        let shift = if draw.is_peak { i64::from(draw.offset) - self.max_jitter as i64 } else { 0 };
        [self.in_window, self.out_window].map(|width| {
            let start = locus.centre.saturating_sub((width / 2) as i64).saturating_add(shift);
            Window { contig, length, start, width, reverse: draw.reverse_complement }
        })
    }
}
