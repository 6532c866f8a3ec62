//! `atemoya sample`: the first examples of an epoch, as a `.safetensors` file.

use crate::filter::{FilterArguments, choice, names, one_of};
use crate::ledger;
use crate::output::safetensors::{self, Items, Tensor};
use crate::output::{self, Replace};
use crate::watch::Watch;
use anyhow::{Context, Result, bail};
use atemoya::feed::{Access, Batch, Loader};
use atemoya::sample::Order;
use atemoya::sample::cherimoya::base_seed;
use atemoya::{PeakGenerator, Store};
use serde_json::json;
use std::path::PathBuf;

/// Write the first training examples of an epoch as .safetensors
///
/// The file has the tensors of n examples. `X` is the one-hot sequence: int8 of shape (n, 4,
/// in_window). `controls` is float32 of shape (n, channels, in_window), if the store has controls.
/// `y` is the signal: float32 of shape (n, channels, out_window).
///
/// The other tensors have the shape (n,). `label` is 1 for a peak and 0 for a negative (int64).
/// `source` is the number of the example among the kept peaks, or among the kept negatives (int64).
/// `offset` - max_jitter is by how many bases a peak is shifted (int64). `rc` is 1 if the example
/// is reverse-complemented (uint8).
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya sample <STORE> --out <FILE.safetensors> [OPTIONS]")]
#[command(after_help = include_str!("examples/sample.txt"))]
pub(crate) struct Arguments {
    /// The store. Write it first, before options that take several values
    store: PathBuf,
    /// The locus index [default: the only one of the store]
    #[arg(long, value_name = "NAME")]
    loci: Option<String>,
    /// Control groups to read, in this order; '' for none [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    controls: Option<Vec<String>>,
    /// Threads that gather examples; with 0, the main thread does
    #[arg(long, value_name = "N", default_value_t = 1)]
    num_workers: usize,
    /// How files are read: `map` maps them into memory, `read` does not, which suits network file
    /// systems. The examples are the same
    #[arg(long, value_name = "WAY", default_value_t = Access::Map)]
    #[arg(value_parser = one_of::<Access>(Access::ALL.map(Access::name)), hide_possible_values = true)]
    access: Access,
    /// Examples of a batch
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch_size: usize,
    /// Check every byte of the store's data files first. This machine does it once, and again when
    /// a file has changed
    #[arg(long)]
    verify: bool,
    /// The epoch, counted from 0
    #[arg(long, value_name = "E", default_value_t = 0)]
    epoch: u64,
    /// How many examples to write, at most all of the epoch [default: one batch]
    #[arg(long, value_name = "K")]
    count: Option<usize>,
    /// The file to write
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// Replace the file if it exists and is .safetensors
    #[arg(long)]
    force: bool,
    /// Write JSON to standard output: {path, epoch, examples, of, ledger, warnings}. `of` is the
    /// number of examples of the epoch, and `ledger` counts loci by reason
    #[arg(long)]
    json: bool,
    /// Negatives for each peak
    #[arg(long, value_name = "RATIO", default_value_t = 0.1, help_heading = DRAWN)]
    negative_ratio: f64,
    /// Keep all examples as they are [default: half of them are reverse-complemented]
    #[arg(long, help_heading = DRAWN)]
    no_reverse_complement: bool,
    /// Take peaks in the order of the index [default: in a random order]
    #[arg(long, help_heading = DRAWN)]
    no_shuffle: bool,
    /// The seed of all that is random; with --order cherimoya it may be negative
    #[arg(long, value_name = "SEED", default_value_t = 0, allow_negative_numbers = true, help_heading = DRAWN)]
    random_state: i128,
    /// Centre peaks on their summits [default: as indexed]
    #[arg(long, overrides_with = "no_summits", help_heading = USED)]
    summits: bool,
    /// Centre peaks on their midpoints
    #[arg(long, overrides_with = "summits", help_heading = USED)]
    no_summits: bool,
    /// Use loci on these contigs only, as chr1,chr2 or chr1 chr2 [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1.., help_heading = USED)]
    chroms: Option<Vec<String>>,
    // clap applies this heading to all later options, so this field is last.
    #[command(flatten, next_help_heading = USED)]
    filter: FilterArguments,
}

/// Headings of options.
const DRAWN: &str = "How examples are drawn";
const USED: &str = "Which loci are used, and in which order";

