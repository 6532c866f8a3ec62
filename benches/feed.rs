//! How fast do whole batches come out of the feed, beside gathering alone and beside copying as
//! many bytes?

use atemoya::PeakGenerator;
use atemoya::format::manifest::Role;
use atemoya_benches::{Fixture, Panel, Request, Result, Table, Values};
use atemoya_measure::{BATCH, Examples, OutputBuffers, Pace, Sources, take_turns, through};
use std::sync::Arc;
use std::time::Duration;

const PANELS: [Panel; 2] = [
    Panel { name: "signal", role: Role::Signal, tracks: 2, values: Values::Counts(0.03) },
    Panel { name: "control", role: Role::Control, tracks: 2, values: Values::Counts(0.03) },
];

/// Batches in memory at once, as many for every loader as the other contestants write in turns.
const SLOTS: usize = 4;

fn main() -> Result<()> {
    let request = Request::from_args();
    let (bases, peaks) = if request.measure { (32 << 20, 30_000) } else { (1 << 18, 300) };
    let fixture = Fixture::build(bases, &PANELS)?;
    fixture.index(peaks)?;
    let generator = PeakGenerator::new(&fixture.store).batch_size(BATCH);
    let workers = [0, 1, 2];
    let loaders = workers.iter().map(|&n| generator.clone().num_workers(n).slots(Some(SLOTS)).build());
    let mut loaders = loaders.collect::<atemoya::Result<Vec<_>>>()?;

    let bytes = loaders[0].layout().payload(BATCH);
    let dataset = Arc::clone(loaders[0].dataset());
    let examples = Examples::new(&dataset)?;
    let (mut sources, mut copies) = (Sources::new(1u8), OutputBuffers::new(SLOTS, bytes, 1));
    let mut contestants = vec![examples.alone(), examples.threads(2)];
    contestants.extend(loaders.iter_mut().zip(workers).map(|(loader, n)| through(loader, n, SLOTS)));
    contestants.push(sources.memcpy(bytes / BATCH).with(&mut copies));

    let pace = if request.measure { Pace::new(100, Duration::from_secs(15)) } else { Pace::once() };
    let rows = take_turns(&mut (), &mut contestants, pace, &())?;
    if request.measure {
        let mut table = Table::default();
        table.push("batches of 64 examples, f32 tracks", 1, bytes, &rows);
        table.print("The feed beside memcpy of the same bytes, in turns; medians", "batches", "x memcpy");
    }
    Ok(())
}
