//! Where the windows of examples lie: around the selected loci of a genome.

use crate::format::Contigs;
use crate::gather::Window;
use crate::loci::Locus;
use crate::sample::Draw;

/// The selected loci, and the windows around them.
#[derive(Debug)]
pub(super) struct LocusWindows {
    pub(super) peaks: Vec<Locus>,
    pub(super) negatives: Vec<Locus>,
    /// Bases of sequence and controls.
    pub(super) in_window: usize,
    /// Bases of the signal.
    pub(super) out_window: usize,
    max_jitter: usize,
    /// The length of each contig of the genome.
    lengths: Vec<u64>,
}

impl LocusWindows {
    /// Takes loci by the contigs of a genome, and the sizes of their windows in bases.
    pub(super) fn new(
        contigs: &Contigs,
        [peaks, negatives]: [Vec<Locus>; 2],
        (in_window, out_window): (usize, usize),
        max_jitter: usize,
    ) -> LocusWindows {
        let lengths = contigs.iter().map(|(_, length)| length).collect();
        LocusWindows { peaks, negatives, in_window, out_window, max_jitter, lengths }
    }

    pub(super) fn loci(&self, is_peak: bool) -> &[Locus] {
        if is_peak { &self.peaks } else { &self.negatives }
    }

    /// Returns the input window and the output window of an example.
    #[inline]
    pub(super) fn of(&self, draw: &Draw) -> [Window; 2] {
        let locus = self.loci(draw.is_peak)[draw.source as usize];
        let contig = locus.contig as usize;
        let shift = if draw.is_peak { i64::from(draw.offset) - self.max_jitter as i64 } else { 0 };
        [self.in_window, self.out_window].map(|width| {
            let start = locus.centre.saturating_sub((width / 2) as i64).saturating_add(shift);
            Window { contig, length: self.lengths[contig], start, width, reverse: draw.reverse_complement }
        })
    }
}
