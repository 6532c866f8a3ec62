//! `atemoya index`: peaks and negatives become a locus index inside a store.

use crate::files::Files;
use crate::filter::FilterArguments;
use crate::ledger::Explained;
use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::index::IndexBuilder;
use atemoya::loci::RoleLedger;
use std::path::PathBuf;

/// Index peaks and negatives inside a store
///
/// Writes loci/NAME/index.parquet in the store, in one step. Several files of one role are interleaved row by row. For every
/// locus it says whether a loader with these windows, bounds and exclusion lists keeps it, and if not, why (columns reason,
/// exclusion_*, measured, threshold, outlier_group). A loader selects anew, with its own.
#[derive(Debug, clap::Args)]
#[command(override_usage = "atemoya index <STORE> --peaks <FILE>... [OPTIONS]")]
pub(crate) struct Arguments {
    /// The store, in front of options that take several files
    store: PathBuf,
    /// Peaks: BED3+ or narrowPeak, plain or compressed (gzip, BGZF, bzip2, xz, zstd). Several: FILE FILE, FILE,FILE, or repeat
    #[arg(long, value_name = "FILE", required = true, num_args = 1.., value_parser = Files::parser())]
    peaks: Vec<Files>,
    /// Negatives: BED3+, likewise
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = Files::parser())]
    negatives: Vec<Files>,
    /// Centre peaks on their summits (narrowPeak column 10) instead of their midpoints
    #[arg(long)]
    summits: bool,
    /// Use loci on these contigs only
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    chroms: Option<Vec<String>>,
    /// The index's name
    #[arg(long, default_value = "default")]
    name: String,
    #[command(flatten, next_help_heading = "The loader that the loci are judged for")]
    filter: FilterArguments,
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
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::open(&arguments.store)?;
    let builder = IndexBuilder::new(&arguments.name)
        .peaks(Files::all(&arguments.peaks))
        .negatives(Files::all(&arguments.negatives))
        .summits(arguments.summits)
        .chroms(arguments.chroms.clone())
        .counts_window(arguments.counts_window)
        .filter(arguments.filter.filter())
        .replace(arguments.force);
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let indexed = watch::on_threads(threads, || builder.publish(&store, &watch))??;
    let ledger = &indexed.selection.ledger;
    let unknown = arguments.chroms.iter().flatten().filter(|name| store.contigs().id(name).is_none());
    for name in unknown {
        output::warn(&format!("the store has no contig {name:?}"));
    }
    match ledger.peaks {
        RoleLedger { total, contig, .. } if total == contig => {
            output::warn("there is no peak on a contig to use in this index, so nothing can be sampled from it");
        }
        RoleLedger { kept: 0, .. } => output::warn("no peak is left with these windows, bounds and exclusion lists"),
        _ => {}
    }
    let mut text = format!("{}: {ledger}\n", indexed.path.display());
    if arguments.explain {
        let (table, verdicts, inputs) = (&indexed.table, &indexed.selection.verdicts, &indexed.inputs);
        text += &Explained { store: &store, table, verdicts, inputs }.text()?;
    }
    output::print(&text)
}
