//! Rows of random windows: one-hot sequence and the tracks of each group, beside copying as many
//! bytes.

use super::Bench;
use crate::output;
use anyhow::Result;
use atemoya::Store;
use atemoya::feed::LocusFilter;
use atemoya::format::manifest::{GroupEntry, Role};
use atemoya::gather::Gatherer;
use atemoya_measure::{
    BATCH, Contestant, Element, Outcome, OutputBuffers, Pace, Sources, Windows, gathered, group_gatherer,
    random_windows, take_turns,
};
use std::time::{Duration, Instant};

/// The random windows of a row, which are gathered over and over.
const WINDOWS: usize = 1 << 14;
/// Bytes of a batch, unless a single window has more.
const BATCH_BYTES: usize = 16 << 20;
/// The most bytes of a window: the copies beside it must fit in memory.
const WINDOW_BYTES: usize = 64 << 20;
/// The share of the time that a row takes, and all groups together.
const ROW: f64 = 0.1;
const GROUPS: f64 = 0.4;

pub(super) fn measure(bench: &mut Bench<'_>, store: &Store) -> Result<()> {
    let filter = bench.filter.clone();
    if store.sequence().is_some() {
        one_hot(bench, store, "onehot_f32", 1.0f32)?;
        one_hot(bench, store, "onehot_u8", 1u8)?;
    } else {
        bench.report.note("no sequence: no one-hot row");
    }
    let groups = &store.manifest().groups;
    if groups.is_empty() {
        bench.report.note("no signals or controls: no row of tracks");
    }
    let share = ROW.min(GROUPS / groups.len().max(1) as f64);
    for (number, group) in groups.iter().enumerate() {
        let gatherer = group_gatherer(store, group)?;
        let width = width_of(group, &filter);
        let name = format!("{}_{}", if group.role == Role::Signal { "signal" } else { "control" }, group.name);
        row(bench, &name, &gatherer, random_windows(store, width, WINDOWS, 1 + number), share, 1.0f32)?;
    }
    Ok(())
}

fn one_hot<T: Element>(bench: &mut Bench<'_>, store: &Store, name: &str, one: T) -> Result<()> {
    let gatherer = Gatherer::sequence(store, T::DTYPE)?;
    let windows = random_windows(store, bench.filter.in_window, WINDOWS, 0);
    row(bench, name, &gatherer, windows, ROW, one)
}

/// Returns the bases of a group's windows, as the loader reads them.
pub(super) fn width_of(group: &GroupEntry, filter: &LocusFilter) -> usize {
    if group.role == Role::Signal { filter.out_window } else { filter.in_window }
}

/// Returns how many windows of `window_bytes` are gathered in one run; `None` if they are too large
/// to be measured.
pub(super) fn batch(window_bytes: usize) -> Option<usize> {
    (window_bytes <= WINDOW_BYTES).then(|| (BATCH_BYTES / window_bytes).clamp(1, BATCH))
}

/// Measures the gathering of windows beside copies of as many values. Buffers begin as ones.
fn row<T: Element>(
    bench: &mut Bench<'_>,
    name: &str,
    gatherer: &Gatherer,
    mut windows: Windows,
    share: f64,
    one: T,
) -> Result<()> {
    let items: usize = gatherer.shape(windows.width).iter().product();
    let Some(batch) = batch(items * size_of::<T>()) else {
        bench.report.note(format!("{name}: not measured, a window has {}", output::count((items * 4) as u64, "B")));
        return Ok(());
    };
    let mut ring = OutputBuffers::new(4, batch * items, one);
    let rows = bench.phase(name, share, |time| {
        let contestant = |windows: Windows| gathered(name, gatherer.clone(), windows);
        windows.spans.truncate(warm(contestant(windows.clone()), &mut ring, batch, time)?);
        let mut sources = Sources::new(one);
        let mut contestants = [contestant(windows), sources.memcpy(items)];
        Ok(take_turns(&mut ring, &mut contestants, Pace::new(1, time), bench.watch)?)
    })?;
    bench.report.push(Outcome::rate(name, "windows/s", batch, &rows[0], &rows[1]));
    Ok(())
}

/// Reads windows into memory for `time` at most, and returns how many.
fn warm<T: Element>(
    mut contestant: Contestant<'_, OutputBuffers<T>>,
    ring: &mut OutputBuffers<T>,
    batch: usize,
    time: Duration,
) -> Result<usize> {
    let since = Instant::now();
    for done in (batch..=WINDOWS).step_by(batch) {
        contestant.run(ring)?;
        if since.elapsed() >= time {
            return Ok(done);
        }
    }
    Ok(WINDOWS)
}
