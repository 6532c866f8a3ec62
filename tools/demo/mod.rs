//! `atemoya demo`: the whole way on a simulated data set, from files to batches, with a table of
//! sizes and times.

mod files;
mod genome;
mod peaks;
mod random;
mod signal;
mod simulate;
mod throughput;

use crate::{output, watch};
use anyhow::{Context, Result, ensure};
use atemoya::feed::LocusFilter;
use atemoya::index::{self, IndexBuilder};
use atemoya::pack::PackBuilder;
use atemoya::{PeakGenerator, Store};
use serde_json::{Map, Value, json};
use simulate::{Paths, Simulated, simulate};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The store, in the directory of the files.
const STORE: &str = "demo.atemoya";

/// Try everything on a simulated data set
///
/// Writes a genome (FASTA), a stranded signal and a control (bigWig), peaks, negatives and an
/// exclusion list (BED). Packs, indexes and verifies them, streams training batches, and prints
/// sizes and times. It takes some seconds.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../examples/demo.txt"))]
pub(crate) struct Arguments {
    /// Keep the files and the store in this directory, which must be new or empty [default: keep
    /// nothing]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Bases of the simulated genome
    #[arg(long, value_name = "BASES", default_value_t = 24_000_000)]
    bases: u64,
    /// The seed of the simulation
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Threads that gather examples; with 0, the main thread does
    #[arg(long, value_name = "N", default_value_t = 1)]
    num_workers: usize,
    /// Write JSON: {STEP: {seconds, note}} for simulate, pack, open, index, verify, select, epoch
    /// and memcpy, with `bytes` of simulate and pack, and `examples_per_second` of epoch
    #[arg(long)]
    json: bool,
}

/// Lines of the table, gathered as the demo goes, as text and as JSON.
#[derive(Default)]
struct Table(String, Map<String, Value>);

impl Table {
    fn line(&mut self, what: &str, took: Duration, note: &str) -> Result<()> {
        let seconds = took.as_secs_f64();
        self.1.insert(what.to_owned(), json!({"seconds": seconds, "note": note}));
        Ok(writeln!(self.0, "  {what:<10} {seconds:>8.2} s  {note}")?)
    }

