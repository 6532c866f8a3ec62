//! `atemoya verify`: checks all checksums and all rules of the format.

use crate::{output, watch};
use anyhow::Result;
use atemoya::{Store, index};
use std::path::PathBuf;

/// Check every checksum, every tile and every locus index of a store
///
/// The first error ends it with exit status 1 and a message that names file and byte. The other
/// commands do not read all of a store: they check manifest, headers, lengths and contig tables,
/// and not each base and value.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::open(&arguments.store)?;
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let (verified, loci) = watch::on_threads(threads, || -> atemoya::Result<_> {
        Ok((store.verify(&watch)?, index::verify(&store, &watch)?))
    })??;
    let (files, bytes) = (verified.files, output::count(verified.bytes, "B"));
    let path = arguments.store.display();
    output::print(&format!(
        "{path}: {files} files, {bytes}, {} non-zero tiles, {loci} loci: all good\n",
        verified.tiles
    ))
}
