//! `atemoya extract`: writes a region of the sequence or of a track as a `.npy` file.

use crate::output::npy::NpyWriter;
use crate::output::{self, Replace};
use anyhow::{Result, bail};
use atemoya::Store;
use atemoya::gather::{read_sequence, read_track};
use serde_json::json;
use std::path::PathBuf;

/// Bases that are read and written at once.
const PIECE: u64 = 1 << 20;

/// Write a region of a track or of the sequence as a NumPy array (.npy)
///
/// A track is float32 of shape (bases,). The sequence is one-hot uint8 of shape (4, bases), with
/// the rows A, C, G and T.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
#[command(
    override_usage = "atemoya extract <STORE> --contig <NAME> <--track <NAME>|--sequence> --out <FILE> [OPTIONS]"
)]
#[command(after_help = include_str!("examples/extract.txt"))]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// The contig
    #[arg(long, value_name = "NAME")]
    contig: String,
    /// The first base, counted from 0
    #[arg(long, value_name = "BASE", default_value_t = 0)]
    start: u64,
    /// One past the last base, counted from 0 [default: the end of the contig]
    #[arg(long, value_name = "BASE")]
    end: Option<u64>,
    /// Write this track: the name of its group, and .i for channel i (from 0) of several
    #[arg(long, value_name = "NAME[.i]", group = "what")]
    track: Option<String>,
    /// Write the one-hot sequence
    #[arg(long, group = "what")]
    sequence: bool,
    /// The file to write
    #[arg(long, value_name = "FILE.npy")]
    out: PathBuf,
    /// Replace the file if it exists and is .npy
    #[arg(long)]
    force: bool,
    /// Write JSON to standard output: {path, dtype, shape}
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    output::check_extension(&arguments.out, "npy")?;
    let store = Store::open(&arguments.store)?;
    let contig = arguments.contig.as_str();
    let in_store = |name: &str| store.contigs().id(name).is_some();
    if let Some(options) = region(contig, in_store).filter(|_| !in_store(contig)) {
        bail!(
            "{contig:?} is a region, and --contig takes a name: write {options} \
             (regions count bases from 1, these options from 0, with an exclusive end)"
        );
    }
    let length = store.contigs().length(store.contigs().find(contig)?);
    let (start, end) = (arguments.start, arguments.end.unwrap_or(length));
    if start >= end {
        bail!("no base lies between --start {start} and --end {end}, which is one past the last base");
    }
    if end > length {
        bail!("--end {end} is past the end of {contig:?}, which has {length} bases");
    }
    let pieces = (start..end).step_by(PIECE as usize).map(|from| from..end.min(from + PIECE));
    let (watch, replace) = (crate::watch::Watch::new()?, Replace::by_force(arguments.force));
    let (shape, dtype) = if let Some(track) = &arguments.track {
        // Refuses a wrong name before the file is created.
        read_track(&store, track, contig, start..start)?;
        let mut file = NpyWriter::<f32>::vector(&arguments.out, end - start, replace)?;
        for piece in pieces {
            watch.check()?;
            file.write(&read_track(&store, track, contig, piece)?)?;
        }
        file.finish()?;
        (vec![end - start], "f32")
    } else {
        read_sequence(&store, contig, start..start)?;
        let mut file = NpyWriter::<u8>::matrix(&arguments.out, 4, end - start, replace)?;
        for piece in pieces {
            watch.check()?;
            file.write(&read_sequence(&store, contig, piece)?)?;
        }
        file.finish()?;
        (vec![4, end - start], "u8")
    };
    if arguments.json {
        return output::print_json(&json!({"path": arguments.out.to_string_lossy(), "dtype": dtype, "shape": shape}));
    }
    let shape = match shape[..] {
        [bases] => format!("({bases},)"),
        _ => format!("(4, {})", end - start),
    };
    output::print(&format!("{}: {dtype} {shape}\n", arguments.out.display()))
}

/// Returns the options for the region `NAME:FIRST-LAST`, `NAME:FIRST-` or `NAME:FIRST` (to the end,
/// as in samtools), whose bases count from 1; a first base 0 is taken as 1. Returns `None` for
/// another text, or another contig.
fn region(text: &str, is_contig: impl Fn(&str) -> bool) -> Option<String> {
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let (name, range) = text.rsplit_once(':').filter(|(name, _)| is_contig(name))?;
    let (first, last) = range.split_once('-').unwrap_or((range, ""));
    let start = number(first)?.saturating_sub(1);
    match last {
        "" => Some(format!("--contig {name} --start {start}")),
        last => Some(format!("--contig {name} --start {start} --end {}", number(last)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_become_options() {
        let known = |name: &str| ["chrII", "HLA:x*01"].contains(&name);
        assert_eq!(region("chrII:0-4000", known).unwrap(), "--contig chrII --start 0 --end 4000");
        assert_eq!(region("chrII:100-200", known).unwrap(), "--contig chrII --start 99 --end 200");
        assert_eq!(region("chrII:1,001-2,000", known).unwrap(), "--contig chrII --start 1000 --end 2000");
        assert_eq!(region("HLA:x*01:5", known).unwrap(), "--contig HLA:x*01 --start 4");
        assert_eq!(region("chrII:7-", known).unwrap(), "--contig chrII --start 6");
        for name in ["chrII", "chrIII:1-5", "chrII:", "chrII:a-b", "chrII:1-2-3"] {
            assert_eq!(region(name, known), None, "{name}");
        }
    }
}
