//! Rows beside bigWig files of the same values, read by bigtools: windows, size, packing.

use crate::windows::WINDOWS;
use crate::{Bench, COUNTS, COUNTS_PANEL};
use atemoya::DType;
use atemoya::gather::{Gatherer, Span};
use atemoya::pack::PackBuilder;
use atemoya_benches::{Result, pack_beside, read_bigwigs};
use atemoya_measure::{BATCH, Contestant, Goal, Outcome, OutputBuffers, gathered, take_turns};
use bigtools::{BBIFileRead, BigWigRead};
use std::path::Path;

/// Bases of a window.
const WIDTH: usize = 1000;

pub(crate) fn windows(bench: &Bench) -> Result<()> {
    if !bench.wants(&["vs_bigtools"]) {
        return Ok(());
    }
    let small = bench.small();
    let mut windows = small.windows(WIDTH, WINDOWS, 0);
    windows.spans.iter_mut().for_each(|span| span.reverse_complement = false);
    let names: Vec<&str> = small.store.contigs().iter().map(|(name, _)| name).collect();
    let path = &bench.bigwigs()[0];
    let gatherer = Gatherer::panels(&small.store, &[(COUNTS_PANEL, &[0])], DType::F32);
    let own = gathered("atemoya", gatherer, windows.clone());
    let plain = BigWigRead::open_file(path)?;
    let cached = BigWigRead::open_file(path)?.cached();
    let mut contestants = [
        own,
        through_bigtools("bigtools, cached", cached, &names, &windows.spans),
        through_bigtools("bigtools", plain, &names, &windows.spans),
    ];
    let mut ring = OutputBuffers::new(4, BATCH * WIDTH, 1.0);
    let rows = take_turns(&mut ring, &mut contestants, bench.pace(20, 6.0), &())?;
    let cached = rows[1].ratio.median;
    bench.push(Outcome::rate("vs_bigtools", "windows/s", BATCH, &rows[0], &rows[2]).goal(Goal::Ratio(50.0)));
    bench.note(format!("vs_bigtools: keeping whole blocks decoded (`cached`), bigtools reads {cached:.2}x as fast"));
    Ok(())
}

/// Reads windows as bigtools does it, over and over.
fn through_bigtools<'a, R: BBIFileRead + 'a>(
    name: &str,
    mut reader: BigWigRead<R>,
    names: &'a [&str],
    spans: &'a [Span],
) -> Contestant<'a, OutputBuffers<f32>> {
    let mut at = 0;
    Contestant::new(name, move |ring: &mut OutputBuffers<f32>| {
        for out in ring.turn().chunks_exact_mut(WIDTH) {
            let span = &spans[at];
            let (start, end) = (span.start as u32, span.start as u32 + WIDTH as u32);
            out.fill(0.0);
            for value in reader.get_interval(names[span.contig], start, end).expect("bigtools reads its own file") {
                let value = value.expect("bigtools reads its own file");
                let within = |at: u32| (at.clamp(start, end) - start) as usize;
                out[within(value.start)..within(value.end)].fill(value.value);
            }
            at = (at + 1) % spans.len();
        }
        Ok(())
    })
}

pub(crate) fn size(bench: &Bench) -> Result<()> {
    if !bench.wants(&["size"]) {
        return Ok(());
    }
    let length = |path: &Path| -> Result<f64> { Ok(std::fs::metadata(path)?.len() as f64 / 1e6) };
    let panel = length(bench.small().store.panels()[COUNTS_PANEL].path())?;
    let bigwigs = bench.bigwigs().iter().map(|path| length(path)).sum::<Result<f64>>()?;
    bench.push(Outcome::once("size", "MB", panel, bigwigs).goal(Goal::RatioAtMost(0.35)));
    Ok(())
}

pub(crate) fn pack(bench: &Bench) -> Result<()> {
    if !bench.wants(&["pack_bigwig"]) {
        return Ok(());
    }
    let paths = bench.bigwigs();
    let builder = PackBuilder::new().signal(COUNTS.name, paths);
    let read = read_bigwigs(paths, &bench.small().store);
    let rows = pack_beside(builder, vec![read], bench.pace(0, 15.0))?;
    bench.push(Outcome::time("pack_bigwig", &rows[0], &rows[1]).goal(Goal::RatioAtMost(1.3)));
    Ok(())
}
