//! `atemoya bench`: measures how fast the user's store is on this machine, beside copies of as many
//! bytes.

mod cold;
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
/// Each row is a value beside a baseline. Both are measured in turns, so that other work on the
/// machine slows both.
///
/// `onehot_*`, `signal_*` and `control_*` are random windows, beside copies of as many bytes.
/// `example` is whole examples, beside copies of as many bytes. `feed_1` and `feed_2` are the
/// loader with 1 and 2 workers, beside as many threads that only gather. `first_batch_ms` is the
/// time to open the store and take the first batch, beside opening the store. `private_mb` is the
/// memory of the process, beside that of the batches.
///
/// `cold_*` are windows and the loader from disk, beside the same from memory. For them the store's
/// files are evicted from the page cache. `_unasked` is without readahead, and `_read` without
/// memory maps. The command needs about 400 MB of memory, and writes no file.
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya bench <STORE> [OPTIONS]")]
#[command(after_help = include_str!("../examples/bench.txt"))]
pub(crate) struct Arguments {
    /// The store. Write it first, before options that take several values
    store: PathBuf,
    /// The locus index [default: the only one of the store, if there is one]
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
    /// Measure for about this many seconds; what is read from disk for the first time takes longer
    #[arg(long, value_name = "S", default_value_t = 25.0)]
    seconds: f64,
    /// Measure only the loader for this GPU, counted from 0
    ///
    /// The rows are: examples per second beside the loader on the host, bytes over the bus, copies
    /// beside plain ones, the time of the kernel, and how long the consumer waits. It needs a GPU
    /// with its driver, and a locus index. We have never seen these numbers on a GPU: the CUDA path
    /// was never run or timed on one.
    #[arg(long, value_name = "N")]
    device: Option<usize>,
    /// Write JSON: {ROW: {value, baseline, ratio, goal}}; `goal` is always null
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
        return output::print_json(&bench.report.json());
    }
    output::print(&bench.report.text())
}
