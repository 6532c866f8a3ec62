//! The columns of a batch that are gathered: sequence, controls and signal, each read from a store,
//! from arrays of whole contigs, or from arrays of windows. And the examples that they gather: what
//! was drawn, and the windows to read around the selected loci of a genome.

mod window_arrays;

pub(super) use window_arrays::{Arrays, WindowArrays};

use super::layout::ColumnSpec;
use crate::Result;
use crate::format::Contigs;
use crate::gather::{Requested, Window};
use crate::loci::Locus;
use crate::sample::Draw;
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

/// The examples of a batch, in its order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'e> {
    /// What was drawn for each.
    pub(super) draws: &'e [Draw],
    /// The window of each that sequence and controls are read over. There is none where examples
    /// are arrays of windows.
    input: &'e [Window],
    /// The window of each that signals are read over.
    output: &'e [Window],
}

/// Which windows of the examples a column is read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Those of sequence and controls.
    Input,
    /// Those of the signal.
    Output,
}

impl<'e> Examples<'e> {
    /// Returns the windows that a column is read over.
    pub(super) fn windows(&self, side: Side) -> &'e [Window] {
        match side {
            Side::Input => self.input,
            Side::Output => self.output,
        }
    }
}

/// Memory for the examples of a batch, which is used again.
#[derive(Debug, Default)]
pub(super) struct ExampleBuffer {
    draws: Vec<Draw>,
    input: Vec<Window>,
    output: Vec<Window>,
}

impl ExampleBuffer {
    /// Takes the draws of a batch, and computes their windows where examples are of a genome.
    pub(super) fn fill(&mut self, drawn: impl Iterator<Item = Draw>, around: Option<&LocusWindows>) -> Examples<'_> {
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
