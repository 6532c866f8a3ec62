//! Rows beside bigWig files of the same values, read by bigtools: windows, size, packing.

use crate::windows::WINDOWS;
use crate::{Bench, COUNTS, COUNTS_PANEL};
use atemoya::gather::{Channels, Window};
use atemoya::pack::PackBuilder;
use atemoya_benches::Result;
use atemoya_measure::{BATCH, Contestant, Goal, Kernel, Outcome, Ring, signal, take_turns};
use bigtools::{BBIFileRead, BigWigRead};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// Bases of a window.
const WIDTH: usize = 1000;

pub(crate) fn windows(bench: &Bench) -> Result<()> {
    if !bench.wants(&["vs_bigtools"]) {
        return Ok(());
    }
    let small = bench.small();
    let mut windows = small.windows(WIDTH, WINDOWS, 0);
    windows.iter_mut().for_each(|window| window.reverse = false);
    let mut channels = Channels::default();
    channels.push_group(&[0], 0);
    let names: Vec<&str> = small.store.contigs().iter().map(|(name, _)| name).collect();
    let path = &bench.bigwigs()[0];
    let own = signal(&small.store.panels()[COUNTS_PANEL], &channels, Kernel::best(), windows.clone());
    let plain = BigWigRead::open_file(path)?;
    let cached = BigWigRead::open_file(path)?.cached();
    let mut contestants = [
        own,
        through_bigtools("bigtools, cached", cached, &names, &windows),
        through_bigtools("bigtools", plain, &names, &windows),
    ];
    let mut ring = Ring::new(4, BATCH * WIDTH, 1.0);
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
    windows: &'a [Window],
) -> Contestant<'a, Ring<f32>> {
    let mut at = 0;
    Contestant::new(name, move |ring: &mut Ring<f32>| {
        for out in ring.turn().chunks_exact_mut(WIDTH) {
            let window = &windows[at];
            let (start, end) = (window.start as u32, window.start as u32 + WIDTH as u32);
            out.fill(0.0);
            for value in reader.get_interval(names[window.contig], start, end).expect("bigtools reads its own file") {
                let value = value.expect("bigtools reads its own file");
                let within = |at: u32| (at.clamp(start, end) - start) as usize;
                out[within(value.start)..within(value.end)].fill(value.value);
            }
            at = (at + 1) % windows.len();
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
    let (paths, contigs) = (bench.bigwigs(), bench.small().store.contigs());
    let tasks: Vec<(&PathBuf, &str, u32)> =
        paths.iter().flat_map(|path| contigs.iter().map(move |(name, length)| (path, name, length as u32))).collect();
    let read = Contestant::new("bigtools", |_: &mut Packed| {
        tasks.par_iter().for_each(|&(path, name, length)| {
            let mut reader = BigWigRead::open_file(path).expect("bigtools opens its own file");
            let values = reader.get_interval(name, 0, length).expect("bigtools reads its own file");
            black_box(values.map(|value| value.expect("bigtools reads its own file").value).sum::<f32>());
        });
        Ok(())
    });
    let builder = PackBuilder::new().signal(COUNTS.name, paths);
    let rows = pack_beside(bench, &builder, read)?;
    bench.push(Outcome::time("pack_bigwig", &rows[0], &rows[2]).goal(Goal::RatioAtMost(1.3)));
    Ok(())
}

/// Stores that a contestant has packed and that are to be removed, the number of the next, and where they lie.
pub(crate) struct Packed {
    directory: tempfile::TempDir,
    number: usize,
}

/// Packs in turns with reading the same input. What was packed is removed in turns of their own.
pub(crate) fn pack_beside(
    bench: &Bench,
    builder: &PackBuilder,
    read: Contestant<'_, Packed>,
) -> Result<Vec<atemoya_measure::Row>> {
    let pack = Contestant::new("pack", |packed: &mut Packed| {
        packed.number += 1;
        builder.publish(&packed.directory.path().join(format!("{}.atemoya", packed.number)), &()).map(|_| ())
    });
    let remove = Contestant::new("remove", |packed: &mut Packed| {
        for entry in std::fs::read_dir(packed.directory.path()).expect("a directory of our own").flatten() {
            std::fs::remove_dir_all(entry.path()).expect("a store of our own");
        }
        Ok(())
    });
    let mut packed = Packed { directory: tempfile::tempdir()?, number: 0 };
    Ok(take_turns(&mut packed, &mut [pack, remove, read], bench.pace(0, 15.0), &())?)
}