impl Arguments {
    fn generator(&self, store: &Store) -> Result<PeakGenerator> {
        let filter = self.filter.filter()?;
        let seed = match filter.order {
            Order::Cherimoya => base_seed(self.random_state),
            _ => u64::try_from(self.random_state)
                .ok()
                .context("--random-state is between 0 and 2^64 - 1; negative seeds are for --order cherimoya")?,
        };
        let generator = PeakGenerator::with_filter(store, filter)
            .controls(names(self.controls.as_deref()))
            .negative_ratio(self.negative_ratio)
            .reverse_complement(!self.no_reverse_complement)
            .shuffle(!self.no_shuffle)
            .summits(choice(self.summits, self.no_summits))
            .chroms(self.chroms.clone())
            .random_state(seed)
            .num_workers(self.num_workers)
            .access(self.access)
            .batch_size(self.batch_size);
        Ok(match &self.loci {
            Some(name) => generator.loci(name),
            None => generator,
        })
    }
}

/// The columns of the examples, put together from batches.
#[derive(Default)]
struct Columns {
    x: (Vec<i8>, [usize; 3]),
    controls: (Vec<f32>, [usize; 3]),
    y: (Vec<f32>, [usize; 3]),
    label: Vec<i64>,
    source: Vec<i64>,
    offset: Vec<i64>,
    rc: Vec<u8>,
}

impl Columns {
    /// Appends the first `rows` examples of a batch.
    fn push(&mut self, batch: &Batch, rows: usize) {
        fn append<T: Copy>(to: &mut (Vec<T>, [usize; 3]), from: Option<atemoya::feed::Tensor<'_, T>>, rows: usize) {
            let Some(tensor) = from else { return };
            let [_, channels, positions] = tensor.shape();
            to.0.extend_from_slice(&tensor[..rows * channels * positions]);
            to.1 = [to.1[0] + rows, channels, positions];
        }
        append(&mut self.x, batch.sequence(), rows);
        append(&mut self.controls, batch.controls(), rows);
        append(&mut self.y, batch.signal(), rows);
        self.label.extend_from_slice(&batch.labels()[..rows]);
        self.source.extend_from_slice(&batch.sources()[..rows]);
        self.offset.extend_from_slice(&batch.offsets()[..rows]);
        self.rc.extend_from_slice(&batch.reverse_complemented()[..rows]);
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let n = self.label.len();
        let mut tensors = Vec::new();
        let mut push = |name, shape: &[usize], items| tensors.push(Tensor { name, shape: shape.to_vec(), items });
        for (name, shape, items) in [
            ("X", self.x.1, Items::I8(&self.x.0)),
            ("controls", self.controls.1, Items::F32(&self.controls.0)),
            ("y", self.y.1, Items::F32(&self.y.0)),
        ] {
            if shape[1] > 0 {
                push(name, &shape, items);
            }
        }
        push("label", &[n], Items::I64(&self.label));
        push("source", &[n], Items::I64(&self.source));
        push("offset", &[n], Items::I64(&self.offset));
        push("rc", &[n], Items::U8(&self.rc));
        tensors
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    output::check_extension(&arguments.out, "safetensors")?;
    let replace = Replace::by_force(arguments.force);
    safetensors::check(&arguments.out, replace)?;
    let store = Store::open(&arguments.store)?;
    let watch = Watch::new()?;
    if arguments.verify {
        store.verify_once(None, &watch)?;
    }
    let loader = arguments.generator(&store)?.build()?;
    output::note(&loader.ledger().to_string());
    loader.warnings().iter().for_each(|warning| output::warn(warning));
    let columns = sample(arguments, &loader, &watch)?;
    safetensors::write(&arguments.out, &columns.tensors(), None, replace)?;
    let (path, epoch, n, of) = (&arguments.out, arguments.epoch, columns.label.len(), loader.len());
    if arguments.json {
        let warnings: Vec<String> = loader.warnings().iter().map(|warning| output::in_command(warning)).collect();
        let ledger = ledger::both(loader.ledger());
        let path = path.to_string_lossy();
        return output::print_json(&json!({
            "path": path, "epoch": epoch, "examples": n, "of": of, "ledger": ledger, "warnings": warnings,
        }));
    }
    output::print(&format!("{}: {n} of the {of} examples of epoch {epoch}\n", path.display()))
}

fn sample(arguments: &Arguments, loader: &Loader, watch: &Watch) -> Result<Columns> {
    if arguments.count == Some(0) {
        bail!("--count 0 leaves nothing to write");
    }
    let mut left = arguments.count.unwrap_or(arguments.batch_size).min(loader.len());
    let mut columns = Columns::default();
    for batch in loader.epoch(arguments.epoch) {
        watch.check()?;
        let batch = batch?;
        let rows = left.min(batch.len());
        columns.push(&batch, rows);
        left -= rows;
        if left == 0 {
            break;
        }
    }
    Ok(columns)
}
