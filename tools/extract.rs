//! `atemoya extract`: writes a region of the sequence or of a track as a `.npy` file.

use crate::output;
use crate::output::npy::NpyWriter;
use anyhow::{Result, bail};
use atemoya::Store;
use atemoya::gather::{read_sequence, read_track};
use std::path::PathBuf;

/// Bases that are read and written at once.
const PIECE: u64 = 1 << 20;

/// Extract a region of a track (f32, (L,)) or of the sequence (u8, (4, L)) as .npy
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// The contig
    #[arg(long, value_name = "NAME")]
    contig: String,
    /// The first base, 0-based
    #[arg(long, value_name = "BASE", default_value_t = 0)]
    start: u64,
    /// One past the last base [default: the end of the contig]
    #[arg(long, value_name = "BASE")]
    end: Option<u64>,
    /// The track: the name of its group, with .i for channel i of several
    #[arg(long, value_name = "NAME[.i]", group = "what")]
    track: Option<String>,
    /// The one-hot sequence, rows A, C, G, T
    #[arg(long, group = "what")]
    sequence: bool,
    /// The file to write
    #[arg(long, value_name = "FILE.npy")]
    out: PathBuf,
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
    let watch = crate::watch::Watch::new()?;
    let (shape, dtype) = if let Some(track) = &arguments.track {
        // Refuses a wrong name before the file is created.
        read_track(&store, track, contig, start..start)?;
        let mut file = NpyWriter::<f32>::vector(&arguments.out, end - start)?;
        for piece in pieces {
            watch.check()?;
            file.write(&read_track(&store, track, contig, piece)?)?;
        }
        file.finish()?;
        (format!("({},)", end - start), "f32")
    } else {
        read_sequence(&store, contig, start..start)?;
        let mut file = NpyWriter::<u8>::matrix(&arguments.out, 4, end - start)?;
        for piece in pieces {
            watch.check()?;
            file.write(&read_sequence(&store, contig, piece)?)?;
        }
        file.finish()?;
        (format!("(4, {})", end - start), "u8")
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
