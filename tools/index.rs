//! `atemoya index`: peaks and negatives become a locus index inside a store.

use crate::files::Files;
use crate::filter::{FilterArguments, choice};
use crate::ledger::Explained;
use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::index::IndexBuilder;
use serde_json::json;
use std::path::PathBuf;

/// Add peaks and negatives to a store
///
/// Writes loci/NAME/index.parquet into the store. The file has every locus, whether it is kept, and
/// if not, why (columns reason, exclusion_*, measured, threshold, outlier_group). Loci are judged
/// for a loader with the windows, bounds and lists below.
///
/// A loader takes from the index: its loci, --summits, --chroms, --exclusion-lists, --min-counts,
/// --max-counts, --counts-tracks and the outlier filter, unless it has its own. It does not take:
/// windows, jitter, order and signals. Give these to the loader again, and it selects loci anew by
/// them.
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya index <STORE> --peaks <FILE>... [OPTIONS]")]
#[command(after_help = include_str!("examples/index.txt"))]
pub(crate) struct Arguments {
    /// The store. Write it first, before options that take several values
    store: PathBuf,
    /// Peaks: BED or narrowPeak, plain or compressed (gzip, BGZF, bzip2, xz, zstd). Several files
    /// (FILE FILE or FILE,FILE) are interleaved row by row
    #[arg(long, value_name = "FILE", required = true, num_args = 1.., value_parser = Files::parser())]
    peaks: Vec<Files>,
    /// Negatives, in files of the same kinds
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = Files::parser())]
    negatives: Vec<Files>,
    /// Centre peaks on their summits (narrowPeak column 10)
    #[arg(long, overrides_with = "no_summits")]
    summits: bool,
    /// Centre peaks on their midpoints [default: this, with a warning if all peaks have summits]
    #[arg(long, overrides_with = "summits")]
    no_summits: bool,
    /// Use loci on these contigs only, as chr1,chr2 or chr1 chr2 [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    chroms: Option<Vec<String>>,
    /// The name of the index
    #[arg(long, default_value = "default")]
    name: String,
    /// Print how many loci are kept, and why the others are not: by file and by contig
    #[arg(long)]
    explain: bool,
    /// Write JSON: {path, ledger, warnings}, where `ledger` is that of `atemoya inspect --loci
    /// --json`
    #[arg(long)]
    json: bool,
    /// Record the counts of each locus in a window of this many bases
    #[arg(long, value_name = "BASES", default_value_t = 1000)]
    counts_window: u32,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace an index of the same name
    #[arg(long)]
    force: bool,
    // clap applies this heading to all later options, so this field is last.
    #[command(flatten, next_help_heading = "The loader that the loci are judged for")]
    filter: FilterArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::open(&arguments.store)?;
    let filter = arguments.filter.filter()?;
    let builder = IndexBuilder::new(&arguments.name)
        .peaks(Files::all(&arguments.peaks))
        .negatives(Files::all(&arguments.negatives))
        .summits(choice(arguments.summits, arguments.no_summits))
        .chroms(arguments.chroms.clone())
        .counts_window(arguments.counts_window)
        .alias(filter.alias.clone())
        .filter(filter)
        .replace(arguments.force);
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let indexed = watch::on_threads(threads, || builder.publish(&store, &watch))??;
    let ledger = &indexed.selection.ledger;
    indexed.warnings.iter().for_each(|warning| output::warn(warning));
    let (table, verdicts, inputs) = (&indexed.table, &indexed.selection.verdicts, &indexed.inputs);
    let explained = Explained { store: &store, table, verdicts, inputs };
    if arguments.json {
        let warnings: Vec<String> = indexed.warnings.iter().map(|warning| output::in_command(warning)).collect();
        return output::print_json(
            &json!({"path": indexed.path.to_string_lossy(), "ledger": explained.json(), "warnings": warnings}),
        );
    }
    let mut text = format!("{}: {ledger}\n", indexed.path.display());
    if arguments.explain {
        text += &explained.text()?;
    }
    output::print(&text)
}
