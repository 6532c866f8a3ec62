//! Rows of a store on disk: its files are evicted from the page cache and read again.

use super::windows::{batch, width_of};
use super::{Bench, loading};
use anyhow::{Context, Result};
use atemoya::feed::Access;
use atemoya::gather::Gatherer;
use atemoya::{DType, Store};
use atemoya_measure::{Contestant, Outcome, OutputBuffers, Quartiles, gathered, group_gatherer, random_windows};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The most random windows that are read.
const WINDOWS: usize = 4096;
/// The most of the time that reading them from disk may take.
const SHARE: f64 = 0.1;
/// How often they are read from memory afterwards.
const AGAIN: usize = 3;
/// The share of the inspected pages that may still be in memory.
const REST: f64 = 0.05;

/// The rows of the loader: name, access, and whether there is readahead.
const FEEDS: [(&str, Access, bool); 3] = [
    ("cold_feed_unasked", Access::Map, false),
    ("cold_feed", Access::Map, true),
    ("cold_feed_read", Access::Read, true),
];

pub(super) fn measure(bench: &mut Bench<'_>, has_loci: bool) -> Result<()> {
    if !evict(bench)? {
        return Ok(());
    }
    if has_loci {
        let cold = loading::first_batch_ms(bench)?;
        let warm = (0..AGAIN).map(|_| loading::first_batch_ms(bench)).collect::<Result<Vec<_>>>()?;
        bench.report.push(Outcome::once("cold_first_batch_ms", "ms", cold, Quartiles::of(warm).median));
        for (name, access, ask_ahead) in FEEDS {
            if !evict(bench)? {
                return Ok(());
            }
            let (cold, warm) = bench.phase(name, SHARE, |time| stream(bench, access, ask_ahead, time))?;
            bench.report.push(Outcome::once(name, "examples/s", cold, warm));
        }
        bench.report.note(
            "cold_feed: the loader's first batches, 2 workers, from disk and again from memory; \
             _unasked: without readahead; _read: without memory maps",
        );
        if !evict(bench)? {
            return Ok(());
        }
    }
    if let Some((cold, warm)) = bench.phase("cold_windows", SHARE, |time| windows(bench, time))? {
        bench.report.push(Outcome::once("cold_windows", "windows/s", cold, warm));
        bench
            .report
            .note("cold_windows: the sequence and all tracks of random windows, from disk and again from memory");
    }
    Ok(())
}

/// Streams the first batches of an epoch, then the same ones again. Returns both rates in examples
/// per second.
fn stream(bench: &Bench<'_>, access: Access, ask_ahead: bool, time: Duration) -> Result<(f64, f64)> {
    let store = Store::open(&bench.arguments.store)?;
    let generator = bench.generator(&store).num_workers(2).access(access).ask_ahead(ask_ahead);
    let loader = generator.build()?;
    // Streams up to `most` batches, for `time`. Returns the batches, their examples and seconds.
    let read = |most: usize, time: Duration| -> Result<(usize, usize, f64)> {
        let (since, mut batches, mut examples) = (Instant::now(), 0, 0);
        for batch in loader.epoch(0).take(most) {
            bench.watch.check()?;
            (batches, examples) = (batches + 1, examples + batch?.len());
            if since.elapsed() >= time {
                break;
            }
        }
        Ok((batches, examples, since.elapsed().as_secs_f64()))
    };
    let (batches, examples, cold) = read(usize::MAX, time)?;
    let warm = (0..AGAIN).map(|_| Ok(read(batches, Duration::MAX)?.2)).collect::<Result<Vec<_>>>()?;
    Ok((examples as f64 / cold, examples as f64 / Quartiles::of(warm).median))
}

