//! Whole examples gathered in a plain loop, as a worker of the feed does it, without any feed.

use crate::windows::damaged;
use crate::{Contestant, Ring};
use atemoya::feed::{Column, Loader, LocusFilter};
use atemoya::format::manifest::{GroupEntry, Role};
use atemoya::gather::{self, Channels, Isa, Step, Window};
use atemoya::sample::{EpochPlanner, PlanOptions};
use atemoya::store::{PanelView, SequenceView};
use atemoya::{Result, Store};

/// Batches that a thread gathers in one run, so that starting it costs little beside.
const RUN: u32 = 64;

/// The examples of a loader's first epoch: input and output window of each.
#[derive(Debug)]
pub struct Examples<'a> {
    store: &'a Store,
    windows: Vec<[Window; 2]>,
    controls: Vec<(usize, Channels)>,
    signal: Vec<(usize, Channels)>,
    batch_size: usize,
    /// Items of one example: sequence, controls, signal.
    sizes: [usize; 3],
}

/// What is written to.
#[derive(Debug)]
struct Output {
    sequence: Ring<u8>,
    controls: Ring<f32>,
    signal: Ring<f32>,
}

/// Views of the store's files.
struct Views<'a> {
    sequence: Option<SequenceView<'a>>,
    panels: Vec<PanelView<'a>>,
}

impl<'a> Examples<'a> {
    /// The examples that a loader of this filter and ratio, with all controls and otherwise the
    /// defaults, streams first.
    ///
    /// # Errors
    /// What the planner says of the options.
    pub fn new(store: &'a Store, loader: &Loader, filter: &LocusFilter, negative_ratio: f64) -> Result<Examples<'a>> {
        let options = PlanOptions {
            n_peaks: loader.peaks().len(),
            n_negatives: loader.negatives().len(),
            negative_ratio,
            max_jitter: filter.max_jitter as u32,
            reverse_complement: true,
            shuffle: true,
            seed: 0,
        };
        let planner = EpochPlanner::with_order(options, filter.order)?;
        let plan = planner.epoch(0)?;
        let window = |index: usize| {
            let draw = plan.draw(index);
            let loci = if draw.is_peak { loader.peaks() } else { loader.negatives() };
            let locus = loci[draw.source as usize];
            let contig = locus.contig as usize;
            let shift = if draw.is_peak { i64::from(draw.offset) - filter.max_jitter as i64 } else { 0 };
            [filter.in_window, filter.out_window].map(|width| Window {
                contig,
                length: store.contigs().length(contig),
                start: locus.centre - (width / 2) as i64 + shift,
                width,
                reverse: draw.reverse_complement,
            })
        };
        let groups = &store.manifest().groups;
        let of_role = |role: Role| groups.iter().filter(move |group| group.role == role);
        let named = |names: &[String]| -> Vec<&GroupEntry> { names.iter().filter_map(|n| store.group(n)).collect() };
        let chosen = filter.signals.as_deref().map_or_else(|| of_role(Role::Signal).collect(), named);
        let (signal, _) = Channels::of_groups(chosen);
        let (controls, _) = Channels::of_groups(of_role(Role::Control));
        let sizes = [Column::Sequence, Column::Controls, Column::Signal].map(|column| {
            let (channels, positions) = loader.layout().shape(column);
            channels * positions
        });
        let (windows, batch_size) = ((0..plan.len()).map(window).collect(), loader.layout().batch_size());
        Ok(Examples { store, windows, controls, signal, batch_size, sizes })
    }

    /// One thread that writes four batches in turns.
    #[must_use]
    pub fn alone(&self) -> Contestant<'_, ()> {
        let (mut output, mut at) = (self.output(4), 0);
        Contestant::new("gather alone, 1 thread", move |(): &mut ()| self.gather(&mut at, &mut output))
    }

    /// So many threads, each of which writes two batches in turns, in a run of many batches.
    #[must_use]
    pub fn threads(&self, threads: usize) -> Contestant<'_, ()> {
        let part = self.windows.len() / threads;
        let mut own: Vec<(usize, Output)> = (0..threads).map(|i| (i * part, self.output(2))).collect();
        let run = move |(): &mut ()| {
            std::thread::scope(|scope| {
                let gather = |(at, output): &mut (usize, Output)| (0..RUN).try_for_each(|_| self.gather(at, output));
                let threads: Vec<_> = own.iter_mut().map(|own| scope.spawn(move || gather(own))).collect();
                let ended = threads.into_iter().map(|thread| {
                    let died = |_| atemoya::Error::Worker { message: "a thread that gathers has died".into() };
                    thread.join().unwrap_or_else(|panic| Err(died(panic)))
                });
                ended.collect()
            })
        };
        Contestant::new(format!("gather alone, {threads} threads"), run).batches(RUN * threads as u32)
    }

    fn output(&self, buffers: usize) -> Output {
        let [sequence, controls, signal] = self.sizes.map(|size| self.batch_size * size);
        Output {
            sequence: Ring::new(buffers, sequence, 1),
            controls: Ring::new(buffers, controls, 1.0),
            signal: Ring::new(buffers, signal, 1.0),
        }
    }

    /// Gathers one batch, from example `at` on.
    fn gather(&self, at: &mut usize, output: &mut Output) -> Result<()> {
        let views = Views {
            sequence: self.store.sequence().map(|file| file.view()),
            panels: self.store.panels().iter().map(|panel| panel.view()).collect(),
        };
        let (x, c, y) = (output.sequence.turn(), output.controls.turn(), output.signal.turn());
        let [x_size, c_size, y_size] = self.sizes;
        for i in 0..self.batch_size {
            self.ahead(&views, *at + 2, Step::Directory);
            self.ahead(&views, *at + 1, Step::Tiles);
            let [input, output] = &self.windows[*at];
            *at = (*at + 1) % self.windows.len();
            if let Some(sequence) = views.sequence {
                let blocks = sequence.blocks(input.contig, input.length);
                gather::sequence(Isa::best(), blocks, input, &mut x[i * x_size..][..x_size]);
            }
            self.tracks(&views, &self.controls, input, &mut c[i * c_size..][..c_size])?;
            self.tracks(&views, &self.signal, output, &mut y[i * y_size..][..y_size])?;
        }
        Ok(())
    }

    fn ahead(&self, views: &Views<'_>, at: usize, step: Step) {
        let [input, output] = &self.windows[at % self.windows.len()];
        if let (Some(sequence), Step::Tiles) = (views.sequence, step) {
            gather::sequence_ahead(sequence.blocks(input.contig, input.length), input);
        }
        for (panels, window) in [(&self.controls, input), (&self.signal, output)] {
            for (panel, channels) in panels {
                gather::signal_ahead(step, &views.panels[*panel], channels, window);
            }
        }
    }

    fn tracks(&self, views: &Views<'_>, from: &[(usize, Channels)], window: &Window, out: &mut [f32]) -> Result<()> {
        from.iter().try_for_each(|(panel, channels)| {
            gather::signal(Isa::best(), &views.panels[*panel], channels, window, out)
                .map_err(|(row, error)| damaged(&self.store.panels()[*panel], row, error))
        })
    }
}
