//! Rows that must not grow with the genome, and packing one: first batch, private memory, windows
//! of a genome ten times as large, FASTA.

use crate::windows::{tracks_of, warm};
use crate::{Bench, COUNTS_PANEL, child};
use atemoya::pack::PackBuilder;
use atemoya_benches::{Result, hash_bytes, pack_beside, read_bytes};
use atemoya_measure::{BATCH, Goal, Outcome, OutputBuffers, Quartiles, take_turns};

/// Processes that are started for each genome.
const STARTS: usize = 15;

pub(crate) fn first_batch(bench: &Bench) -> Result<()> {
    if !bench.wants(&["first_batch_ms"]) {
        return Ok(());
    }
    let paths = [bench.large().store.path(), bench.small().store.path()];
    let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for start in 0..if bench.request.measure { STARTS + 1 } else { 1 } {
        let mut both = [0.0; 2];
        for (ms, path) in both.iter_mut().zip(paths) {
            *ms = child::first_batch(path)?;
        }
        // The first ones find the program cold.
        if start > 0 || !bench.request.measure {
            times.iter_mut().zip(both).for_each(|(times, ms)| times.push(ms));
            ratios.push(both[0] / both[1]);
        }
    }
    let [large, small] = times.map(Quartiles::of);
    let row =
        Outcome { ratio: Quartiles::of(ratios), ..Outcome::once("first_batch_ms", "ms", large.median, small.median) };
    bench.push(row.goal(Goal::ValueAtMost(20.0)));
    let (low, high) = (large.low, large.high);
    bench.note(format!("first_batch_ms: of the genome ten times as large, quartiles {low:.2} to {high:.2}"));
    Ok(())
}

pub(crate) fn private_memory(bench: &Bench) -> Result<()> {
    if !bench.wants(&["private_mb"]) {
        return Ok(());
    }
    let seconds = if bench.request.measure { 5.0 } else { 0.0 };
    match child::private_memory(bench.large().store.path(), seconds)? {
        Some([grown, ring]) => bench.push(Outcome::once("private_mb", "MB", grown, ring).goal(Goal::ValueAtMost(64.0))),
        None => bench.note("private_mb: this system does not tell it"),
    }
    Ok(())
}

pub(crate) fn flat(bench: &Bench) -> Result<()> {
    if !bench.wants(&["flat_10x"]) {
        return Ok(());
    }
    let tracks = bench.small().store.panels()[COUNTS_PANEL].tracks();
    let mut contestants = [
        tracks_of::<f32>(bench.large(), COUNTS_PANEL, tracks, 0),
        tracks_of::<f32>(bench.small(), COUNTS_PANEL, tracks, 1),
    ];
    let mut ring = OutputBuffers::new(4, BATCH * tracks * crate::windows::SIGNAL, 1.0);
    for contestant in &mut contestants {
        warm(contestant, &mut ring)?;
    }
    let rows = take_turns(&mut ring, &mut contestants, bench.pace(1, 4.0), &())?;
    bench.push(Outcome::rate("flat_10x", "windows/s", BATCH, &rows[0], &rows[1]).goal(Goal::Ratio(0.7)));
    Ok(())
}

pub(crate) fn pack_fasta(bench: &Bench) -> Result<()> {
    if !bench.wants(&["pack_fasta"]) {
        return Ok(());
    }
    let fasta = bench.large().write_fasta()?;
    let others = vec![hash_bytes(&fasta), read_bytes(&fasta)];
    let rows = pack_beside(PackBuilder::new().fasta(&fasta), others, bench.pace(0, 15.0))?;
    let hash = rows[1].ratio.inverse().median;
    bench.note(format!(
        "pack_fasta: the SHA-256 of the FASTA, by which the store names its input, alone takes {hash:.1}x"
    ));
    bench.push(Outcome::time("pack_fasta", &rows[0], &rows[2]).goal(Goal::RatioAtMost(4.0)));
    Ok(())
}
