//! `atemoya index`: peaks and negatives become a locus index inside a store.

use crate::files::Files;
use crate::filter::{FilterArguments, choice};
use crate::ledger::Explained;
use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::index::IndexBuilder;
use std::path::PathBuf;

/// Index peaks and negatives inside a store
///
/// Writes loci/NAME/index.parquet in the store, in one step. Several files of one role are
/// interleaved row by row. For every locus it says whether a loader with these windows, bounds and
/// exclusion lists keeps it, and if not, why (columns reason, exclusion_*, measured, threshold,
/// outlier_group). A loader on the index takes the exclusion lists, the bounds on counts and the
/// choice of an outlier filter from it, unless it is given its own; windows, jitter, order and
/// signals are the loader's own.
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya index <STORE> --peaks <FILE>... [OPTIONS]")]
pub(crate) struct Arguments {
    /// The store, in front of options that take several files
    store: PathBuf,
    /// Peaks: BED3+ or narrowPeak, plain or compressed (gzip, BGZF, bzip2, xz, zstd). Several: FILE
    /// FILE, FILE,FILE, or repeat
    #[arg(long, value_name = "FILE", required = true, num_args = 1.., value_parser = Files::parser())]
    peaks: Vec<Files>,
    /// Negatives: BED3+, likewise
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = Files::parser())]
    negatives: Vec<Files>,
    /// Centre peaks on their summits (narrowPeak column 10)
    #[arg(long, overrides_with = "no_summits")]
    summits: bool,
    /// Centre peaks on their midpoints; without this, the same with a note where all of them have
    /// summits
    #[arg(long, overrides_with = "summits")]
    no_summits: bool,
    /// Use loci on these contigs only
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    chroms: Option<Vec<String>>,
    /// The index's name
    #[arg(long, default_value = "default")]
    name: String,
    /// Print how many loci are kept, and why the others are not: by file and by contig
    #[arg(long)]
    explain: bool,
    /// Width in bases of the window in which each locus's counts are recorded
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
    let mut text = format!("{}: {ledger}\n", indexed.path.display());
    if arguments.explain {
        let (table, verdicts, inputs) = (&indexed.table, &indexed.selection.verdicts, &indexed.inputs);
        text += &Explained { store: &store, table, verdicts, inputs }.text()?;
    }
    output::print(&text)
}
