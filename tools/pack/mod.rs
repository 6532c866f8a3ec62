//! `atemoya pack`: packs a FASTA file and bigWigs into a store.

mod group;

use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::ingest::alias::Aliases;
use atemoya::pack::PackBuilder;
use group::{Group, Groups};
use std::path::{Path, PathBuf};

/// Pack a genome and bigWig tracks into a store
///
/// The store appears when it is complete. If packing is interrupted, nothing is left behind.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The genome: FASTA, plain or compressed (gzip, BGZF, bzip2, xz, zstd)
    #[arg(long, value_name = "FILE")]
    fasta: Option<PathBuf>,
    #[command(flatten)]
    groups: Groups,
    /// A file of contig names and lengths, for a store without a genome [default: the contigs of
    /// all bigWigs, with the lengths of the first that has each]
    #[arg(long, value_name = "FILE")]
    chrom_sizes: Option<PathBuf>,
    /// For bigWigs whose contigs have other names: chr (1 for chr1 and the like, MT for chrM), or a
    /// file with the names of one contig on each line, as UCSC's chromAlias.txt
    #[arg(long, value_name = "chr|FILE")]
    alias: Option<PathBuf>,
    /// Pack zeros for a bigWig that has no contig of the genome, or none of its length; by default
    /// that is an error
    #[arg(long)]
    allow_empty: bool,
    /// Pack these contigs only
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    contigs: Option<Vec<String>>,
    /// The store to make, usually NAME.atemoya
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Bases of a tile: a power of two from 512 to 32768
    #[arg(long, value_name = "BASES", default_value_t = 4096)]
    tile: u64,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace an existing store, with the locus indices in it
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let aliases = arguments.alias.as_deref().map(Aliases::from_option).transpose()?;
    let mut builder = PackBuilder::new().contigs(arguments.contigs.clone()).replace(arguments.force);
    builder = builder.alias(aliases).allow_empty(arguments.allow_empty);
    if let Some(path) = &arguments.fasta {
        builder = builder.fasta(path);
    }
    if let Some(path) = &arguments.chrom_sizes {
        builder = builder.chrom_sizes(path);
    }
    // The library refuses 0, which stands for all sizes that are not powers of two.
    builder = builder.tile_log2(if arguments.tile.is_power_of_two() { arguments.tile.trailing_zeros() } else { 0 });
    for Group { name, paths } in &arguments.groups.signals {
        builder = builder.signal(name, paths);
    }
    for Group { name, paths } in &arguments.groups.controls {
        builder = builder.control(name, paths);
    }
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let packed = watch::on_threads(threads, || builder.publish(&arguments.out, &watch))??;
    packed.notes.iter().for_each(|note| output::note(note));
    packed.warnings.iter().for_each(|warning| output::warn(warning));
    output::print(&summary(&arguments.out)?)
}

/// Returns a line about a store.
pub(crate) fn summary(path: &Path) -> Result<String> {
    let store = Store::open(path)?;
    let manifest = store.manifest();
    let bases: u64 = store.contigs().iter().map(|(_, length)| length).sum();
    let bytes: u64 = manifest.files.iter().map(|file| file.length).sum();
    let tracks: usize = manifest.panels.iter().map(|panel| panel.tracks.len()).sum();
    let sequence = if store.sequence().is_some() { "sequence and " } else { "" };
    Ok(format!(
        "{}: {} contigs, {}, {sequence}{tracks} tracks in {}\n",
        path.display(),
        store.contigs().len(),
        output::count(bases, "b"),
        output::count(bytes, "B"),
    ))
}
