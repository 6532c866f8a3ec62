//! How fast are windows gathered from a store, beside copying as many bytes?
#![allow(clippy::expect_used, reason = "a benchmark may stop at once")]

use atemoya::DType;
use atemoya::format::manifest::Role;
use atemoya::format::tile::Sample;
use atemoya::gather::{Gatherer, Isa};
use atemoya_benches::{Fixture, Panel, Request, Result, Table, Values};
use atemoya_measure::{BATCH, Contestant, Element, OutputBuffers, Pace, Sources, gathered, take_turns};
use criterion::{Criterion, Throughput};
use std::time::Duration;

const TRACKS: usize = 48;
/// Bases of a window of sequence, and of one of signal.
const INPUT: usize = 2114;
const SIGNAL: usize = 2048;
/// Random windows of a contestant, over and over: more than come by in many turns.
const WINDOWS: usize = 1 << 17;

/// Everything that is asked of one output type.
struct Bench<'a> {
    request: &'a Request,
    criterion: &'a mut Criterion,
    table: &'a mut Table,
}

impl Bench<'_> {
    /// Measures kernels and memcpy, by criterion and then in turns. A window is `items` items of
    /// output.
    fn measure<'k, T: Sample + Element>(
        &mut self,
        (group, question): (&str, &str),
        items: usize,
        sources: &'k mut Sources<T>,
        mut kernels: Vec<Contestant<'k, OutputBuffers<T>>>,
    ) {
        kernels.push(sources.memcpy(items));
        let bytes = BATCH * items * size_of::<T>();
        let mut ring = OutputBuffers::new(4, BATCH * items, T::ONE);
        let mut criterion = self.criterion.benchmark_group(group);
        criterion.throughput(Throughput::ElementsAndBytes { elements: BATCH as u64, bytes: bytes as u64 });
        for kernel in &mut kernels {
            let name = format!("{question}, {}", kernel.name);
            criterion.bench_function(name, |bencher| {
                bencher.iter(|| kernel.run(&mut ring).expect("a store of our own"));
            });
        }
        criterion.finish();
        let name = format!("{group}/{question}");
        if self.request.measure && self.request.wants(&name) {
            let rows = take_turns(&mut ring, &mut kernels, Pace::new(1, Duration::from_millis(2500)), &())
                .expect("a store of our own");
            self.table.push(&name, BATCH, bytes, &rows);
        }
    }

    fn sequence(&mut self, fixture: &Fixture) {
        let gatherer = Gatherer::sequence(&fixture.store, DType::U8).expect("the fixture has a sequence");
        let kernel = |(seed, isa): (usize, Isa)| {
            gathered(isa.name(), gatherer.clone().kernel(isa, false), fixture.windows(INPUT, WINDOWS, seed))
        };
        let kernels = Isa::available().into_iter().enumerate().map(kernel).collect();
        self.measure(("sequence_2114", "one-hot u8"), 4 * INPUT, &mut Sources::new(1u8), kernels);
    }

    /// Kernels over some tracks of a panel, and other ways to do the same.
    fn signal<'k, T: Sample + Element>(
        &mut self,
        fixture: &Fixture,
        (panel, tracks): (usize, usize),
        question: &str,
        other: Option<Contestant<'k, OutputBuffers<T>>>,
    ) {
        let all = fixture.store.panels()[panel].tracks();
        // Spread over the panel, as a subset of it is.
        let chosen: Vec<usize> = (0..tracks).map(|i| i * all / tracks).collect();
        let gatherer = Gatherer::panels(&fixture.store, &[(panel, &chosen)], T::DTYPE);
        let kernel = |(seed, (isa, prefetches)): (usize, (Isa, bool))| {
            let name = format!("{}{}", isa.name(), if prefetches { ", prefetched" } else { "" });
            gathered(name, gatherer.clone().kernel(isa, prefetches), fixture.windows(SIGNAL, WINDOWS, seed))
        };
        let kinds = Isa::available().into_iter().map(|isa| (isa, false)).chain([(Isa::best(), true)]);
        let kernels = kinds.enumerate().map(kernel).chain(other).collect();
        self.measure(("signal_2048", question), tracks * SIGNAL, &mut Sources::new(T::ONE), kernels);
    }
}

fn main() -> Result<()> {
    let request = Request::from_args();
    let counts = Panel { name: "counts", role: Role::Signal, tracks: TRACKS, values: Values::Counts(0.03) };
    let coverage = Panel { name: "coverage", role: Role::Signal, tracks: 6, values: Values::Coverage(40.0) };
    let fixture = Fixture::build(if request.measure { 32 << 20 } else { 1 << 18 }, &[counts, coverage])?;
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500))
        .sample_size(50)
        .configure_from_args();
    let mut table = Table::default();
    let mut bench = Bench { request: &request, criterion: &mut criterion, table: &mut table };
    bench.sequence(&fixture);
    let dense = fixture.dense(0, 0)?;
    let copy = dense.copy(fixture.windows(SIGNAL, WINDOWS, WINDOWS));
    bench.signal::<f32>(&fixture, (0, 1), "1 track of counts, f32", Some(copy));
    bench.signal::<f32>(&fixture, (0, 6), "6 tracks of counts, f32", None);
    bench.signal::<f32>(&fixture, (0, TRACKS), "48 tracks of counts, f32", None);
    bench.signal::<u8>(&fixture, (0, TRACKS), "48 tracks of counts, u8", None);
    bench.signal::<f32>(&fixture, (1, 6), "6 tracks of runs, f32", None);
    criterion.final_summary();
    table.print("Gathering beside memcpy of the same bytes, in turns; medians", "windows", "x memcpy");
    Ok(())
}
