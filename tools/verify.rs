//! `atemoya verify`: checks all checksums and all rules of the format.

use crate::{output, watch};
use anyhow::Result;
use atemoya::{Store, index};
use serde_json::json;
use std::path::PathBuf;

/// Check every byte of a store
///
/// All checksums are compared, all tiles are decoded, and all locus indices are checked. The first
/// error ends the command with exit status 1. Its message names the file and the byte. Other
/// commands read only what they need of a store, so that they do not notice every damaged byte.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/verify.txt"))]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Write JSON: {path, files, bytes, tiles, loci}; `tiles` are those that are not all zero
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::open(&arguments.store)?;
    let watch = watch::Watch::new()?;
    let threads = arguments.threads.map(usize::from);
    let (verified, loci) = watch::on_threads(threads, || -> atemoya::Result<_> {
        Ok((store.verify(&watch)?, index::verify(&store, &watch)?))
    })??;
    if arguments.json {
        let (files, bytes, tiles) = (verified.files, verified.bytes, verified.tiles);
        let path = &arguments.store;
        return output::print_json(
            &json!({"path": path.to_string_lossy(), "files": files, "bytes": bytes, "tiles": tiles, "loci": loci}),
        );
    }
    let (files, bytes) = (verified.files, output::count(verified.bytes, "B"));
    let path = arguments.store.display();
    output::print(&format!(
        "{path}: {files} files, {bytes}, {} non-zero tiles, {loci} loci: all good\n",
        verified.tiles
    ))
}
