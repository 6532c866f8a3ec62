//! `atemoya index`: peaks and negatives become a locus index inside a store.

use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::index::IndexBuilder;
use std::path::PathBuf;

/// Index peaks and negatives inside a store
///
/// Writes loci/NAME/index.parquet in the store, in one step. Several files of one role are interleaved row by row.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// Peaks: BED3+ or narrowPeak, plain or gzip. Repeat for more
    #[arg(long, value_name = "FILE", required = true, value_delimiter = ',')]
    peaks: Vec<PathBuf>,
    /// Negatives: BED3+, plain or gzip. Repeat for more
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    negatives: Vec<PathBuf>,
    /// Centre peaks on their summits (narrowPeak column 10) instead of their midpoints
    #[arg(long)]
    summits: bool,
    /// Take loci on these contigs only
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    chroms: Option<Vec<String>>,
    /// The index's name
    #[arg(long, default_value = "default")]
    name: String,
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
        .peaks(&arguments.peaks)
        .negatives(&arguments.negatives)
        .summits(arguments.summits)
        .chroms(arguments.chroms.clone())
        .counts_window(arguments.counts_window)
        .replace(arguments.force);
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let indexed = watch::on_threads(threads, || builder.publish(&store, &watch))??;
    let (peaks, negatives) = (indexed.table.peaks(), indexed.table.negatives());
    let unknown = arguments.chroms.iter().flatten().filter(|name| store.contigs().id(name).is_none());
    for name in unknown {
        output::warn(&format!("the store has no contig {name:?}"));
    }
    if peaks == 0 {
        output::warn("there is no peak in this index, so nothing can be sampled from it");
    }
    output::print(&format!("{}: {peaks} peaks, {negatives} negatives\n", indexed.path.display()))
}