    /// Adds a number to a line, for programs.
    fn number(&mut self, what: &str, name: &str, number: impl Into<Value>) {
        if let Some(line) = self.1.get_mut(what) {
            line[name] = number.into();
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let temporary;
    let mut is_new = false;
    let directory = match &arguments.keep {
        Some(path) => {
            is_new = !path.exists();
            std::fs::create_dir_all(path).with_context(|| format!("{}: cannot create", path.display()))?;
            let mut entries = std::fs::read_dir(path).with_context(|| format!("{}: cannot list", path.display()))?;
            let new = path.join("demo");
            ensure!(
                entries.next().is_none(),
                "{}: is not empty, and the demo overwrites nothing: name a new directory, such as --keep {}",
                path.display(),
                output::in_shell(&new.display().to_string())
            );
            path.as_path()
        }
        None => {
            temporary = tempfile::tempdir()?;
            temporary.path()
        }
    };
    let watch = watch::Watch::new()?;
    let made = make(arguments, directory, &watch);
    let interrupted = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(atemoya::Error::Interrupted));
    if arguments.keep.is_some() && made.as_ref().is_err_and(interrupted) {
        remove(directory, is_new)?;
    }
    made
}

/// Removes what an interrupted demo has written into a directory, which was empty before, and the
/// directory if it is new.
///
/// # Errors
/// When something cannot be removed.
fn remove(directory: &Path, is_new: bool) -> Result<()> {
    let stays = |path: &Path| format!("interrupted; {}: cannot remove it", path.display());
    let store = directory.join(STORE);
    if store.exists() {
        atemoya::store::remove_store(&store).map_err(|reason| anyhow::anyhow!("{}: {reason}", stays(&store)))?;
    }
    for file in Paths::of(directory).all().into_iter().filter(|file| file.exists()) {
        std::fs::remove_file(file).with_context(|| stays(file))?;
    }
    if is_new {
        std::fs::remove_dir(directory).with_context(|| stays(directory))?;
    }
    Ok(())
}

fn make(arguments: &Arguments, directory: &Path, watch: &watch::Watch) -> Result<()> {
    let mut table = Table::default();
    let start = Instant::now();
    let data = simulate(directory, arguments.seed, arguments.bases, &output::note)?;
    watch.check()?;
    let size = files_size(&data)?;
    let note = format!("{} genome, {} peaks, {} negatives", output::count(data.bases, "b"), data.peaks, data.negatives);
    table.line("simulate", start.elapsed(), &format!("{note}; files of {}", output::count(size, "B")))?;
    table.number("simulate", "bytes", size);

    let path = directory.join(STORE);
    let store = build(&path, &data, watch, &mut table)?;
    stream(arguments, &store, watch, &mut table)?;
    if arguments.json {
        output::print_json(&Value::Object(table.1))?;
    } else {
        output::print(&table.0)?;
    }
    if arguments.keep.is_some() {
        output::note(&format!("kept in {}; look with: atemoya inspect {}", directory.display(), path.display()));
    }
    Ok(())
}

fn files_size(data: &Simulated) -> Result<u64> {
    data.paths.all().iter().map(|path| Ok(std::fs::metadata(path)?.len())).sum()
}

/// Packs, indexes and verifies.
fn build(path: &Path, data: &Simulated, watch: &watch::Watch, table: &mut Table) -> Result<Store> {
    let start = Instant::now();
    let pack = PackBuilder::new()
        .fasta(&data.paths.genome)
        .signal("signal", [&data.paths.plus, &data.paths.minus])
        .control("control", [&data.paths.control]);
    for warning in &pack.publish(path, watch)?.warnings {
        output::warn(warning);
    }
    let took = start.elapsed();
    let start = Instant::now();
    let store = Store::open(path)?;
    let open = start.elapsed();
    let bytes: u64 = store.manifest().files.iter().map(|file| file.length).sum();
    let density = bytes as f64 / data.bases as f64;
    table.line(
        "pack",
        took,
        &format!("{}, {density:.3} B/base for sequence and 3 tracks", output::count(bytes, "B")),
    )?;
    table.number("pack", "bytes", bytes);
    table.line("open", open, "")?;

    let start = Instant::now();
    let builder = IndexBuilder::new("default").peaks([&data.paths.peaks]).negatives([&data.paths.negatives]);
    let filter = LocusFilter { exclusion_lists: Some(vec![data.paths.exclusion.clone()]), ..LocusFilter::default() };
    let indexed = builder.summits(true).filter(filter).publish(&store, watch)?;
    table.line("index", start.elapsed(), &format!("{} loci", indexed.table.len()))?;

    let start = Instant::now();
    let verified = store.verify(watch)?;
    index::verify(&store, watch)?;
    table.line("verify", start.elapsed(), &format!("{} tiles, every checksum", verified.tiles))?;
    Ok(store)
}

/// Streams two epochs, several times, and compares with copying the same bytes.
fn stream(arguments: &Arguments, store: &Store, watch: &watch::Watch, table: &mut Table) -> Result<()> {
    let start = Instant::now();
    let loader = PeakGenerator::new(store).num_workers(arguments.num_workers).batch_size(64).build()?;
    table.line("select", start.elapsed(), &loader.ledger().to_string())?;

    let measured = throughput::measure(&loader, watch)?;
    let examples = loader.len() as f64 / measured.epoch.as_secs_f64();
    let rate = format!("{examples:.0} examples/s of X (4, 2114) i8, 1 control, 2 signals f32");
    table.line("epoch", measured.epoch, &format!("{} examples, {rate}", loader.len()))?;
    table.number("epoch", "examples_per_second", examples);
    let bytes = output::count(measured.bytes as u64, "B");
    table.line(
        "memcpy",
        measured.memcpy,
        &format!("of the same {bytes}: the epoch ran at {:.2}x its rate", measured.ratio),
    )?;
    let stats = loader.stats();
    let waited = format!(
        "{:.2} s, the workers {:.2} s",
        stats.consumer_waited.as_secs_f64(),
        stats.workers_waited.as_secs_f64()
    );
    Ok(writeln!(table.0, "  (medians of {} epochs; the consumer waited {waited})", measured.rounds)?)
}
