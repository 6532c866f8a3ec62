//! Rows of whole examples: gathered alone, and through the feed.

use crate::Bench;
use atemoya::feed::Loader;
use atemoya::{PeakGenerator, Store};
use atemoya_benches::Result;
use atemoya_measure::{BATCH, Examples, Goal, Outcome, OutputBuffers, Sources, take_turns, through};
use std::sync::Arc;

const UNIT: &str = "examples/s";
/// Batches in memory at once.
pub(crate) const SLOTS: usize = 4;

/// Returns a generator as cherimoya has it: X i8 (4, 2114), two controls (2114), two signals
/// (1000), f32; jitter 50, reverse complement; batches of 64.
pub(crate) fn generator(store: &Store) -> PeakGenerator {
    PeakGenerator::new(store).signals([crate::SIGNAL.name]).batch_size(BATCH)
}

fn loader(bench: &Bench, workers: usize) -> Result<Loader> {
    Ok(generator(&bench.small().store).num_workers(workers).slots(Some(SLOTS)).build()?)
}

pub(crate) fn example(bench: &Bench) -> Result<()> {
    if !bench.wants(&["example"]) {
        return Ok(());
    }
    let loader = loader(bench, 0)?;
    let dataset = Arc::clone(loader.dataset());
    let examples = Examples::new(&dataset)?;
    let bytes = loader.layout().payload(BATCH);
    let (mut sources, mut copies) = (Sources::new(1u8), OutputBuffers::new(SLOTS, bytes, 1));
    let memcpy = sources.memcpy(bytes / BATCH).with(&mut copies);
    let rows = take_turns(&mut (), &mut [examples.alone(), memcpy], bench.pace(2, 4.0), &())?;
    bench.push(Outcome::rate("example", UNIT, BATCH, &rows[0], &rows[1]).goal(Goal::Ratio(0.9)));
    Ok(())
}

pub(crate) fn feed(bench: &Bench) -> Result<()> {
    if !bench.wants(&["feed_2"]) {
        return Ok(());
    }
    let loader = loader(bench, 2)?;
    let dataset = Arc::clone(loader.dataset());
    let examples = Examples::new(&dataset)?;
    let mut contestants = [through(&loader, 2, SLOTS), examples.threads(2)];
    let rows = take_turns(&mut (), &mut contestants, bench.pace(100, 12.0), &())?;
    bench.push(Outcome::rate("feed_2", UNIT, BATCH, &rows[0], &rows[1]).goal(Goal::Ratio(0.9)));
    Ok(())
}
