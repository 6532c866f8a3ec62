//! Rows of whole examples: gathered alone, through the loader, the first batch, and the memory of a
//! stream.

use super::Bench;
use crate::output;
use anyhow::Result;
use atemoya::{PeakGenerator, Store};
use atemoya_measure::{Examples, Outcome, OutputBuffers, Pace, Quartiles, Sources, take_turns, through};
use std::sync::Arc;
use std::time::Instant;

/// Batches in memory at once.
const SLOTS: usize = 4;
const UNIT: &str = "examples/s";
/// The shares of the time that the rows take.
const MEMORY: f64 = 0.08;
const EXAMPLE: f64 = 0.1;
const FEED: f64 = 0.15;
/// How often the first batch is taken.
const FIRST: usize = 5;

pub(super) fn private_memory(bench: &mut Bench<'_>, store: &Store) -> Result<()> {
    let private = bench.phase("private_mb", MEMORY, |time| {
        let loader = bench.generator(store).num_workers(2).slots(Some(SLOTS)).build()?;
        Ok(atemoya_measure::private_memory(&loader, SLOTS, bench.private, time, bench.watch)?)
    })?;
    match private {
        Some(private) => {
            let [grown, ring] = [private.grown, private.ring].map(|bytes| bytes as f64 / 1e6);
            bench.report.push(Outcome::once("private_mb", "MB", grown, ring));
        }
        None => bench.report.note("private_mb: this system does not report private memory"),
    }
    Ok(())
}

/// Returns the milliseconds from opening the store to the first batch.
pub(super) fn first_batch_ms(bench: &Bench<'_>) -> Result<f64> {
    let generator = |store: &Store| -> PeakGenerator { bench.generator(store) };
    Ok(1e3 * atemoya_measure::first_batch(&bench.arguments.store, generator)?.as_secs_f64())
}

pub(super) fn first_batch(bench: &mut Bench<'_>) -> Result<()> {
    let times = bench.phase("first_batch_ms", 0.0, |_| {
        let open = || -> Result<f64> {
            let since = Instant::now();
            Store::open(&bench.arguments.store)?;
            Ok(1e3 * since.elapsed().as_secs_f64())
        };
        (0..FIRST).map(|_| Ok((first_batch_ms(bench)?, open()?))).collect::<Result<Vec<_>>>()
    })?;
    let [batch, open] = [|pair: &(f64, f64)| pair.0, |pair: &(f64, f64)| pair.1]
        .map(|part| Quartiles::of(times.iter().map(part)).median);
    let ratio = Quartiles::of(times.iter().map(|(batch, open)| batch / open));
    bench.report.push(Outcome { ratio, ..Outcome::once("first_batch_ms", "ms", batch, open) });
    Ok(())
}

pub(super) fn measure(bench: &mut Bench<'_>, store: &Store) -> Result<()> {
    let generator = bench.generator(store).slots(Some(SLOTS));
    let [mut one, mut two] = [generator.clone().num_workers(1).build()?, generator.num_workers(2).build()?];
    one.warnings().iter().for_each(|warning| output::warn(warning));
    let dataset = Arc::clone(one.dataset());
    let examples = Examples::new(&dataset)?;
    let batch = one.layout().batch_size();
    let bytes = one.layout().payload(batch);
    let rows = bench.phase("example", EXAMPLE, |time| {
        let (mut sources, mut copies) = (Sources::new(1u8), OutputBuffers::new(SLOTS, bytes, 1));
        let memcpy = sources.memcpy(bytes / batch).with(&mut copies);
        Ok(take_turns(&mut (), &mut [examples.alone(), memcpy], Pace::new(2, time), bench.watch)?)
    })?;
    bench.report.push(Outcome::rate("example", UNIT, batch, &rows[0], &rows[1]));
    for (name, loader, workers) in [("feed_1", &mut one, 1), ("feed_2", &mut two, 2)] {
        let rows = bench.phase(name, FEED, |time| {
            let mut contestants = [through(loader, workers, SLOTS), examples.threads(workers)];
            Ok(take_turns(&mut (), &mut contestants, Pace::new(100, time), bench.watch)?)
        })?;
        bench.report.push(Outcome::rate(name, UNIT, batch, &rows[0], &rows[1]));
    }
    Ok(())
}
