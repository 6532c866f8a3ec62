//! What a batch is made of: from the global index of an example to its bytes in the slot.

use super::layout::{Column, Layout};
use super::ring::Fill;
use super::shard::Shard;
use super::slot::Slot;
use crate::Result;
use crate::format::manifest::GroupEntry;
use crate::gather::{self, Channels, Isa, Step, Window};
use crate::loci::Locus;
use crate::sample::{Draw, PeakNegativeSampler, Plan};
use crate::store::{PanelView, SequenceView, Store};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything that batches are made from; the same for all epochs.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) store: Store,
    pub(super) isa: Isa,
    pub(super) peaks: Vec<Locus>,
    pub(super) negatives: Vec<Locus>,
    pub(super) sampler: PeakNegativeSampler,
    pub(super) in_window: usize,
    pub(super) out_window: usize,
    pub(super) signal: Vec<(usize, Channels)>,
    pub(super) controls: Vec<(usize, Channels)>,
    pub(super) layout: Arc<Layout>,
    plans: Mutex<VecDeque<(u64, Arc<Plan>)>>,
}

/// Consecutive epochs that workers may be busy with at once.
const PLANS: usize = 2;

impl Source {
    /// The groups are those of the signal and of the controls; the sizes `in_window`, `out_window` and `batch_size`.
    pub(super) fn new(
        store: Store,
        groups: (&[&GroupEntry], &[&GroupEntry]),
        peaks: Vec<Locus>,
        negatives: Vec<Locus>,
        sampler: PeakNegativeSampler,
        (in_window, out_window, batch_size): (usize, usize, usize),
    ) -> Result<Source> {
        let (signal, signal_channels) = Channels::of_groups(groups.0.iter().copied());
        let (controls, control_channels) = Channels::of_groups(groups.1.iter().copied());
        let bases = if store.sequence().is_some() { 4 } else { 0 };
        let (controls_shape, signal_shape) = ((control_channels, in_window), (signal_channels, out_window));
        let layout = Layout::new(batch_size, (bases, in_window), controls_shape, signal_shape)?;
        let (isa, layout, plans) = (Isa::best(), Arc::new(layout), Mutex::default());
        Ok(Source { store, isa, peaks, negatives, sampler, in_window, out_window, signal, controls, layout, plans })
    }

    /// The plan of an epoch, made once for all workers.
    pub(super) fn plan(&self, epoch: u64) -> Result<Arc<Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = plans.iter().find(|(known, _)| *known == epoch) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(self.sampler.epoch(epoch)?);
        if plans.len() == PLANS {
            plans.pop_front();
        }
        plans.push_back((epoch, Arc::clone(&plan)));
        Ok(plan)
    }

    /// Gathers the examples of `indices` of a plan into the first rows of a slot.
    fn gather(&self, plan: &Plan, indices: Range<usize>, slot: &mut Slot) -> Result<()> {
        let rows = indices.len();
        let [sequence, controls, signal, labels, sources, offsets, turned] = self.layout.split(rows, slot.bytes_mut());
        let size = |column: Column| {
            let (channels, positions) = self.layout.shape(column);
            channels * positions
        };
        let views = Views {
            sequence: self.store.sequence().map(|file| file.view()),
            panels: self.store.panels().iter().map(|panel| panel.view()).collect(),
        };
        let (controls, signal): (&mut [f32], &mut [f32]) =
            (bytemuck::cast_slice_mut(controls), bytemuck::cast_slice_mut(signal));
        let labels: &mut [i64] = bytemuck::cast_slice_mut(labels);
        let sources: &mut [i64] = bytemuck::cast_slice_mut(sources);
        let offsets: &mut [i64] = bytemuck::cast_slice_mut(offsets);
        let mut draws = indices.map(|index| plan.draw(index));
        // This example, the next and the one after: each is drawn once, and fetched in two steps before it is gathered.
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
            labels[row] = i64::from(draw.is_peak);
            sources[row] = i64::from(draw.source);
            offsets[row] = i64::from(draw.offset);
            turned[row] = u8::from(draw.reverse_complement);
            let of = |column: Column| row * size(column)..(row + 1) * size(column);
            let input = self.window(draw, self.in_window);
            if let Some(view) = views.sequence {
                let blocks = view.blocks(input.contig, input.length);
                gather::sequence(self.isa, blocks, &input, &mut sequence[of(Column::Sequence)]);
            }
            self.tracks(&views, &self.controls, &input, &mut controls[of(Column::Controls)])?;
            let output = self.window(draw, self.out_window);
            self.tracks(&views, &self.signal, &output, &mut signal[of(Column::Signal)])?;
        }
        Ok(())
    }

    /// The window of `width` bases of an example.
    fn window(&self, draw: Draw, width: usize) -> Window {
        let loci = if draw.is_peak { &self.peaks } else { &self.negatives };
        let locus = loci[draw.source as usize];
        let contig = locus.contig as usize;
        let shift =
            if draw.is_peak { i64::from(draw.offset) - i64::from(self.sampler.options().max_jitter) } else { 0 };
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

/// Views of the store's files, taken once a batch.
struct Views<'a> {
    sequence: Option<SequenceView<'a>>,
    panels: Vec<PanelView<'a>>,
}

/// What is streamed: some consecutive epochs from a step on, or one plan of the caller's, cut into a rank's batches.
pub(super) struct Stream {
    pub(super) source: Arc<Source>,
    pub(super) shard: Shard,
    pub(super) drop_last: bool,
    pub(super) epoch: u64,
    /// The step of `epoch` to begin with.
    pub(super) step: u64,
    pub(super) epochs: u64,
    /// The plan to follow in place of the sampler's.
    pub(super) plan: Option<Arc<Plan>>,
}

/// The place of one batch.
pub(super) struct Place {
    pub(super) epoch: u64,
    pub(super) step: u64,
    /// The examples of the batch that are this rank's.
    pub(super) indices: Range<usize>,
}

impl Stream {
    /// Examples of an epoch.
    fn examples(&self) -> usize {
        self.plan.as_ref().map_or(self.source.sampler.len(), |plan| plan.len())
    }

    /// Batches of an epoch, the last one possibly short.
    pub(super) fn steps(&self) -> u64 {
        self.shard.steps(self.examples(), self.drop_last) as u64
    }

    /// The place of the stream's batch of this number.
    pub(super) fn place(&self, batch: u64) -> Place {
        let number = batch + self.step;
        let (epoch, step) = (self.epoch.wrapping_add(number / self.steps()), number % self.steps());
        Place { epoch, step, indices: self.shard.indices(step as usize, self.examples(), self.drop_last) }
    }
}

impl Fill for Stream {
    fn batches(&self) -> u64 {
        self.steps().saturating_mul(self.epochs).saturating_sub(self.step)
    }

    fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()> {
        let Place { epoch, indices, .. } = self.place(batch);
        let plan = match &self.plan {
            Some(plan) => Arc::clone(plan),
            None => self.source.plan(epoch)?,
        };
        self.source.gather(&plan, indices, slot)
    }
}
