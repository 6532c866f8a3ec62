//! The examples of a batch while it is gathered: what was drawn, and the windows to read around the
//! selected loci of a genome.

use crate::format::Contigs;
use crate::gather::Window;
use crate::loci::Locus;
use crate::sample::Draw;

/// The examples of a batch, in its order.
#[derive(Debug, Clone, Copy)]
pub(in crate::feed) struct Examples<'e> {
    /// What was drawn for each.
    pub(in crate::feed) draws: &'e [Draw],
    /// The window of each that sequence and controls are read over. There is none where examples
    /// are arrays of windows.
    pub(super) input: &'e [Window],
    /// The window of each that signals are read over.
    pub(super) output: &'e [Window],
}

/// Which windows of the examples a column is read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::feed) enum Side {
    /// Those of sequence and controls.
    Input,
    /// Those of the signal.
    Output,
}

impl<'e> Examples<'e> {
    /// Returns the windows that a column is read over.
    pub(in crate::feed) fn windows(&self, side: Side) -> &'e [Window] {
        match side {
            Side::Input => self.input,
            Side::Output => self.output,
        }
    }
}

/// Memory for the examples of a batch, which is used again.
#[derive(Debug, Default)]
pub(in crate::feed) struct ExampleBuffer {
    draws: Vec<Draw>,
    input: Vec<Window>,
    output: Vec<Window>,
}

impl ExampleBuffer {
    /// Takes the draws of a batch, and computes their windows where examples are of a genome.
    pub(in crate::feed) fn fill(
        &mut self,
        drawn: impl Iterator<Item = Draw>,
        around: Option<&LocusWindows>,
    ) -> Examples<'_> {
        let ExampleBuffer { draws, input, output } = self;
        draws.clear();
        draws.extend(drawn);
        input.clear();
        output.clear();
        if let Some(around) = around {
            for draw in draws.iter() {
                let [of_input, of_output] = around.of(draw);
                input.push(of_input);
                output.push(of_output);
            }
        }
        Examples { draws, input, output }
    }
}

/// The selected loci, and the windows around them.
#[derive(Debug)]
pub(in crate::feed) struct LocusWindows {
    pub(in crate::feed) peaks: Vec<Locus>,
    pub(in crate::feed) negatives: Vec<Locus>,
    /// Bases of sequence and controls.
    pub(in crate::feed) in_window: usize,
    /// Bases of the signal.
    pub(in crate::feed) out_window: usize,
    max_jitter: usize,
    /// The length of each contig of the genome.
    lengths: Vec<u64>,
}

impl LocusWindows {
    /// Takes loci by the contigs of a genome, and the sizes of their windows in bases.
    pub(in crate::feed) fn new(
        contigs: &Contigs,
        [peaks, negatives]: [Vec<Locus>; 2],
        (in_window, out_window): (usize, usize),
        max_jitter: usize,
    ) -> LocusWindows {
        let lengths = contigs.iter().map(|(_, length)| length).collect();
        LocusWindows { peaks, negatives, in_window, out_window, max_jitter, lengths }
    }

    pub(in crate::feed) fn loci(&self, is_peak: bool) -> &[Locus] {
        if is_peak { &self.peaks } else { &self.negatives }
    }

    /// Returns the input window and the output window of an example.
    #[inline]
    pub(in crate::feed) fn of(&self, draw: &Draw) -> [Window; 2] {
        let locus = self.loci(draw.is_peak)[draw.source as usize];
        let contig = locus.contig as usize;
        let shift = if draw.is_peak { i64::from(draw.offset) - self.max_jitter as i64 } else { 0 };
        [self.in_window, self.out_window].map(|width| {
            let start = locus.centre.saturating_sub((width / 2) as i64).saturating_add(shift);
            Window { contig, length: self.lengths[contig], start, width, reverse: draw.reverse_complement }
        })
    }
}
