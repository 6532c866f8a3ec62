//! Examples from a store: windows of the genome around the selected loci.

use super::Examples;
use crate::feed::layout::Form;
use crate::format::manifest::GroupEntry;
use crate::gather::{self, Channels, Isa, Step, Window};
use crate::loci::Locus;
use crate::sample::Draw;
use crate::store::{PanelView, SequenceView, Store};
use crate::{DType, Result};

/// Selected loci of a store, and what is read around them.
#[derive(Debug)]
pub(in crate::feed) struct StoreExamples {
    store: Store,
    isa: Isa,
    peaks: Vec<Locus>,
    negatives: Vec<Locus>,
    max_jitter: i64,
    in_window: usize,
    out_window: usize,
    signal: Vec<(usize, Channels)>,
    controls: Vec<(usize, Channels)>,
    forms: [Form; 3],
}

impl StoreExamples {
    /// The groups are those of the signal and of the controls; the sizes `in_window`, `out_window` and `max_jitter`.
    pub(in crate::feed) fn new(
        store: Store,
        groups: (&[&GroupEntry], &[&GroupEntry]),
        peaks: Vec<Locus>,
        negatives: Vec<Locus>,
        (in_window, out_window, max_jitter): (usize, usize, usize),
    ) -> StoreExamples {
        let (signal, signal_channels) = Channels::of_groups(groups.0.iter().copied());
        let (controls, control_channels) = Channels::of_groups(groups.1.iter().copied());
        let bases = if store.sequence().is_some() { 4 } else { 0 };
        let form = |dtype, channels, positions| Form { dtype, channels, positions };
        let forms = [
            form(DType::I8, bases, in_window),
            form(DType::F32, control_channels, in_window),
            form(DType::F32, signal_channels, out_window),
        ];
        let (isa, max_jitter) = (Isa::best(), max_jitter as i64);
        StoreExamples { store, isa, peaks, negatives, max_jitter, in_window, out_window, signal, controls, forms }
    }

    /// The window of `width` bases of an example.
    fn window(&self, draw: Draw, width: usize) -> Window {
        let locus = self.loci(draw.is_peak)[draw.source as usize];
        let contig = locus.contig as usize;
        let shift = if draw.is_peak { i64::from(draw.offset) - self.max_jitter } else { 0 };
        Window {
            contig,
            length: self.store.contigs().length(contig),
            start: locus.centre - (width / 2) as i64 + shift,
            width,
            reverse: draw.reverse_complement,
        }
    }

    /// Fetches what an example soon to be gathered will read.
    fn ahead(&self, views: &Views<'_>, draw: Draw, step: Step) {
        let input = self.window(draw, self.in_window);
        if let (Some(view), Step::Tiles) = (views.sequence, step) {
            gather::sequence_ahead(view.blocks(input.contig, input.length), &input);
        }
        let output = self.window(draw, self.out_window);
        for (panels, window) in [(&self.controls, &input), (&self.signal, &output)] {
            for (panel, channels) in panels {
                gather::signal_ahead(step, &views.panels[*panel], channels, window);
            }
        }
    }

    fn tracks(&self, views: &Views<'_>, panels: &[(usize, Channels)], window: &Window, out: &mut [f32]) -> Result<()> {
        for (panel, channels) in panels {
            gather::signal(self.isa, &views.panels[*panel], channels, window, out)
                .map_err(|(row, error)| self.store.panels()[*panel].error(row, error))?;
        }
        Ok(())
    }
}

impl Examples for StoreExamples {
    fn forms(&self) -> [Form; 3] {
        self.forms
    }

    fn gather(
        &self,
        draws: &mut dyn ExactSizeIterator<Item = Draw>,
        [sequence, controls, signal]: [&mut [u8]; 3],
    ) -> Result<()> {
        let views = Views {
            sequence: self.store.sequence().map(|file| file.view()),
            panels: self.store.panels().iter().map(|panel| panel.view()).collect(),
        };
        let controls: &mut [f32] = bytemuck::cast_slice_mut(controls);
        let signal: &mut [f32] = bytemuck::cast_slice_mut(signal);
        let sizes = self.forms.map(|form| form.channels * form.positions);
        // This example, the next and the one after: each is drawn once, and fetched in two steps before it is gathered.
        let rows = draws.len();
        let (mut now, mut next, mut later) = (draws.next(), draws.next(), draws.next());
        for row in 0..rows {
            let Some(draw) = now else { break };
            if let Some(later) = later {
                self.ahead(&views, later, Step::Directory);
            }
            if let Some(next) = next {
                self.ahead(&views, next, Step::Tiles);
            }
            (now, next, later) = (next, later, draws.next());
            let [of_sequence, of_controls, of_signal] = sizes.map(|size| row * size..(row + 1) * size);
            let input = self.window(draw, self.in_window);
            if let Some(view) = views.sequence {
                let blocks = view.blocks(input.contig, input.length);
                gather::sequence(self.isa, blocks, &input, &mut sequence[of_sequence]);
            }
            self.tracks(&views, &self.controls, &input, &mut controls[of_controls])?;
            let output = self.window(draw, self.out_window);
            self.tracks(&views, &self.signal, &output, &mut signal[of_signal])?;
        }
        Ok(())
    }

    fn loci(&self, is_peak: bool) -> &[Locus] {
        if is_peak { &self.peaks } else { &self.negatives }
    }
}

/// Views of the store's files, taken once a batch.
struct Views<'a> {
    sequence: Option<SequenceView<'a>>,
    panels: Vec<PanelView<'a>>,
}
