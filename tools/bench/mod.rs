//! `atemoya bench`: measures how fast the user's store is on this machine, beside copies of as many
//! bytes.

mod cold;
#[cfg(feature = "cuda")]
mod device;
mod loading;
mod windows;

use crate::filter::FilterArguments;
use crate::{output, watch};
use anyhow::{Result, ensure};
use atemoya::feed::LocusFilter;
use atemoya::loci::published;
use atemoya::{PeakGenerator, Progress, Store, Unit};
use atemoya_measure::{Report, private_bytes};
use std::path::PathBuf;
use std::time::Duration;

/// Measure how fast a store is on this machine
///
/// Each row is measured in turns with its baseline, so that other work on the machine slows both.
/// Windows of one-hot sequence and of each group's tracks, and whole examples, are measured beside
/// copies of as many bytes; the loader with 1 and 2 workers, beside as many threads that only
/// gather; the first batch, beside opening the store; private memory, beside the ring of batches.
/// Last, the store's files are evicted from the page cache: windows and the loader (also without
/// readahead, and without memory maps) are measured from disk, beside the same from memory. It
/// needs about 400 MB of memory, and writes nothing.
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya bench <STORE> [OPTIONS]")]
pub(crate) struct Arguments {
    /// The store; give it before options that take several files
    store: PathBuf,
    /// The locus index [default: the only one of the store, if it has one]
    #[arg(long, value_name = "NAME")]
    loci: Option<String>,
    #[command(flatten)]
    filter: FilterArguments,
    /// Negatives for each peak
    #[arg(long, value_name = "RATIO", default_value_t = 0.1)]
    negative_ratio: f64,
    /// Examples of a batch
    #[arg(long, value_name = "N", default_value_t = 64)]
    batch_size: usize,
    /// The time to measure, in seconds; reading from disk for the first time comes on top
    #[arg(long, value_name = "S", default_value_t = 25.0)]
    seconds: f64,
    /// Measure only the loader for this GPU, counted from 0
    ///
    /// Examples per second beside the loader on the host, bytes over the bus, its copies beside
    /// plain ones, the kernel's time, and how long the consumer waits. It needs a GPU with its
    /// driver, a locus index, and an `atemoya` that was built with the feature `cuda`. We have
    /// never seen its numbers on a GPU: the CUDA path was never run or timed on one.
    #[arg(long, value_name = "N")]
    device: Option<usize>,
    /// Write JSON: {name: {value, baseline, ratio, goal}}, where no row has a goal
    #[arg(long)]
    json: bool,
}

/// What the measurements of all rows share.
struct Bench<'a> {
    arguments: &'a Arguments,
    filter: LocusFilter,
    watch: &'a watch::Watch,
    report: Report,
    /// Private memory before anything was opened.
    private: Option<u64>,
}

impl Bench<'_> {
    /// Measures one row, which takes this share of the time.
    fn phase<T>(&self, name: &str, share: f64, measure: impl FnOnce(Duration) -> Result<T>) -> Result<T> {
        self.watch.check()?;
        let time = Duration::from_secs_f64(self.arguments.seconds * share);
        self.watch.start(name, time.as_millis() as u64, Unit::Milliseconds);
        let measured = measure(time);
        self.watch.finish();
        measured
    }

    fn generator(&self, store: &Store) -> PeakGenerator {
        let arguments = self.arguments;
        let generator = PeakGenerator::with_filter(store, self.filter.clone())
            .negative_ratio(arguments.negative_ratio)
            .batch_size(arguments.batch_size);
        match &arguments.loci {
            Some(name) => generator.loci(name),
            None => generator,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let private = private_bytes();
    let watch = watch::Watch::new()?;
    let mut bench =
        Bench { arguments, filter: arguments.filter.filter()?, watch: &watch, report: Report::default(), private };
    #[cfg(not(feature = "cuda"))]
    ensure!(arguments.device.is_none(), "--device: this command was built without GPUs; build it with --features cuda");
    #[cfg(feature = "cuda")]
    let device = arguments.device.map(atemoya::cuda::Device::open).transpose()?;
    let store = Store::open(&arguments.store)?;
    ensure!(bench.filter.in_window > 0, "--in-window: must be at least 1");
    ensure!(bench.filter.out_window > 0, "--out-window: must be at least 1");
    ensure!(arguments.seconds > 0.0 && arguments.seconds <= 3600.0, "--seconds: must be more than 0 and at most 3600");
    ensure!(
        store.contigs().iter().any(|(_, length)| length > 0),
        "{}: the store has no bases",
        arguments.store.display()
    );
    #[cfg(feature = "cuda")]
    if let Some(device) = device {
        device::measure(&mut bench, &store, &device)?;
        return print(&bench);
    }
    let has_loci = arguments.loci.is_some() || !published::names(&store)?.is_empty();
    if has_loci {
        // First: memory that other rows leave in the allocator would count as the loader's.
        loading::private_memory(&mut bench, &store)?;
        loading::first_batch(&mut bench)?;
    }
    windows::measure(&mut bench, &store)?;
    if has_loci {
        loading::measure(&mut bench, &store)?;
    } else {
        bench.report.note(
            "no locus index: examples, loader, first batch and memory are not measured; `atemoya index` makes one",
        );
    }
    drop(store);
    cold::measure(&mut bench, has_loci)?;
    print(&bench)
}

fn print(bench: &Bench<'_>) -> Result<()> {
    if bench.arguments.json {
        bench.report.notes().iter().for_each(|note| output::note(note));
        return output::print(&(serde_json::to_string_pretty(&bench.report.json())? + "\n"));
    }
    output::print(&bench.report.text())
}
