//! Rows of random windows: one-hot sequence and the tracks of each group, beside copying as many
//! bytes.

use super::Bench;
use crate::output;
use anyhow::Result;
use atemoya::Store;
use atemoya::feed::LocusFilter;
use atemoya::format::manifest::{GroupEntry, Role};
use atemoya::format::tile::Sample;
use atemoya::gather::{Channels, OneHot, Window};
use atemoya::store::SequenceFile;
use atemoya_measure::{
    BATCH, Contestant, Kernel, Outcome, Pace, Ring, Sources, random_windows, sequence, signal, take_turns,
};
use std::time::{Duration, Instant};

/// Random windows of a row, over and over.
const WINDOWS: usize = 1 << 14;
/// Bytes of a batch, unless a single window has more.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes of a window at most: what is copied beside must be found in memory.
const WINDOW_BYTES: usize = 64 << 20;
/// The share of the time that a row takes, and all groups together.
const ROW: f64 = 0.1;
const GROUPS: f64 = 0.4;

pub(super) fn measure(bench: &mut Bench<'_>, store: &Store) -> Result<()> {
    let filter = bench.filter.clone();
    match store.sequence() {
        Some(file) => {
            one_hot::<f32>(bench, file, "onehot_f32", random_windows(store, filter.in_window, WINDOWS, 0))?;
            one_hot::<u8>(bench, file, "onehot_u8", random_windows(store, filter.in_window, WINDOWS, 0))?;
        }
        None => bench.report.note("no sequence: no one-hot row"),
    }
    let groups = &store.manifest().groups;
    if groups.is_empty() {
        bench.report.note("no signals or controls: no row of tracks");
    }
    let share = ROW.min(GROUPS / groups.len().max(1) as f64);
    for (number, group) in groups.iter().enumerate() {
        let channels = channels_of(group);
        let panel = &store.panels()[group.panel];
        let width = width_of(group, &filter);
        let name = format!("{}_{}", if group.role == Role::Signal { "signal" } else { "control" }, group.name);
        let make = |windows| signal::<f32>(panel, &channels, Kernel::best(), windows);
        row::<f32>(
            bench,
            &name,
            channels.len() * width,
            random_windows(store, width, WINDOWS, 1 + number),
            share,
            make,
        )?;
    }
    Ok(())
}

fn one_hot<T: Sample + OneHot>(
    bench: &mut Bench<'_>,
    file: &SequenceFile,
    name: &str,
    windows: Vec<Window>,
) -> Result<()> {
    let items = 4 * windows[0].width;
    row::<T>(bench, name, items, windows, ROW, |windows| sequence(file, Kernel::best(), windows))
}

/// A group's tracks, as the loader reads them.
pub(super) fn channels_of(group: &GroupEntry) -> Channels {
    let mut channels = Channels::default();
    channels.push_group(&group.tracks, 0);
    channels
}

/// The bases of a group's windows, as the loader reads them.
pub(super) fn width_of(group: &GroupEntry, filter: &LocusFilter) -> usize {
    if group.role == Role::Signal { filter.out_window } else { filter.in_window }
}

/// Windows of so many bytes that are gathered in one run; none when they are too large to be
/// measured.
pub(super) fn batch(window_bytes: usize) -> Option<usize> {
    (window_bytes <= WINDOW_BYTES).then(|| (BATCH_BYTES / window_bytes).clamp(1, BATCH))
}

/// Measures a gatherer of windows of `items` items. `make` makes one of some windows.
fn row<'a, T: Sample>(
    bench: &mut Bench<'_>,
    name: &str,
    items: usize,
    mut windows: Vec<Window>,
    share: f64,
    make: impl Fn(Vec<Window>) -> Contestant<'a, Ring<T>>,
) -> Result<()> {
    let Some(batch) = batch(items * size_of::<T>()) else {
        bench.report.note(format!("{name}: not measured, a window has {}", output::count((items * 4) as u64, "B")));
        return Ok(());
    };
    let mut ring = Ring::new(4, batch * items, T::ONE);
    let rows = bench.phase(name, share, |time| {
        windows.truncate(warm(make(windows.clone()), &mut ring, batch, time)?);
        let mut sources = Sources::new(T::ONE);
        let mut contestants = [make(windows), sources.memcpy(items)];
        Ok(take_turns(&mut ring, &mut contestants, Pace::new(1, time), bench.watch)?)
    })?;
    bench.report.push(Outcome::rate(name, "windows/s", batch, &rows[0], &rows[1]));
    Ok(())
}

/// Reads windows into memory, and returns how many of them time allowed.
fn warm<T: Sample>(
    mut contestant: Contestant<'_, Ring<T>>,
    ring: &mut Ring<T>,
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
