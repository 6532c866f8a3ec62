//! `atemoya pack`: packs a FASTA file and bigWigs into a store.

mod group;

use crate::{output, watch};
use anyhow::Result;
use atemoya::Store;
use atemoya::ingest::alias::Aliases;
use atemoya::pack::PackBuilder;
use group::{Group, Groups};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Pack a genome and bigWig tracks into a store
///
/// A store is a directory. It appears under its name when it is complete. If packing is
/// interrupted, nothing is left behind. Then add peaks with `atemoya index`.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../examples/pack.txt"))]
pub(crate) struct Arguments {
    /// The genome: FASTA, plain or compressed (gzip, BGZF, bzip2, xz, zstd)
    #[arg(long, value_name = "FILE")]
    fasta: Option<PathBuf>,
    #[command(flatten)]
    groups: Groups,
    /// Contig names and lengths for a store without a genome: a file with two columns [default: the
    /// contigs of all bigWigs; each has the length that the first bigWig with it says]
    #[arg(long, value_name = "FILE")]
    chrom_sizes: Option<PathBuf>,
    /// Read bigWigs whose contigs have other names than the genome's. `chr` takes 1 for chr1, and
    /// MT for chrM. A file has all names of one contig on each line, as UCSC's chromAlias.txt
    #[arg(long, value_name = "chr|FILE")]
    alias: Option<PathBuf>,
    /// Pack zeros for a bigWig that has no contig of the genome, or none of the same length
    /// [default: that is an error]
    #[arg(long)]
    allow_empty: bool,
    /// Pack these contigs only, as chr1,chr2 or chr1 chr2 [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    contigs: Option<Vec<String>>,
    /// The store to make; usually its name ends in .atemoya
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Bases of a tile, which is the unit of compression: a power of two from 512 to 32768
    #[arg(long, value_name = "BASES", default_value_t = 4096)]
    tile: u64,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace a store that exists, with the locus indices in it; nothing else is replaced
    #[arg(long)]
    force: bool,
    /// Write JSON: {path, contigs, bases, sequence, tracks, bytes, notes, warnings}. `contigs` and
    /// `tracks` are numbers, and `sequence` says whether there is one
    #[arg(long)]
    json: bool,
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
    let mut summary = Summary::of(&arguments.out)?;
    if !arguments.json {
        return output::print(&summary.text());
    }
    let in_command = |texts: &[String]| texts.iter().map(|text| output::in_command(text)).collect();
    (summary.notes, summary.warnings) = (in_command(&packed.notes), in_command(&packed.warnings));
    output::print_json(&serde_json::to_value(&summary)?)
}

/// What was packed.
#[derive(serde::Serialize)]
struct Summary<'a> {
    path: Cow<'a, str>,
    contigs: usize,
    bases: u64,
    sequence: bool,
    tracks: usize,
    bytes: u64,
    notes: Vec<String>,
    warnings: Vec<String>,
}

impl Summary<'_> {
    fn of(path: &Path) -> Result<Summary<'_>> {
        let store = Store::open(path)?;
        let manifest = store.manifest();
        Ok(Summary {
            path: path.to_string_lossy(),
            contigs: store.contigs().len(),
            bases: store.contigs().iter().map(|(_, length)| length).sum(),
            sequence: store.sequence().is_some(),
            tracks: manifest.panels.iter().map(|panel| panel.tracks.len()).sum(),
            bytes: manifest.files.iter().map(|file| file.length).sum(),
            notes: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// Returns a line.
    fn text(&self) -> String {
        let Summary { path, contigs, bases, sequence, tracks, bytes, .. } = self;
        let sequence = if *sequence { "sequence and " } else { "" };
        let [bases, bytes] = [(bases, "b"), (bytes, "B")].map(|(n, unit)| output::count(*n, unit));
        format!("{path}: {contigs} contigs, {bases}, {sequence}{tracks} tracks in {bytes}\n")
    }
}
