//! How fast do whole batches come out of the feed, beside gathering alone and beside copying as many bytes?
#![allow(clippy::expect_used, reason = "a benchmark may stop at once")]

use atemoya::PeakGenerator;
use atemoya::feed::{Column, Loader};
use atemoya::format::manifest::Role;
use atemoya::gather::{self, Channels, Isa, Step, Window};
use atemoya_benches::{
    BATCH, Contestant, Fixture, Panel, Random, Request, Result, Ring, Sources, Table, Values, take_turns,
};
use std::hint::black_box;
use std::time::Duration;

const PANELS: [Panel; 2] = [
    Panel { name: "signal", role: Role::Signal, tracks: 2, values: Values::Counts(0.03) },
    Panel { name: "control", role: Role::Control, tracks: 2, values: Values::Counts(0.03) },
];

/// Batches in memory at once, as many for every loader as the other contestants write in turns.
const SLOTS: usize = 4;

/// What the contestants other than the feed write to.
struct Output {
    sequence: Ring<u8>,
    controls: Ring<f32>,
    signal: Ring<f32>,
    copy: Ring<u8>,
}

/// The windows of the loader's own kind of examples, in random order: input and output of each.
fn examples(fixture: &Fixture, loader: &Loader, widths: [usize; 2]) -> Vec<[Window; 2]> {
    let mut random = Random::new(&[2]);
    let peaks = loader.peaks();
    let mut example = || {
        let peak = peaks[random.below(peaks.len())];
        let contig = peak.contig as usize;
        let length = fixture.store.contigs().length(contig);
        let centre = peak.centre + random.below(101) as i64 - 50;
        let reverse = random.below(2) == 1;
        widths.map(|width| Window { contig, length, start: centre - (width / 2) as i64, width, reverse })
    };
    (0..peaks.len()).map(|_| example()).collect()
}

/// Gathers batches as a worker of the feed does, without any feed.
fn alone<'a>(fixture: &'a Fixture, examples: &'a [[Window; 2]]) -> Contestant<'a, Output> {
    let isa = Isa::best();
    let sequence = fixture.store.sequence().expect("the fixture has a sequence").view();
    let [signal, controls] = [0, 1].map(|panel| fixture.store.panels()[panel].view());
    let mut channels = Channels::default();
    channels.push_group(&[0, 1], 0);
    let mut at = 0;
    Contestant::new("gather alone, 1 thread", move |out: &mut Output| {
        let (x, c, y) = (out.sequence.turn(), out.controls.turn(), out.signal.turn());
        let [x_size, c_size, y_size] = [x.len() / BATCH, c.len() / BATCH, y.len() / BATCH];
        for i in 0..BATCH {
            for (later, step) in [(2, Step::Directory), (1, Step::Tiles)] {
                let [input, output] = &examples[(at + later) % examples.len()];
                if step == Step::Tiles {
                    gather::sequence_ahead(sequence.blocks(input.contig, input.length), input);
                }
                gather::signal_ahead(step, &controls, &channels, input);
                gather::signal_ahead(step, &signal, &channels, output);
            }
            let [input, output] = &examples[at];
            at = (at + 1) % examples.len();
            let blocks = sequence.blocks(input.contig, input.length);
            gather::sequence(isa, blocks, input, &mut x[i * x_size..][..x_size]);
            let c = &mut c[i * c_size..][..c_size];
            gather::signal(isa, &controls, &channels, input, c).expect("a store of our own");
            let y = &mut y[i * y_size..][..y_size];
            gather::signal(isa, &signal, &channels, output, y).expect("a store of our own");
        }
    })
}

/// Takes batches from a loader and gives them back at once.
fn through(loader: &mut Loader, workers: usize) -> Contestant<'_, Output> {
    let mut batches = loader.epochs(0, u64::MAX);
    let name = format!("feed, num_workers {workers}");
    let next = move |_: &mut Output| {
        let batch = batches.next().expect("epochs without end").expect("a store of our own");
        black_box(batch.labels());
    };
    // A loader fills its slots while the others have their turn.
    Contestant { untimed: SLOTS, ..Contestant::new(name, next) }
}

fn main() -> Result<()> {
    let request = Request::from_args();
    let (bases, peaks) = if request.measure { (32 << 20, 30_000) } else { (1 << 18, 300) };
    let fixture = Fixture::build(bases, &PANELS)?;
    fixture.index(peaks)?;
    let generator = PeakGenerator::new(&fixture.store).batch_size(BATCH);
    let workers = [0, 1, 2];
    let loaders = workers.iter().map(|&n| generator.clone().num_workers(n).slots(Some(SLOTS)).build());
    let mut loaders = loaders.collect::<atemoya::Result<Vec<_>>>()?;

    let layout = loaders[0].layout();
    let bytes = layout.payload(BATCH);
    let size = |column| BATCH * layout.shape(column).0 * layout.shape(column).1;
    let mut output = Output {
        sequence: Ring::new(size(Column::Sequence), 1),
        controls: Ring::new(size(Column::Controls), 1.0),
        signal: Ring::new(size(Column::Signal), 1.0),
        copy: Ring::new(bytes, 1),
    };
    let widths = [Column::Sequence, Column::Signal].map(|column| layout.shape(column).1);
    let examples = examples(&fixture, &loaders[0], widths);
    let mut sources = Sources::new(1);
    let mut contestants = vec![alone(&fixture, &examples)];
    contestants.extend(loaders.iter_mut().zip(workers).map(|(loader, n)| through(loader, n)));
    contestants.push(Contestant::new("memcpy, 1 thread", |out: &mut Output| sources.copy(out.copy.turn())));

    let (turn, budget) = if request.measure { (100, 15_000) } else { (0, 0) };
    let (turn, budget) = (Duration::from_millis(turn), Duration::from_millis(budget));
    let rows = take_turns(&mut output, &mut contestants, turn, budget);
    if request.measure {
        let mut table = Table::default();
        table.push("batches of 64 examples, f32 tracks", 1, bytes, &rows);
        table.print("The feed beside memcpy of the same bytes, in turns; medians", "batches");
    }
    Ok(())
}
