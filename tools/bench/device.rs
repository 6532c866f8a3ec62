//! Rows of a GPU: its loader beside the loader on the host, its copies beside plain ones, the
//! kernel, and how long the consumer waits.

use super::Bench;
use crate::output;
use anyhow::Result;
use atemoya::Store;
use atemoya::cuda::{Device, DeviceGenerator, DeviceLoader, PlainCopies, Transfer, kernel_time};
use atemoya_measure::{
    Outcome, Pace, Waited, consumer_waited, copies_of, plain_copies, take_turns, through, through_device,
};

const WORKERS: usize = 2;
/// Launches of the kernel that are timed.
const LAUNCHES: u32 = 200;
/// The shares of the time that the rows take, for each transfer if there are two.
const EXAMPLES: f64 = 0.4;
const COPIES: f64 = 0.2;
const WAITED: f64 = 0.1;

const NAMES: [&str; 2] = ["compact", "dense"];

pub(super) fn measure(bench: &mut Bench<'_>, store: &Store, device: &Device) -> Result<()> {
    bench.report.note(format!("device {}: {}", device.ordinal(), device.name()?));
    let generator = bench.generator(store).num_workers(WORKERS);
    let on_device = |transfer| DeviceGenerator::new(device, generator.clone()).transfer(transfer).build();
    let mut loaders = [on_device(Transfer::Compact)?, on_device(Transfer::Dense)?];
    let host = generator.build()?;
    host.warnings().iter().for_each(|warning| output::warn(warning));
    let (batch, slots) = (host.layout().batch_size(), host.slots());
    let rows = bench.phase("examples", EXAMPLES, |time| {
        let [compact, dense] = loaders.each_mut().map(through_device);
        let mut contestants = [compact, dense, through(&host, WORKERS, slots)];
        Ok(take_turns(&mut (), &mut contestants, Pace::new(100, time), bench.watch)?)
    })?;
    for (row, name) in rows.iter().zip(NAMES) {
        bench.report.push(Outcome::rate(format!("device_{name}"), "examples/s", batch, row, &rows[2]));
    }
    drop(host);
    let sizes = loaders.each_ref().map(|loader| loader.stats().batch_bytes);
    let [compact, dense] = sizes.map(|bytes| bytes as f64 / batch as f64);
    bench.report.push(Outcome::once("device_bytes", "B/example", compact, dense));
    let mut plain_seconds = [0.0; 2];
    for (i, loader) in loaders.iter_mut().enumerate() {
        plain_seconds[i] = copies(bench, &format!("h2d_{}", NAMES[i]), loader, device)?;
    }
    // With dense transfer and these types, nothing is expanded.
    match bench.phase("kernel_us", 0.0, |_| Ok(kernel_time(&mut loaders[0], LAUNCHES)?))? {
        Some(time) => {
            let [kernel, copy] = [time.as_secs_f64(), plain_seconds[0]].map(|seconds| 1e6 * seconds);
            bench.report.push(Outcome::once("kernel_us", "us/batch", kernel, copy));
        }
        None => bench.report.note("kernel_us: not timed, the driver has no clock, or no column is expanded"),
    }
    for (i, loader) in loaders.iter_mut().enumerate() {
        let name = format!("waited_{}", NAMES[i]);
        let Waited { waited, all } =
            bench.phase(&name, WAITED, |time| Ok(consumer_waited(loader, time, bench.watch)?))?;
        bench.report.push(Outcome::once(name, "s", waited.as_secs_f64(), all.as_secs_f64()));
    }
    bench.report.note(
        "device: X i8 and tracks f32 on the device, 2 workers, beside a loader on the host with the same options",
    );
    bench
        .report
        .note("device_bytes: compact beside dense; h2d: the loader's copies beside plain ones of as many bytes");
    bench
        .report
        .note("kernel_us: of a compact batch, beside one plain copy of it; waited: the consumer, beside all time");
    bench.report.note("the developers have never seen these numbers on a GPU: see \"On a GPU\" in BENCHMARKS.md");
    Ok(())
}

/// Measures the bytes per second that a loader copies if its batches are dropped at once, beside
/// plain copies. Returns the seconds of a plain copy.
fn copies(bench: &mut Bench<'_>, name: &str, loader: &mut DeviceLoader, device: &Device) -> Result<f64> {
    let bytes = loader.stats().batch_bytes;
    let rows = bench.phase(name, COPIES, |time| {
        let mut plain = PlainCopies::new(device, bytes)?;
        let mut contestants = [copies_of(loader), plain_copies(&mut plain)];
        Ok(take_turns(&mut (), &mut contestants, Pace::new(100, time), bench.watch)?)
    })?;
    let [own, plain] = [&rows[0], &rows[1]].map(|row| bytes as f64 / 1e9 / row.seconds);
    bench.report.push(Outcome { ratio: rows[0].ratio, ..Outcome::once(name, "GB/s", own, plain) });
    Ok(rows[1].seconds)
}
