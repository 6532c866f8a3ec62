//! Rows of single windows: one-hot sequence and count tracks beside copying as many bytes.

use crate::Bench;
use atemoya::format::tile::Sample;
use atemoya::gather::Gatherer;
use atemoya_benches::{Fixture, Result};
use atemoya_measure::{BATCH, Contestant, Element, Goal, Outcome, OutputBuffers, Sources, gathered, take_turns};

const UNIT: &str = "windows/s";
/// Bases of a window of sequence, and of one of signal.
const INPUT: usize = 2114;
pub(crate) const SIGNAL: usize = 2048;
/// Random windows of a contestant, over and over: more than come by in many turns.
pub(crate) const WINDOWS: usize = 1 << 17;

pub(crate) fn onehot(bench: &Bench) -> Result<()> {
    onehot_to::<f32>(bench, "onehot_f32", 1.5)?;
    onehot_to::<u8>(bench, "onehot_u8", 0.8)
}

fn onehot_to<T: Sample + Element>(bench: &Bench, name: &str, goal: f64) -> Result<()> {
    if !bench.wants(&[name]) {
        return Ok(());
    }
    let fixture = bench.wide();
    let gatherer = Gatherer::sequence(&fixture.store, T::DTYPE)?;
    let own = gathered::<T>("one-hot", gatherer, fixture.windows(INPUT, WINDOWS, 0));
    let row = beside_memcpy(bench, name, own, 4 * INPUT)?;
    bench.push(row.goal(Goal::Ratio(goal)));
    Ok(())
}

pub(crate) fn sparse(bench: &Bench) -> Result<()> {
    for (tracks, goal) in [(1, 0.95), (6, 1.2), (48, 0.75)] {
        let name = format!("sparse_f32_{tracks}");
        if bench.wants(&[&name]) {
            let own = tracks_of(bench.wide(), 0, tracks, 0);
            let row = beside_memcpy::<f32>(bench, &name, own, tracks * SIGNAL)?;
            bench.push(row.goal(Goal::Ratio(goal)));
        }
    }
    Ok(())
}

pub(crate) fn narrow(bench: &Bench) -> Result<()> {
    if !bench.wants(&["narrow_48"]) {
        return Ok(());
    }
    let items = BATCH * 48 * SIGNAL;
    let mut rings = (OutputBuffers::new(4, items, 1u8), OutputBuffers::new(4, items, 1.0f32));
    type Rings = (OutputBuffers<u8>, OutputBuffers<f32>);
    let narrow = tracks_of::<u8>(bench.wide(), 0, 48, 0).on(|rings: &mut Rings| &mut rings.0);
    let wide = tracks_of::<f32>(bench.wide(), 0, 48, 1).on(|rings: &mut Rings| &mut rings.1);
    let rows = take_turns(&mut rings, &mut [narrow, wide], bench.pace(4, 4.0), &())?;
    bench.push(Outcome::rate("narrow_48", UNIT, BATCH, &rows[0], &rows[1]).goal(Goal::Ratio(2.5)));
    Ok(())
}

/// Returns the numbers of some tracks, spread over the panel as a subset of it is.
fn spread(fixture: &Fixture, panel: usize, tracks: usize) -> Vec<usize> {
    let all = fixture.store.panels()[panel].tracks();
    (0..tracks).map(|i| i * all / tracks).collect()
}

/// Gathers some tracks of a panel as the feed does.
pub(crate) fn tracks_of<'a, T: Sample + Element>(
    fixture: &Fixture,
    panel: usize,
    tracks: usize,
    seed: usize,
) -> Contestant<'a, OutputBuffers<T>> {
    let gatherer = Gatherer::panels(&fixture.store, &[(panel, &spread(fixture, panel, tracks))], T::DTYPE);
    gathered("tracks", gatherer, fixture.windows(SIGNAL, WINDOWS, seed))
}

/// Measures a contestant whose windows are `items` items of output beside copying them.
fn beside_memcpy<T: Sample + Element>(
    bench: &Bench,
    name: &str,
    own: Contestant<'_, OutputBuffers<T>>,
    items: usize,
) -> Result<Outcome> {
    let mut sources = Sources::new(<T as Sample>::ONE);
    let mut ring = OutputBuffers::new(4, BATCH * items, <T as Sample>::ONE);
    let mut contestants = [own, sources.memcpy(items)];
    warm(&mut contestants[0], &mut ring)?;
    let rows = take_turns(&mut ring, &mut contestants, bench.pace(1, 4.0), &())?;
    Ok(Outcome::rate(name, UNIT, BATCH, &rows[0], &rows[1]))
}

/// Maps the pages of the windows into the process, all of them or those of a second.
pub(crate) fn warm<S>(contestant: &mut Contestant<'_, S>, state: &mut S) -> Result<()> {
    let since = std::time::Instant::now();
    for _ in 0..WINDOWS / BATCH {
        contestant.run(state)?;
        if since.elapsed().as_secs() >= 1 {
            break;
        }
    }
    Ok(())
}