/// Reads sequence and all tracks of random windows once, then the same ones again. Returns both
/// rates in windows per second.
fn windows(bench: &Bench<'_>, time: Duration) -> Result<Option<(f64, f64)>> {
    let store = Store::open(&bench.arguments.store)?;
    let filter = &bench.filter;
    let groups = &store.manifest().groups;
    let sizes = groups.iter().map(|group| 4 * group.tracks.len() * width_of(group, filter));
    let largest = sizes.chain([4 * filter.in_window]).max().unwrap_or(0);
    let Some(batch) = batch(largest) else { return Ok(None) };
    let mut bases = OutputBuffers::new(1, batch * 4 * filter.in_window, 1u8);
    let mut values: Vec<OutputBuffers<f32>> = groups
        .iter()
        .map(|group| OutputBuffers::new(1, batch * group.tracks.len() * width_of(group, filter), 1.0))
        .collect();
    // All read the same windows, as for examples.
    let contestants = || -> Result<_> {
        let own = |width| random_windows(&store, width, WINDOWS, usize::MAX);
        let sequence = store.sequence().map(|_| Gatherer::sequence(&store, DType::U8)).transpose()?;
        let sequence = sequence.map(|gatherer| gathered::<u8>("sequence", gatherer, own(filter.in_window)));
        let tracks = groups.iter().map(|group| {
            let gatherer = group_gatherer(&store, group)?;
            Ok(gathered::<f32>(group.name.as_str(), gatherer, own(width_of(group, filter))))
        });
        Ok((sequence, tracks.collect::<Result<Vec<Contestant<'_, OutputBuffers<f32>>>>>()?))
    };
    // Reads up to `most` batches, for `time`. Returns the batches and their seconds.
    let mut read = |most: usize| -> Result<(usize, f64)> {
        let (mut sequence, mut tracks) = contestants()?;
        let (since, mut done) = (Instant::now(), 0);
        while done < most && (done == 0 || since.elapsed() < time) {
            bench.watch.check()?;
            sequence.iter_mut().try_for_each(|sequence| sequence.run(&mut bases))?;
            tracks.iter_mut().zip(&mut values).try_for_each(|(tracks, values)| tracks.run(values))?;
            done += 1;
        }
        Ok((done, since.elapsed().as_secs_f64()))
    };
    let (batches, cold) = read(WINDOWS / batch)?;
    let mut warm = Vec::new();
    for _ in 0..AGAIN {
        warm.push(read(batches)?.1);
    }
    let rate = |seconds: f64| (batches * batch) as f64 / seconds;
    Ok(Some((rate(cold), rate(Quartiles::of(warm).median))))
}

/// Evicts the store's files from the page cache, or notes why it cannot. Returns whether it did.
fn evict(bench: &mut Bench<'_>) -> Result<bool> {
    let reason = bench.phase("cold", 0.0, |_| evict_files(&bench.arguments.store))?;
    if let Some(reason) = &reason {
        bench.report.note(format!("from disk: not measured, {reason}"));
    }
    Ok(reason.is_none())
}

/// Evicts a store's files from the page cache. Returns the reason if it cannot.
fn evict_files(store: &Path) -> Result<Option<String>> {
    let (mut inspected, mut cached) = (0, 0);
    for path in files(store)? {
        let context = || format!("{}: cannot evict it from the page cache", path.display());
        match page_cache::evict(&path).with_context(context)? {
            Some(pages) => (inspected, cached) = (inspected + pages.inspected, cached + pages.cached),
            None => return Ok(Some("the file system does not report what is in the page cache".to_owned())),
        }
    }
    let share = f64::from(cached) / f64::from(inspected.max(1));
    let reason = format!(
        "{:.0}% of the store stays in the page cache, in use by another process or kept by the file system",
        100.0 * share
    );
    Ok((share > REST).then_some(reason))
}

/// Returns the files of a store, with those of its locus indices.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let context = || format!("{}: cannot list", directory.display());
    for entry in std::fs::read_dir(directory).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The page cache, as Linux shows it.
#[cfg(target_os = "linux")]
mod page_cache {
    use rustix::fs::{Advice, fadvise};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    use std::fs::File;
    use std::io::IoSliceMut;
    use std::path::Path;

    /// The most pages of a file that are inspected.
    const INSPECTED: u64 = 256;

    pub(super) struct Pages {
        pub(super) inspected: u32,
        pub(super) cached: u32,
    }

    /// Evicts a file from the page cache. Returns how many of its inspected pages are still there,
    /// or `None` if the file system does not report it.
    pub(super) fn evict(path: &Path) -> std::io::Result<Option<Pages>> {
        let file = File::open(path)?;
        // Pages that were not written to disk cannot be evicted.
        file.sync_data()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
        let length = file.metadata()?.len();
        let mut pages = Pages { inspected: 0, cached: 0 };
        for at in (0..length).step_by((length / INSPECTED).max(4096) as usize) {
            // A read that must not wait finds only what is in memory.
            match preadv2(&file, &mut [IoSliceMut::new(&mut [0])], at, ReadWriteFlags::NOWAIT) {
                Ok(_) => pages.cached += 1,
                Err(Errno::AGAIN) => {}
                Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            pages.inspected += 1;
        }
        Ok(Some(pages))
    }
}

/// Other systems do not show the page cache.
#[cfg(not(target_os = "linux"))]
mod page_cache {
    pub(super) struct Pages {
        pub(super) inspected: u32,
        pub(super) cached: u32,
    }

    pub(super) fn evict(_: &std::path::Path) -> std::io::Result<Option<Pages>> {
        Ok(None)
    }
}
